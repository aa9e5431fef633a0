"""From drafts to lines and totals: sums that can be checked by hand, what is refused, and the laws, in yen, euros and dinars."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.coupon import Discount
from duebook.core.lines import Kind, LineDraft, RateSum, Totals, line_sign, reckoned, tax_by_rate, totals
from duebook.core.money import EXPONENTS, MAX_AMOUNT
from duebook.core.refusal import Refusal
from duebook.core.tax import Taxation
from tests.core.drawn_lines import AT_HOME, DRAFTS, LOYALTY, discounts, line, made, nearest


def refused(*drafts: LineDraft, off: tuple[Discount, ...] = (), taxation: Taxation = AT_HOME) -> list[tuple[str, str]]:
    found, refusals = reckoned(drafts, discounts=off, taxation=taxation)
    assert found is None
    return [(refusal.code, ".".join(map(str, refusal.path))) for refusal in refusals]


def test_the_published_example():
    """240 euros less a coupon of 5 euros at 20 %: 235 and 47 make 282."""
    found = made(line(24_000), off=(LOYALTY,))

    assert found.totals == Totals(net=23_500, tax=4_700, discount=500)
    assert (found.totals.amount, found.tax_scheme) == (28_200, "manual")
    assert [(one.base, one.discount, one.net, one.tax, one.amount, one.entry) for one in found.lines] == [
        (24_000, 500, 23_500, 4_700, 28_200, "debit")
    ]
    assert [(one.name, one.amount, one.positions) for one in found.coupons] == [("Remise fidélité", 500, (0,))]


@pytest.mark.parametrize(
    ("unit_amount", "units", "rate", "base", "tax", "entry"),
    [
        pytest.param(21_540, "1", "6.4", 21_540, 1_379, "debit", id="1378.56"),
        pytest.param(5, "0.5", "0", 3, 0, "debit", id="2.5 goes up"),
        pytest.param(-5, "0.5", "0", 3, 0, "credit", id="-2.5 goes down"),
        pytest.param(5, "-0.5", "0", 3, 0, "credit", id="units below 0 as well"),
        pytest.param(-5, "-0.5", "0", 3, 0, "debit", id="both below 0"),
        pytest.param(10, "0.05", "100", 1, 1, "debit", id="half a unit is a unit"),
        pytest.param(10, "0.049", "100", 0, 0, "debit", id="less is nothing"),
        pytest.param(-10, "0.049", "100", 0, 0, "debit", id="and nothing is a debit"),
        pytest.param(-5, "0", "20", 0, 0, "debit", id="no units"),
        pytest.param(25, "1", "50", 25, 13, "debit", id="12.5 of tax goes up"),
        pytest.param(-25, "1", "50", 25, 13, "credit", id="of a credit as well"),
        pytest.param(1_999, "3.333", "5.5", 6_663, 366, "debit", id="6662.667 and 366.465"),
        pytest.param(333, "0.1", "20", 33, 7, "debit", id="33.3 and 6.6"),
        pytest.param(MAX_AMOUNT, "1", "0", MAX_AMOUNT, 0, "debit", id="the largest amount"),
        pytest.param(1, "9007199254740991", "0", MAX_AMOUNT, 0, "debit", id="the largest amount in units of one"),
    ],
)
def test_a_line_alone(unit_amount: int, units: str, rate: str, base: int, tax: int, entry: str):
    beside = made(line(unit_amount, units, rate), *([line(base, "1", "100")] if entry == "credit" else []))
    found = beside.lines[0]

    assert (found.base, found.net, found.tax, found.amount, found.entry) == (base, base, tax, base + tax, entry)
    assert (found.unit_amount, found.units_count) == (abs(unit_amount), abs(Decimal(units)))


def test_lines_that_count_against_each_other():
    """100 at 20 % less 30 at 10 %: net 70, tax 20 less 3, which is 87."""
    found = made(line(100), line(-30, rate="10"))

    assert [one.entry for one in found.lines] == ["debit", "credit"]
    assert found.totals == Totals(net=70, tax=17, discount=0)
    assert tax_by_rate(found.lines) == [RateSum(Decimal(20), 100, 20), RateSum(Decimal(10), -30, -3)]


def test_a_credit_note_has_the_entries_the_other_way_round():
    found = made(line(100), line(-30, rate="10"), line(0), kind="credit_note")

    assert [one.entry for one in found.lines] == ["credit", "debit", "credit"]
    assert found.totals == totals(found.lines, kind="credit_note") == Totals(net=70, tax=17, discount=0)
    assert tax_by_rate(found.lines, kind="credit_note")[1] == RateSum(Decimal(10), -30, -3)


def test_tax_is_rounded_per_line_and_never_again():
    """Three lines of 0.03 at 20 % have a tax of 0.01 each, where 0.09 would have 0.02."""
    found = made(line(3), line(3), line(3, rate="20.0"))

    assert found.totals == Totals(net=9, tax=3, discount=0)
    assert tax_by_rate(found.lines) == [RateSum(Decimal(20), 9, 3)], "20 and 20.0 are one rate"


def test_the_scheme_and_rate_of_each_line():
    abroad = AT_HOME._replace(customer_country="IT", has_valid_tax_id=True)

    assert made(line(100, rate=None), taxation=abroad).tax_scheme == "reverse_charge"
    mixed = made(line(100, rate=None), line(100, rate="10"), taxation=abroad)
    assert [(one.tax_scheme, one.tax_percent, one.tax) for one in mixed.lines] == [("reverse_charge", 0, 0), ("manual", 10, 10)]
    assert mixed.tax_scheme == "manual"


def test_a_total_of_0_is_a_document():
    assert made(line(100), line(-100)).totals.amount == 0


HUGE = line(MAX_AMOUNT, rate="0")


@pytest.mark.parametrize(
    ("drafts", "faults"),
    [
        pytest.param([line(100), line(-101)], [("negative_total", "lines")], id="below 0"),
        pytest.param([line(100, rate="0"), line(-99)], [("negative_total", "lines")], id="below 0 by its tax"),
        pytest.param([line(MAX_AMOUNT, "2", "0")], [("too_large", "lines.0.unit_amount")], id="a line too large"),
        pytest.param([line(100, "1e15")], [("too_large", "lines.0.unit_amount")], id="too many units"),
        pytest.param([line(1, "1e999999999")], [("too_large", "lines.0.units_count")], id="units beyond all measure"),
        pytest.param([line(1, "1e-401")], [("too_large", "lines.0.units_count")], id="decimals beyond all measure"),
        pytest.param([HUGE, line(1, rate="0")], [("too_large", "lines")], id="a sum too large"),
        pytest.param([HUGE, line(-1, rate="0")], [("too_large", "lines")], id="signs aside"),
        pytest.param([line(MAX_AMOUNT // 2 + 1, rate="100")], [("too_large", "lines")], id="too large with its tax"),
        pytest.param([line(1, rate="100.001")], [("tax_rate", "lines.0.tax_rate")], id="more than all of it"),
        pytest.param([line(1, rate="-1")], [("tax_rate", "lines.0.tax_rate")], id="less than nothing of it"),
    ],
)
def test_what_is_refused(drafts: list[LineDraft], faults: list[tuple[str, str]]):
    assert refused(*drafts) == faults


def test_every_fault_is_told_at_once():
    in_america = Taxation("US", "US", AT_HOME.day)
    off = (LOYALTY._replace(positions=()), LOYALTY._replace(positions=(7,)))

    assert refused(line(MAX_AMOUNT, "2"), line(1, rate=None), line(5, rate="101"), off=off, taxation=in_america) == [
        ("too_large", "lines.0.unit_amount"),
        ("required", "lines.1.tax_rate"),
        ("tax_rate", "lines.2.tax_rate"),
        ("coupon", "coupons.0.positions"),
        ("coupon", "coupons.1.positions"),
    ]


def test_a_line_too_large_still_carries_its_coupon():
    """Its own fault is told, and no second one that follows from it; below 0 it would carry none in any size."""
    assert refused(line(MAX_AMOUNT, "2"), off=(LOYALTY,)) == [("too_large", "lines.0.unit_amount")]
    assert refused(line(1, "1e20"), off=(LOYALTY,)) == [("too_large", "lines.0.units_count")]
    assert refused(line(-1, "-1e20"), off=(LOYALTY,)) == [("too_large", "lines.0.units_count")]
    assert refused(line(-1, "1e20"), off=(LOYALTY,)) == [("too_large", "lines.0.units_count"), ("coupon", "coupons.0.positions")]


def rounds(amount: Decimal, decimals: int) -> Decimal:
    exact = Context(prec=100)
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=exact)


@given(
    st.lists(DRAFTS, min_size=1, max_size=6),
    st.lists(discounts(), max_size=3),
    st.sampled_from(["JPY", "EUR", "KWD"]),
    st.sampled_from(["invoice", "credit_note", "document"]),
)
def test_totals_are_the_sums_of_lines_to_the_unit(drafts: list[LineDraft], off: list[Discount], currency: str, kind: Kind):
    """Reckoned a second time as a person would, in whole yen, euros and cents, or dinars and fils."""
    found, refusals = reckoned(drafts, discounts=off, taxation=AT_HOME, kind=kind)
    if found is None:
        assert refusals
        return
    decimals = EXPONENTS[currency]
    net = tax = Decimal(0)
    for draft, one in zip(drafts, found.lines, strict=True):
        price, sign = Decimal(draft.unit_amount).scaleb(-decimals), line_sign(one, kind=kind)
        base = rounds(price * draft.units_count, decimals)
        line_net = base - sign * Decimal(one.discount).scaleb(-decimals)
        line_tax = rounds(line_net * one.tax_percent * Decimal("0.01"), decimals)
        assert sign * Decimal(one.base).scaleb(-decimals) == base
        assert sign * Decimal(one.net).scaleb(-decimals) == line_net
        assert sign * Decimal(one.tax).scaleb(-decimals) == line_tax
        net, tax = net + line_net, tax + line_tax
    assert (Decimal(found.totals.net).scaleb(-decimals), Decimal(found.totals.tax).scaleb(-decimals)) == (net, tax)
    assert found.totals.discount == sum(one.discount for one in found.lines) == sum(coupon.amount for coupon in found.coupons)


@given(st.lists(DRAFTS, min_size=1, max_size=6), st.lists(discounts(), max_size=3))
def test_what_every_document_keeps(drafts: list[LineDraft], off: list[Discount]):
    found, _ = reckoned(drafts, discounts=off, taxation=AT_HOME)
    if found is None:
        return

    assert found.totals.amount >= 0
    for draft, one in zip(drafts, found.lines, strict=True):
        assert min(one.base, one.discount, one.net, one.tax, one.unit_amount, one.units_count) >= 0
        assert one.discount <= one.base
        assert one.tax == nearest(Fraction(one.net) * Fraction(one.tax_percent) / 100)
        assert (one.entry == "credit") == (nearest(Fraction(draft.unit_amount) * Fraction(draft.units_count)) < 0)
        assert one.entry == "debit" or one.discount == 0, "a line below 0 takes no part in coupons"
    parts = tax_by_rate(found.lines)
    assert [part.percent for part in parts] == sorted({one.tax_percent for one in found.lines}, reverse=True)
    assert (sum(part.net for part in parts), sum(part.tax for part in parts)) == (found.totals.net, found.totals.tax)


@given(st.integers(-MAX_AMOUNT, MAX_AMOUNT), st.decimals(allow_nan=False, allow_infinity=False), st.decimals(0, 100, allow_nan=False))
def test_whatever_the_numbers_there_is_an_answer(unit_amount: int, units: Decimal, rate: Decimal):
    """And one of figures that the books can hold, or a refusal that names its place."""
    found, refusals = reckoned([LineDraft("Audit", unit_amount, units, rate)], taxation=AT_HOME)

    assert (found is None) == bool(refusals)
    assert all(isinstance(refusal, Refusal) and refusal.path[0] == "lines" for refusal in refusals)
    assert found is None or 0 <= found.totals.amount <= MAX_AMOUNT
