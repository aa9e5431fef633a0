"""Tax ids: whether one is right by its form and its key, and whether it is of the country that its owner says.

By calculation alone: nobody is asked whether the number was ever given out, so `unverified` (asked, no answer yet) is never a result here.
"""

from functools import cache
from typing import Any, Final, Literal, cast

from stdnum.ch import uid
from stdnum.no import orgnr
from stdnum.util import get_cc_module

from duebook.core.customer import Customer
from duebook.core.tax import EU

Status = Literal["valid", "invalid", "mismatch", "unsupported"]

# Numbers of these begin with a prefix that is no country code, or countries share the numbers of a neighbour.
_COUNTRIES: Final = {"EL": "GR", "XI": "GB", "MC": "FR", "IM": "GB"}
_PREFIXED: Final = EU | {"GB", "CH", "NO"}


def tax_id_status(value: str, *, country: str | None) -> Status:
    """What the check of form and key says of a tax id whose owner sits in `country` (ISO 3166-1 alpha-2; None: not known).

    `valid`: right, and of that country, or of the country its prefix names where none is known. `mismatch`: right, but of another
    country. `unsupported`: neither its prefix nor the country has a check. Blanks, dots and dashes are of no matter.
    """
    text = "".join(character for character in value.upper() if character.isalnum())
    own = None if country is None else _COUNTRIES.get(country, country)
    if own is not None and _is_valid(text, own):
        return "valid"
    named = _COUNTRIES.get(text[:2], text[:2])
    if named in _PREFIXED and named != own and _is_valid(text, named):
        return "mismatch" if own is not None else "valid"
    has_check = named in _PREFIXED or (own is not None and _check(own) is not None)
    return "invalid" if has_check else "unsupported"


def status_of(customer: Customer) -> Status | None:
    """What the check says of a customer's tax id; None where it has none."""
    return None if not customer.vat_number else tax_id_status(customer.vat_number, country=customer.country)


def _is_valid(text: str, country: str) -> bool:
    check = _check(country)
    if check is None:
        return False
    # In Switzerland and Norway the number is that of the company, with or without the word for the tax behind it.
    if country == "CH" and text.startswith("CHE") and bool(uid.is_valid(text)):
        return True
    if country == "NO" and bool(orgnr.is_valid(text.removeprefix("NO"))):
        return True
    return bool(check.is_valid(text))


@cache
def _check(country: str) -> Any:
    """The rule for the numbers of a country; None when there is none."""
    return cast("Any", get_cc_module(country.lower(), "vat")) if len(country) == 2 and country.isalpha() else None
