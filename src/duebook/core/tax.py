"""Which value added tax a line gets: its scheme and its rate in percent.

The first that holds wins: not eligible, a rate on the line or document, the customer's own rate, an exempt customer, and last the two
countries. What this module does not do: check tax ids (whether one is valid is an argument), know what is sold, or reckon amounts
(`core.lines`). Special territories are out of scope: a country code that is not one of the member states counts as outside the EU
(overseas departments, Monaco, Northern Ireland for goods among them), so such a line states its rate.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from duebook.core.refusal import Path, Refusal, required
from duebook.core.tax_rates import rate_on

Scheme = Literal["standard", "reverse_charge", "exempt", "manual", "not_eligible"]
Place = Literal["destination", "origin"]
"""Whose rate a customer without a tax id in another EU country gets: its own (the one-stop shop, OSS) or the seller's."""

EU: Final = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
_UNITED_KINGDOM_LEFT_ON: Final = date(2021, 1, 1)
"""It left in 2020, but the transition kept it inside the common VAT system to the end of that year."""

_NOTHING: Final = Decimal(0)


class Taxation(NamedTuple):
    """What the tax of every line of one document depends on. Countries are ISO 3166-1 alpha-2, rates in percent.

    `day` is the issue day. `document_rate` is the rate that lines without one take; `customer_rate` the customer's own.
    """

    entity_country: str
    customer_country: str | None
    day: date
    has_valid_tax_id: bool = False
    customer_rate: Decimal | None = None
    is_exempt: bool = False
    is_not_eligible: bool = False
    document_rate: Decimal | None = None
    between_members: Place = "destination"


class Tax(NamedTuple):
    """The tax of a line: its scheme and percent."""

    scheme: Scheme
    percent: Decimal


def is_member(country: str, day: date) -> bool:
    """Whether `country` is inside the EU's VAT system on `day`."""
    return country in EU or (country == "GB" and day < _UNITED_KINGDOM_LEFT_ON)


def line_tax(taxation: Taxation, *, rate: Decimal | None = None, path: Path = ("tax_rate",)) -> Tax | Refusal:
    """The tax of a line with its own `rate` (None: it has none), or a refusal at `path` that asks for one when none is on file."""
    if taxation.is_not_eligible:
        return Tax("not_eligible", _NOTHING)
    stated = next((given for given in (rate, taxation.document_rate, taxation.customer_rate) if given is not None), None)
    if stated is not None:
        return Tax("manual", stated)
    if taxation.is_exempt:
        return Tax("exempt", _NOTHING)
    return _by_country(taxation, path)


def _by_country(taxation: Taxation, path: Path) -> Tax | Refusal:
    entity, customer, day = taxation.entity_country, taxation.customer_country or taxation.entity_country, taxation.day
    if customer == entity:
        return _standard(entity, day, path)
    if not (is_member(entity, day) and is_member(customer, day)):
        return Tax("exempt", _NOTHING)
    if taxation.has_valid_tax_id:
        return Tax("reverse_charge", _NOTHING)
    return _standard(customer if taxation.between_members == "destination" else entity, day, path)


def _standard(country: str, day: date, path: Path) -> Tax | Refusal:
    percent = rate_on(country, day)
    if percent is None:
        return required(path=path, message=f"no standard rate of {country} on {day} is on file: give the line its tax_rate")
    return Tax("standard", percent)


def document_scheme(schemes: Iterable[Scheme]) -> Scheme:
    """The scheme of a document with lines of these schemes (at least one): `manual` if any is, else the one they all share."""
    found = set(schemes)
    if "manual" in found:
        return "manual"
    # What else decides is the same for all lines of a document.
    (shared,) = found
    return shared
