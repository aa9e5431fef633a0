"""Coupons: what each takes off, how it is shared out, and which ones lie on nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.coupon import AppliedCoupon, Coupon, CouponDraft, Discount, Discounted, LineDiscount, discounted, resolved
from duebook.core.money import MAX_AMOUNT
from duebook.core.rounding import shared_out
from tests.core.drawn_lines import discounts, nearest

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
AUDIT, TRAINING = UUID(int=11), UUID(int=12)
TEN_EUROS = Coupon(UUID(int=1), "Bienvenue", amount=1_000, currency="EUR")
A_TENTH = Coupon(UUID(int=2), "Rentrée", percent=Decimal(10))


def off(amount: int, *positions: int | str, on: frozenset[UUID] = frozenset()) -> Discount:
    """An amount on these positions; on every line when none is given."""
    return Discount(None, "Remise", amount, None, tuple(map(Decimal, positions)) or None, on)


def cut(percent: str, *positions: int) -> Discount:
    return Discount(None, "Remise", None, Decimal(percent), positions or None)


def shared(bases: list[int], *coupons: Discount, products: list[UUID | None] | None = None) -> Discounted:
    found, refusals = discounted(bases, discounts=coupons, product_ids=products or [None] * len(bases))
    assert refusals == []
    return found


@pytest.mark.parametrize(
    ("bases", "coupons", "per_line", "per_coupon"),
    [
        pytest.param([24_000], [off(500, 0)], [500], [500], id="one line"),
        pytest.param([100, 100], [off(50)], [25, 25], [50], id="every line"),
        pytest.param([100, 100], [off(51)], [26, 25], [51], id="a tie goes to the earlier line"),
        pytest.param([100, 100, 100], [off(100)], [34, 33, 33], [100], id="thirds"),
        pytest.param([100, 200, 300], [off(100)], [17, 33, 50], [100], id="16.67, 33.33, 50"),
        pytest.param([100, 100, 100], [off(50, 2, 0)], [25, 0, 25], [50], id="two lines of three"),
        pytest.param([100, 100], [off(50, 1, 1)], [0, 50], [50], id="a position twice counts once"),
        pytest.param([100, 100], [off(50, 1, 7, -1)], [0, 50], [50], id="positions without a line are ignored"),
        pytest.param([100, 100], [off(50, "1.0")], [0, 50], [50], id="1.0 is a whole number"),
        pytest.param([100], [off(500)], [100], [100], id="never beyond the line"),
        pytest.param([100, -100], [off(150)], [100, 0], [100], id="a line below 0 has no part and no cap"),
        pytest.param([100, -30, 100], [off(10, 1, 2)], [0, 0, 10], [10], id="not even when it is named"),
        pytest.param([200, 100], [cut("10")], [20, 10], [30], id="a tenth"),
        pytest.param([5], [cut("50")], [3], [3], id="2.5 goes up"),
        pytest.param([3, 2], [cut("50")], [2, 1], [3], id="2.5 of both goes up and is then shared: 1.8 and 1.2"),
        pytest.param([100], [cut("10"), cut("10")], [19], [10, 9], id="the second from what the first left"),
        pytest.param([100], [cut("100"), off(5)], [100], [100, 0], id="nothing left for the second"),
        pytest.param([100, 100], [off(100, 0), off(60)], [100, 60], [100, 60], id="the second lies on what is left"),
        pytest.param([100], [off(30), cut("50")], [65], [30, 35], id="order counts: 30, then half of 70"),
        pytest.param([100], [cut("50"), off(30)], [80], [50, 30], id="order counts: 50, then 30"),
        pytest.param([MAX_AMOUNT], [cut("33.3")], [2_999_397_351_828_750], [2_999_397_351_828_750], id="…750.003, exactly"),
    ],
)
def test_what_coupons_take_off(bases: list[int], coupons: list[Discount], per_line: list[int], per_coupon: list[int]):
    found = shared(bases, *coupons)

    assert [one.amount for one in found.lines] == per_line
    assert [one.amount for one in found.coupons] == per_coupon


def test_the_percent_of_a_line_is_shown_when_it_alone_lies_there():
    found = shared([100, 100, 100, 100, -5], cut("10", 0, 1, 4), off(5, 1, 2), off(5, 2))

    assert [one.percent for one in found.lines] == [Decimal(10), None, None, None, None]
    assert found.lines[3] == LineDiscount(0, None)


def test_a_coupon_tells_the_lines_it_was_laid_on():
    found = shared([100, 100, 100], off(5), off(5, 2, 0, 2, 9))

    assert [one.positions for one in found.coupons] == [None, (0, 2)]


def test_a_coupon_for_products_lies_on_their_lines_only():
    found = shared([100, 100, 50], off(30, on=frozenset({TRAINING})), products=[AUDIT, TRAINING, None])

    assert [one.amount for one in found.lines] == [0, 30, 0]
    assert found.coupons == [AppliedCoupon(None, "Remise", 30, None, (1,))]


@pytest.mark.parametrize(
    ("bases", "coupon"),
    [
        pytest.param([100], off(5)._replace(positions=()), id="no positions"),
        pytest.param([100], off(5, 1), id="no line at its position"),
        pytest.param([100], off(5, -1), id="positions count from 0"),
        pytest.param([100, 100], off(5, 0, "0.5"), id="half a position"),
        pytest.param([100], off(5, "1e999999999"), id="a position beyond all measure"),
        pytest.param([100, 0], off(5, 1), id="a line of 0"),
        pytest.param([100, -5], off(5, 1), id="a line below 0"),
        pytest.param([-100, 0], off(5), id="every line 0 or below"),
        pytest.param([-100, 0], cut("10"), id="a percent of nothing"),
        pytest.param([100], off(5, on=frozenset({TRAINING})), id="no line of its products"),
        pytest.param([100], off(5, 0, on=frozenset({TRAINING})), id="its position is no line of its products"),
    ],
)
def test_a_coupon_that_lies_on_nothing_is_refused(bases: list[int], coupon: Discount):
    found, refusals = discounted(bases, discounts=[off(1, 0), coupon] if bases[0] > 0 else [coupon], product_ids=[AUDIT] * len(bases))

    assert [(refusal.kind, refusal.code, refusal.path) for refusal in refusals] == [
        ("invalid", "coupon", ("coupons", 1 if bases[0] > 0 else 0, "positions"))
    ]
    assert len(found.coupons) == (1 if bases[0] > 0 else 0)


@pytest.mark.parametrize(
    ("draft", "known", "discount"),
    [
        pytest.param(CouponDraft(), TEN_EUROS, Discount(TEN_EUROS.id, "Bienvenue", 1_000, None), id="as in the catalogue"),
        pytest.param(CouponDraft(name="Geste"), TEN_EUROS, Discount(TEN_EUROS.id, "Geste", 1_000, None), id="a given name wins"),
        pytest.param(CouponDraft(amount=5), TEN_EUROS, Discount(TEN_EUROS.id, "Bienvenue", 5, None), id="a given amount wins"),
        pytest.param(CouponDraft(), A_TENTH, Discount(A_TENTH.id, "Rentrée", None, Decimal(10)), id="a percent"),
        pytest.param(CouponDraft(amount=5), A_TENTH, Discount(A_TENTH.id, "Rentrée", 5, None), id="a given amount wins over a percent"),
        pytest.param(CouponDraft("Geste", 5, (1,)), None, Discount(None, "Geste", 5, None, (1,)), id="not in the catalogue"),
        pytest.param(
            CouponDraft(amount=5),
            TEN_EUROS._replace(currency="USD"),
            Discount(TEN_EUROS.id, "Bienvenue", 5, None),
            id="an amount given for a coupon in another currency",
        ),
        pytest.param(
            CouponDraft(),
            A_TENTH._replace(product_ids=frozenset({AUDIT}), expires_at=NOON + timedelta(milliseconds=1)),
            Discount(A_TENTH.id, "Rentrée", None, Decimal(10), None, frozenset({AUDIT})),
            id="good to the last moment",
        ),
    ],
)
def test_what_is_given_wins_over_the_catalogue(draft: CouponDraft, known: Coupon | None, discount: Discount):
    assert resolved(draft, known=known, currency="EUR", at=NOON) == (discount, [])


@pytest.mark.parametrize(
    ("draft", "known", "faults"),
    [
        pytest.param(CouponDraft(), TEN_EUROS._replace(deleted_at=NOON), [("conflict", "conflict", "c")], id="deleted"),
        pytest.param(CouponDraft(), A_TENTH._replace(expires_at=NOON), [("conflict", "conflict", "c")], id="expired"),
        pytest.param(CouponDraft(), TEN_EUROS._replace(currency="USD"), [("invalid", "currency", "c.amount")], id="in another currency"),
        pytest.param(CouponDraft("Geste"), None, [("invalid", "required", "c.amount")], id="no amount"),
        pytest.param(CouponDraft(amount=5), None, [("invalid", "required", "c.name")], id="no name"),
        pytest.param(
            CouponDraft(),
            TEN_EUROS._replace(deleted_at=NOON, expires_at=NOON, currency="JPY"),
            [("conflict", "conflict", "c"), ("conflict", "conflict", "c"), ("invalid", "currency", "c.amount")],
            id="all that is wrong",
        ),
    ],
)
def test_a_coupon_that_does_not_fit_is_refused(draft: CouponDraft, known: Coupon | None, faults: list[tuple[str, str, str]]):
    found, refusals = resolved(draft, known=known, currency="EUR", at=NOON, path=("c",))

    assert found is None
    assert [(refusal.kind, refusal.code, ".".join(map(str, refusal.path))) for refusal in refusals] == faults


bases_drawn = st.lists(st.integers(-5, 20) | st.integers(-(10**6), 10**7), min_size=1, max_size=7)


@given(bases_drawn, st.lists(discounts(), max_size=4))
def test_a_discount_never_goes_beyond_its_line_and_all_of_it_is_told(bases: list[int], coupons: list[Discount]):
    found, refusals = discounted(bases, discounts=coupons, product_ids=[None] * len(bases))

    assert all(0 <= one.amount <= max(0, base) for one, base in zip(found.lines, bases, strict=True))
    assert sum(one.amount for one in found.lines) == sum(one.amount for one in found.coupons)
    assert len(found.coupons) + len(refusals) == len(coupons)


@given(bases_drawn, discounts())
def test_one_coupon_is_shared_as_largest_remainder_says(bases: list[int], coupon: Discount):
    """Told again with exact fractions: whole parts first, then a unit each in order of what was cut off."""
    found, refusals = discounted(bases, discounts=[coupon], product_ids=[None] * len(bases))
    named = set(range(len(bases)) if coupon.positions is None else map(int, coupon.positions))
    taking = [place for place in sorted(named) if 0 <= place < len(bases) and bases[place] > 0]
    if not taking:
        assert refusals
        return
    whole = sum(bases[place] for place in taking)
    wanted = coupon.amount if coupon.percent is None else nearest(Fraction(coupon.percent) * whole / 100)
    assert wanted is not None
    taken = min(wanted, whole)
    ideal = {place: Fraction(taken * bases[place], whole) for place in taking}
    parts = {place: floor(part) for place, part in ideal.items()}
    for place in sorted(taking, key=lambda place: (parts[place] - ideal[place], place))[: taken - sum(parts.values())]:
        parts[place] += 1

    assert [one.amount for one in found.lines] == [parts.get(place, 0) for place in range(len(bases))]


@given(st.lists(st.integers(-50, 50) | st.integers(-MAX_AMOUNT, MAX_AMOUNT), min_size=1, max_size=8), st.data())
def test_shares_add_up_and_stay_within_their_weights(weights: list[int], data: st.DataObject):
    whole = sum(weights)
    amount = data.draw(st.integers(min(0, whole), max(0, whole)))
    parts = shared_out(amount, weights=weights)

    assert sum(parts) == amount
    assert all(min(0, weight) <= part <= max(0, weight) for part, weight in zip(parts, weights, strict=True))
    assert all(abs(part - Fraction(amount * weight, whole or 1)) < 1 for part, weight in zip(parts, weights, strict=True))


def test_there_is_no_way_to_share_over_nothing():
    assert shared_out(0, weights=[3, -3]) == [0, 0]
    with pytest.raises(ValueError, match="add up to 0"):
        shared_out(1, weights=[3, -3])
