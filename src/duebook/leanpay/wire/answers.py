"""The bodies that the LeanPay door answers, exactly as the contract names and orders them.

The order of the fields is the order of the keys, and every key is always there. Days and instants are texts that the
translator has formatted: encoding copies them. Nothing is checked on the way out.
"""
# ruff: noqa: N815  # the names are the contract's keys

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from duebook.leanpay.wire.currencies import Currency
from duebook.leanpay.wire.scalars import (
    MOST_ERRORS,
    MOST_ITEMS,
    Amount,
    Count,
    CreditNoteStatus,
    DayOut,
    ErrorCode,
    ErrorStatus,
    Id,
    InvoiceStatus,
    Language,
    NewId,
    NewInstant,
    Total,
)


class Answer(Struct, gc=False):
    """What a client receives; the order of the fields is the order of the keys."""


class Instalment(Answer):
    dueDate: DayOut
    currency: Currency
    amount: Amount
    defaultCurrencyAmount: Amount | None


class MoneyRow(Answer):
    """A payment or a payback inside a document."""

    date: DayOut
    amount: Amount
    defaultCurrencyAmount: Amount | None
    externalId: str | None


class Counterpart(Answer):
    """The other document of a link."""

    id: Id
    externalId: str | None


class CreditNoteLinkRow(Answer):
    date: DayOut
    amount: Amount
    defaultCurrencyAmount: Amount | None
    externalId: str | None
    creditNote: Counterpart


class InvoiceLinkRow(Answer):
    date: DayOut
    amount: Amount
    defaultCurrencyAmount: Amount | None
    externalId: str | None
    invoice: Counterpart


class Invoice(Answer):
    id: NewId
    tenantId: Id
    clientId: Id
    externalId: str | None
    reference: str
    amount: Total
    remainingAmount: Total
    paidAmount: Total
    offsetAmount: Total
    sentDate: Annotated[DayOut, Meta(extra_json_schema={"deprecated": True, "description": "use issueDate instead"})]
    issueDate: DayOut
    dueDate: DayOut
    status: InvoiceStatus
    upcomingPaymentDate: DayOut | None
    dueDates: list[Instalment]
    payments: list[MoneyRow]
    creditNoteLinks: list[CreditNoteLinkRow]
    createdAt: NewInstant
    updatedAt: NewInstant


class CreditNote(Answer):
    id: NewId
    tenantId: Id
    clientId: Id
    externalId: str | None
    reference: str
    amount: Total
    remainingAmount: Total
    paybackAmount: Total
    deductedAmount: Total
    issueDate: DayOut
    paybacks: list[MoneyRow]
    invoiceLinks: list[InvoiceLinkRow]
    status: CreditNoteStatus
    createdAt: NewInstant
    updatedAt: NewInstant


class ClientBalance(Answer):
    """What a client owes and is owed in one currency."""

    currency: Currency
    outstandingAmount: Total
    overdueAmount: Total
    disputedAmount: Total
    recoveryAmount: Total
    uncollectibleAmount: Total
    unappliedAmount: Total
    creditAmount: Total
    miscAmount: Total
    balanceAmount: Total


class Client(Answer):
    id: NewId
    tenantId: Id
    externalId: str | None
    name: str
    registrationNumber: str | None
    vatNumber: str | None
    currency: Currency | None
    language: Language | None
    paymentTermDays: int | None
    balances: list[ClientBalance]
    createdAt: NewInstant
    updatedAt: NewInstant


class Invoices(Answer):
    data: list[Invoice]


class CreditNotes(Answer):
    data: list[CreditNote]


class Clients(Answer):
    data: list[Client]


class ErrorItem(Answer):
    """One error: `index` is the position of the batch item, null outside batches; `path` is a JSON path in the body."""

    index: Count | None
    path: Annotated[str, Meta(extra_json_schema={"pattern": "^\\$"})]
    code: ErrorCode
    message: str


ErrorItems = Annotated[list[ErrorItem], Meta(min_length=1, max_length=MOST_ERRORS)]


class Error(Answer):
    """The body of every 4xx and 5xx; `truncated` stands only where there were more errors than are told."""

    statusCode: ErrorStatus
    error: str
    message: str
    errors: ErrorItems
    truncated: Literal[True] | UnsetType = UNSET


class InvoicesPartial(Answer):
    """207: the accepted items in their order, and why the others were refused."""

    data: Annotated[list[Invoice], Meta(min_length=1, max_length=MOST_ITEMS - 1)]
    errors: ErrorItems
    truncated: Literal[True] | UnsetType = UNSET


class CreditNotesPartial(Answer):
    """207: the accepted items in their order, and why the others were refused."""

    data: Annotated[list[CreditNote], Meta(min_length=1, max_length=MOST_ITEMS - 1)]
    errors: ErrorItems
    truncated: Literal[True] | UnsetType = UNSET


class ClientsPartial(Answer):
    """207: the accepted items in their order, and why the others were refused."""

    data: Annotated[list[Client], Meta(min_length=1, max_length=MOST_ITEMS - 1)]
    errors: ErrorItems
    truncated: Literal[True] | UnsetType = UNSET


class InvoicePage(Answer):
    """`count` are the rows here, `total` all; pages are counted from 1."""

    data: Annotated[list[Invoice], Meta(max_length=MOST_ITEMS)]
    count: Count
    total: Count
    page: Annotated[int, Meta(ge=1)]
    pageCount: Count


class CreditNotePage(Answer):
    """`count` are the rows here, `total` all; pages are counted from 1."""

    data: Annotated[list[CreditNote], Meta(max_length=MOST_ITEMS)]
    count: Count
    total: Count
    page: Annotated[int, Meta(ge=1)]
    pageCount: Count


class ClientPage(Answer):
    """`count` are the rows here, `total` all; pages are counted from 1."""

    data: Annotated[list[Client], Meta(max_length=MOST_ITEMS)]
    count: Count
    total: Count
    page: Annotated[int, Meta(ge=1)]
    pageCount: Count
