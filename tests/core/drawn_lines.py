"""What lines, coupons and credit notes are tried on: shorthands for stories; drawn ones, mostly small, so that halves and ties are met."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import strategies as st

from duebook.core.coupon import Discount
from duebook.core.lines import Kind, LineDraft, Reckoning, reckoned
from duebook.core.tax import Taxation

AT_HOME = Taxation(entity_country="FR", customer_country="FR", day=date(2026, 1, 15))
LOYALTY = Discount(None, "Remise fidélité", 500, None, (0,))

UNIT_AMOUNTS = st.integers(-30, 60) | st.integers(-300_000, 3_000_000)
"""Minor units."""
COUNTS = st.sampled_from(
    [Decimal(1), Decimal(2), Decimal(0), Decimal("0.5"), Decimal("-1"), Decimal("2.25"), Decimal("0.3333")]
) | st.decimals(min_value=-20, max_value=1_000, places=3)
RATES = st.sampled_from([Decimal(text) for text in ("0", "2.1", "5.5", "6.4", "8.1", "19", "20", "25.5", "50", "100")]) | st.decimals(
    min_value=0, max_value=100, places=3
)
"""Percent."""

DRAFTS = st.builds(LineDraft, name=st.just("Audit"), unit_amount=UNIT_AMOUNTS, units_count=COUNTS, tax_rate=RATES)


@st.composite
def discounts(draw: st.DrawFn) -> Discount:
    """A coupon of an amount or a percent, on every line or on some of the first six, positions without a line among them."""
    percent = draw(st.none() | RATES)
    amount = draw(st.integers(1, 40) | st.integers(1, 10**7)) if percent is None else None
    positions = draw(st.none() | st.lists(st.integers(-1, 6), min_size=1, max_size=4))
    return Discount(None, "Remise", amount, percent, None if positions is None else tuple(positions))


def line(unit_amount: int, units: str = "1", rate: str | None = "20") -> LineDraft:
    """A line in minor units, at a rate of its own or (None) the one the countries decide."""
    return LineDraft("Accès plateforme", unit_amount, Decimal(units), None if rate is None else Decimal(rate))


def made(*drafts: LineDraft, off: tuple[Discount, ...] = (), kind: Kind = "invoice", taxation: Taxation = AT_HOME) -> Reckoning:
    """The document of these lines, against which nothing speaks."""
    found, refusals = reckoned(drafts, discounts=off, taxation=taxation, kind=kind)
    assert refusals == []
    assert found is not None
    return found


def nearest(exact: Fraction) -> int:
    """The whole number nearest to `exact`, halves away from zero: the rule in its own words."""
    size = floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size
