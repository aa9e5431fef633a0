"""The LeanPay door's single values: what a text, an amount, a day may be, as the contract says.

The JSON schema of each is read off here, for explaining refusals and for the OpenAPI page. Patterns stand in the
schema only: the decoder does not run them, `web.body` sees to what they say.
"""

import datetime
from typing import Annotated, Literal

from msgspec import Meta

LARGEST_AMOUNT = 9_007_199_254_740_991
MOST_ITEMS = 100
MOST_ROWS = 500
MOST_ERRORS = 1_000

_NO_NUL = {"pattern": "^[^\\u0000]*$"}
_UNITS = {"description": "whole minor units: 24000 in EUR is 240.00"}
_WHOLE = {"noun": "a whole number of minor units"}

Day = Annotated[datetime.date, Meta(extra_json_schema={"description": "a day: 2026-01-31"})]
Text = Annotated[str, Meta(max_length=80, extra_json_schema=_NO_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=80, extra_json_schema=_NO_NUL)]
ExternalId = Annotated[str, Meta(max_length=80, extra_json_schema=_NO_NUL | {"description": "an empty one is null"})]
Amount = Annotated[int, Meta(ge=0, le=LARGEST_AMOUNT, extra=_WHOLE, extra_json_schema=_UNITS)]
Total = Annotated[int, Meta(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT, extra_json_schema=_UNITS)]
Count = Annotated[int, Meta(ge=0)]
TermDays = Annotated[
    int, Meta(ge=0, le=365, extra={"noun": "a whole number of days"}, extra_json_schema={"description": "days from issue to due date"})
]
Language = Literal["fr", "en", "de", "it", "nl", "es", "pt", "pl"]
InvoiceStatus = Literal["due", "overdue", "paid", "disputed", "offset", "payment_in_progress", "upcoming_payment", "recovery"]
CreditNoteStatus = Literal["available", "deducted", "disputed", "recovery"]

ERROR_STATUSES = (400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503)
# fmt: off
ERROR_CODES = (
    "required", "unknown_field", "type", "format", "enum", "too_long", "too_small", "too_large", "too_few", "too_many", "duplicate",
    "not_found", "currency", "sum_mismatch", "over_allocation", "in_use", "conflict", "syntax", "unauthorized", "forbidden", "method",
    "body_too_large", "media_type", "rate_limit", "unavailable",
    # Ours beyond the contract: two of Idempotency-Key (409), and the two ways of a 500.
    "running", "key_reused", "internal", "outcome_unknown",
)
# fmt: on

# Of answers: texts that the translator has formatted, so that encoding copies them.
_UUID = {"format": "uuid"}
_MIDNIGHT = {"format": "date-time", "pattern": "T00:00:00\\.000Z$", "description": "a day as midnight UTC"}
_INSTANT = {"format": "date-time", "pattern": "\\.[0-9]{3}Z$"}
_NEW = {"description": "null only in a dry run, on what would be new"}

ErrorStatus = Annotated[int, Meta(extra_json_schema={"enum": list(ERROR_STATUSES)})]
ErrorCode = Annotated[str, Meta(extra_json_schema={"enum": list(ERROR_CODES)})]
Id = Annotated[str, Meta(extra_json_schema=_UUID)]
NewId = Annotated[str, Meta(extra_json_schema=_UUID | _NEW)] | None
DayOut = Annotated[str, Meta(extra_json_schema=_MIDNIGHT)]
NewInstant = Annotated[str, Meta(extra_json_schema=_INSTANT | _NEW)] | None
