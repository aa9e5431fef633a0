"""Request structs that hold one of everything a form may ask for, and bodies for them."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from duebook.web.body import Form
from duebook.web.faults import Fault, FormRefused

SOME_ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
LARGEST = 2**53 - 1

Amount = Annotated[int, Meta(ge=0, le=LARGEST, extra={"noun": "a whole number of minor units"})]
Text = Annotated[str, Meta(max_length=80)]
Money = Annotated[Literal["EUR", "JPY"], Meta(extra={"code": "currency", "noun": "a currency code"})]


class Row(Struct, kw_only=True, forbid_unknown_fields=True):
    day: date
    amount: Amount
    owner: UUID | None | UnsetType = UNSET


class Draft(Struct, kw_only=True, forbid_unknown_fields=True):
    owner: UUID
    reference: Text
    amount: Amount
    day: date
    note: Annotated[str, Meta(min_length=1, max_length=80)] | None | UnsetType = UNSET
    currency: Money | None | UnsetType = UNSET
    kind: Literal["a", "b"] | UnsetType = UNSET
    share: float | UnsetType = UNSET
    rows: Annotated[list[Row], Meta(max_length=3)] | UnsetType = UNSET
    first: Row | None | UnsetType = UNSET
    owners: list[UUID] | UnsetType = UNSET
    flag: bool | UnsetType = UNSET


class Drafts(Struct, kw_only=True, forbid_unknown_fields=True):
    drafts: Annotated[list[Draft], Meta(min_length=1, max_length=100)]
    note: Text | UnsetType = UNSET


class Anything(Struct, kw_only=True, forbid_unknown_fields=True):
    inside: Any = None


class Choice(Struct, kw_only=True, forbid_unknown_fields=True):
    value: int | str | None
    at: datetime | UnsetType = UNSET


def draft(**changes: Any) -> dict[str, Any]:
    return {"owner": SOME_ID, "reference": "FA-1", "amount": 24000, "day": "2026-01-31"} | changes


def raw(document: Any) -> bytes:
    return json.dumps(document).encode()


def attempt(form: Form[Any], body: bytes) -> tuple[Any, list[Fault]]:
    """What is read and no faults, or nothing and the faults of the refusal."""
    try:
        return form.read(body), []
    except FormRefused as refused:
        if not refused.faults:
            raise AssertionError("a refusal without a reason") from refused
        return None, refused.faults
