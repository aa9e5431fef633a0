"""The bodies that the LeanPay door takes, exactly as the contract names them.

An absent field is `UNSET` and differs from null: absent changes nothing, null clears. No rule of the books stands
here, only the form.
"""
# ruff: noqa: N815  # the names are the contract's keys

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from duebook.leanpay.wire.currencies import Currency
from duebook.leanpay.wire.scalars import (
    MOST_ITEMS,
    MOST_ROWS,
    Amount,
    Day,
    ExternalId,
    Language,
    Name,
    TermDays,
    Text,
)


class Request(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """What a client sends. `gc=False`: decoded values hold no cycles."""


class Reference(Request, frozen=True, kw_only=True):
    """Names a document or a client by `id`, by `externalId`, or by both if they agree."""

    noun: ClassVar[str] = "an object with id or externalId"
    # msgspec knows no least number of fields: the schema is told here, the decoder below.
    demands: ClassVar[dict[str, int]] = {"minProperties": 1}

    id: UUID | UnsetType = UNSET
    externalId: Name | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.id is UNSET and self.externalId is UNSET:
            raise ValueError("must name id or externalId")


class InvoiceImport(Request, frozen=True, kw_only=True):
    clientId: UUID
    reference: Text
    amount: Amount
    netAmount: Amount | UnsetType | None = UNSET
    issueDate: Day
    dueDate: Day
    externalId: ExternalId | UnsetType | None = UNSET
    sentDate: Day | UnsetType | None = UNSET


class InvoicesBatchRequest(Request, frozen=True, kw_only=True):
    invoices: Annotated[list[InvoiceImport], Meta(min_length=1, max_length=MOST_ITEMS)]


class InstalmentImport(Request, frozen=True, kw_only=True):
    dueDate: Day
    currency: Currency
    amount: Amount
    defaultCurrencyAmount: Amount | UnsetType | None = UNSET


class MoneyImport(Request, frozen=True, kw_only=True):
    """A payment or a payback inside a document."""

    noun: ClassVar[str] = "a row of payments or paybacks"

    date: Day
    amount: Amount
    externalId: ExternalId | UnsetType | None = UNSET


class CreditNoteLinkImport(Request, frozen=True, kw_only=True):
    date: Day
    creditNote: Reference
    amount: Amount
    externalId: ExternalId | UnsetType | None = UNSET


class InvoiceLinkImport(Request, frozen=True, kw_only=True):
    date: Day
    invoice: Reference
    amount: Amount
    externalId: ExternalId | UnsetType | None = UNSET


class CompleteInvoice(Request, frozen=True, kw_only=True):
    reference: Text
    amount: Amount
    issueDate: Day
    dueDates: Annotated[list[InstalmentImport], Meta(min_length=1, max_length=MOST_ROWS)]
    externalId: ExternalId | UnsetType | None = UNSET
    client: Reference | UnsetType = UNSET
    dueDate: Day | UnsetType | None = UNSET
    payments: Annotated[list[MoneyImport], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET
    creditNoteLinks: Annotated[list[CreditNoteLinkImport], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET


class CreditNoteImport(Request, frozen=True, kw_only=True):
    clientId: UUID
    reference: Text
    amount: Amount
    netAmount: Amount | UnsetType | None = UNSET
    issueDate: Day
    dueDate: Day
    externalId: ExternalId | UnsetType | None = UNSET


class CreditNotesBatchRequest(Request, frozen=True, kw_only=True):
    creditNotes: Annotated[list[CreditNoteImport], Meta(min_length=1, max_length=MOST_ITEMS)]


class CompleteCreditNote(Request, frozen=True, kw_only=True):
    reference: Text
    amount: Amount
    issueDate: Day
    currency: Currency
    externalId: ExternalId | UnsetType | None = UNSET
    client: Reference | UnsetType = UNSET
    dueDate: Day | UnsetType | None = UNSET
    defaultCurrencyAmount: Amount | UnsetType | None = UNSET
    paybacks: Annotated[list[MoneyImport], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET
    invoiceLinks: Annotated[list[InvoiceLinkImport], Meta(max_length=MOST_ROWS)] | UnsetType = UNSET


class ClientImport(Request, frozen=True, kw_only=True):
    externalId: ExternalId | UnsetType | None = UNSET
    name: Name
    registrationNumber: Text | UnsetType | None = UNSET
    vatNumber: Text | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    paymentTermDays: TermDays | UnsetType | None = UNSET


class ClientsBatchRequest(Request, frozen=True, kw_only=True):
    clients: Annotated[list[ClientImport], Meta(min_length=1, max_length=MOST_ITEMS)]


class ClientUpdate(Request, frozen=True, kw_only=True):
    """As ClientImport, and nothing is required: an absent field stays, null clears it."""

    externalId: ExternalId | UnsetType | None = UNSET
    name: Name | UnsetType = UNSET
    registrationNumber: Text | UnsetType | None = UNSET
    vatNumber: Text | UnsetType | None = UNSET
    currency: Currency | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    paymentTermDays: TermDays | UnsetType | None = UNSET
