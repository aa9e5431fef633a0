"""The Hyperline door's single values: what a text, an amount, a quantity, an instant may be, as the contract says.

The JSON schema of each is read off here, for explaining refusals and for the OpenAPI page. Patterns stand in the schema only:
the decoder does not run them, `web.body` and `checks.py` see to what they say. Quantities and rates are Decimals and never floats.
"""

import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from duebook.hyperline.wire import checks
from duebook.web.soundness import INSTANT_PATTERN

LARGEST_AMOUNT: Final = 9_007_199_254_740_991
MOST_INVOICES: Final = 50
MOST_CUSTOMERS: Final = 50
MOST_LINES: Final = 1_000
MOST_ROWS: Final = 500
MOST_DISPLAY_FIELDS: Final = 20
MOST_ERRORS: Final = 1_000
# A day further ahead leaves the years that are kept.
MOST_DAYS: Final = 36_500

_NO_NUL: Final = {"pattern": "^[^\\u0000]*$"}
_UNITS: Final = {"description": "whole minor units: 24000 in EUR is 240.00"}
_WHOLE: Final = {"noun": "a whole number of minor units"}
_SCALAR: Final = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"}]}
_SCALARS: Final = {"type": "array", "items": _SCALAR, "maxItems": checks.MOST_VALUES}
_TEXTS: Final = {"type": "array", "items": {"type": "string"}, "maxItems": checks.MOST_VALUES}
_CUSTOM: Final = [
    *({"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "string", "format": "date-time"}),
    *(_TEXTS, {"type": "null"}),
]

Text = Annotated[str, Meta(extra_json_schema=_NO_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=255, extra_json_schema=_NO_NUL)]
# An empty one is none. An index holds them, and none above 2,700 bytes.
ExternalId = Annotated[str, Meta(max_length=255, extra_json_schema=_NO_NUL)]
Description = Annotated[str, Meta(max_length=5_000, extra_json_schema=_NO_NUL)]
Note = Annotated[str, Meta(max_length=20_000, extra_json_schema=_NO_NUL)]
Label = Annotated[str, Meta(min_length=1, max_length=100, extra_json_schema=_NO_NUL)]
Value = Annotated[str, Meta(max_length=500, extra_json_schema=_NO_NUL)]

Amount = Annotated[int, Meta(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT, extra=_WHOLE, extra_json_schema=_UNITS)]
Paid = Annotated[int, Meta(ge=0, le=LARGEST_AMOUNT, extra=_WHOLE, extra_json_schema=_UNITS)]
Discount = Annotated[int, Meta(gt=0, le=LARGEST_AMOUNT, extra=_WHOLE, extra_json_schema=_UNITS)]
Quantity = Annotated[Decimal, Meta(extra_json_schema={"description": "may have a fraction, may be below 0"})]
Rate = Annotated[Decimal, Meta(extra={"noun": "a percent from 0 to 100"}, extra_json_schema={"minimum": 0, "maximum": 100})]
Position = Annotated[Decimal, Meta(extra_json_schema={"description": "of a line, counted from 0"})]
Days = Annotated[int, Meta(ge=0, le=MOST_DAYS, extra={"noun": "a whole number of days"})]

Instant = Annotated[
    datetime.datetime,
    Meta(
        tz=True,
        extra={"noun": "an instant with its offset or Z, such as 2026-01-31T12:00:00.000Z, of the years 1900 to 2999"},
        extra_json_schema={"pattern": INSTANT_PATTERN},
    ),
]

Metadata = Annotated[
    dict[str, Any],
    Meta(
        extra={"check": checks.is_metadata, "noun": "an object of texts, numbers, booleans, nulls and lists of those"},
        extra_json_schema={"additionalProperties": {"anyOf": [_SCALAR, _SCALARS]}, "maxProperties": checks.MOST_PROPERTIES},
    ),
]
CustomValues = Annotated[
    dict[str, Any],
    Meta(
        extra={"check": checks.is_custom_values, "noun": "an object of texts, numbers, booleans, nulls and lists of texts, by slug"},
        extra_json_schema={"additionalProperties": {"anyOf": _CUSTOM}, "maxProperties": checks.MOST_PROPERTIES},
    ),
]

Email = Annotated[str, Meta(extra={"check": checks.is_email, "noun": "an e-mail address"}, extra_json_schema={"format": "email"})]
Host = Annotated[
    str, Meta(extra={"check": checks.is_host, "noun": "a host name such as example.com"}, extra_json_schema={"format": "hostname"})
]
Zone = Annotated[str, Meta(extra={"check": checks.is_zone, "noun": "an IANA time zone such as Europe/Paris"}, extra_json_schema=_NO_NUL)]
Iban = Annotated[str, Meta(extra={"check": checks.is_iban, "noun": "an IBAN whose check digits are right"}, extra_json_schema=_NO_NUL)]

InvoiceKind = Literal["invoice", "credit_note", "document"]
Language = Literal["fr", "en", "de", "it", "nl", "es", "pt", "pl"]
CustomerKind = Literal["corporate", "person"]
Taxability = Literal["taxable", "exempt"]
OrganisationInvoicing = Literal["none", "every_invoice", "concat"]
AccountFormat = Literal["iban_bic_swift", "sort_code_account_number", "account_number_routing_number", "account_number_bic_swift"]
AvailableMethod = Literal[
    "card", "apple_pay", "google_pay", "direct_debit", "direct_debit_ach", "direct_debit_bacs", "stripe_link", "transfer",
    "transfer_automated",
]  # fmt: skip
MethodKind = Literal[
    "card", "apple_pay", "google_pay", "direct_debit", "direct_debit_ach", "direct_debit_bacs", "stripe_link", "transfer",
    "transfer_automated", "external",
]  # fmt: skip

# Of answers: texts that the translator has formatted, so that encoding copies them.
Stamp = Annotated[str, Meta(extra_json_schema={"format": "date-time", "pattern": "\\.[0-9]{3}Z$"})]
Total = Annotated[int, Meta(extra_json_schema=_UNITS)]
Number = Annotated[Decimal, Meta(extra_json_schema={})]
Count = Annotated[int, Meta(ge=0)]
Uri = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
