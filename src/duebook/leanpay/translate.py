"""Between the wire and the house: request structs to drafts, documents to answer structs.

From here on nobody says `clientId`; and nobody below formats a date. Nothing is decided here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final, cast
from uuid import UUID

from msgspec import UNSET, Raw, UnsetType

from duebook.core.allocation import AllocationDraft
from duebook.core.credit_note import CreditNoteDraft
from duebook.core.customer import Balance, Customer
from duebook.core.instalment import InstalmentDraft
from duebook.core.invoice import KEEP, InvoiceDraft, LinkDraft, Reference
from duebook.core.money import shares
from duebook.core.status import OPEN, status_on
from duebook.leanpay import wire
from duebook.store.credit_notes import CreditNoteView
from duebook.store.invoices import InvoiceRow, InvoiceView
from duebook.web.instants import created, created_ms, instant, instant_of
from duebook.web.kept import Kept

# Requests to drafts


def invoice_draft(request: wire.InvoiceImport) -> InvoiceDraft:
    """A simple import: one due date, the tenant's currency."""
    return InvoiceDraft(
        request.externalId or None,
        Reference(request.clientId),
        request.reference,
        request.amount,
        request.issueDate,
        request.dueDate,
        KEEP if request.netAmount is UNSET else request.netAmount,
    )


def complete_invoice_draft(request: wire.CompleteInvoice) -> InvoiceDraft:
    """A complete import, with its schedule and its rows."""
    return InvoiceDraft(
        external_id=request.externalId or None,
        customer=_reference(request.client),
        reference=request.reference,
        amount=request.amount,
        issued_on=request.issueDate,
        due_on=request.dueDate or None,
        instalments=tuple(
            InstalmentDraft(part.dueDate, part.amount, part.currency, _given(part.defaultCurrencyAmount)) for part in request.dueDates
        ),
        payments=_rows(request.payments),
        links=_links(request.creditNoteLinks, attrgetter("creditNote")),
    )


def credit_note_draft(request: wire.CreditNoteImport) -> CreditNoteDraft:
    """A simple import, in the tenant's currency."""
    return CreditNoteDraft(
        external_id=request.externalId or None,
        customer=Reference(request.clientId),
        reference=request.reference,
        amount=request.amount,
        issued_on=request.issueDate,
        due_on=request.dueDate,
        net_amount=KEEP if request.netAmount is UNSET else request.netAmount,
    )


def complete_credit_note_draft(request: wire.CompleteCreditNote) -> CreditNoteDraft:
    """A complete import, with its rows."""
    return CreditNoteDraft(
        external_id=request.externalId or None,
        customer=_reference(request.client),
        reference=request.reference,
        amount=request.amount,
        issued_on=request.issueDate,
        due_on=KEEP if request.dueDate is UNSET else request.dueDate,
        currency=request.currency,
        default_amount=_given(request.defaultCurrencyAmount),
        paybacks=_rows(request.paybacks),
        links=_links(request.invoiceLinks, attrgetter("invoice")),
    )


_CUSTOMER_FIELDS: Final = {
    "externalId": "external_id",
    "name": "name",
    "registrationNumber": "registration_number",
    "vatNumber": "vat_number",
    "currency": "currency",
    "language": "language",
    "paymentTermDays": "payment_term_days",
}


def customer_fields(request: wire.ClientImport | wire.ClientUpdate) -> dict[str, Any]:
    """The fields that the request gives; absent ones are left out."""
    given = {ours: getattr(request, theirs) for theirs, ours in _CUSTOMER_FIELDS.items() if getattr(request, theirs) is not UNSET}
    if given.get("external_id") == "":
        given["external_id"] = None
    return given


def _given(value: int | UnsetType | None) -> int | None:
    return None if value is UNSET else value


def _reference(request: wire.Reference | UnsetType) -> Reference | None:
    if request is UNSET:
        return None
    return Reference(None if request.id is UNSET else request.id, None if request.externalId is UNSET else request.externalId)


def _rows(rows: Sequence[wire.MoneyImport] | UnsetType) -> tuple[AllocationDraft, ...] | None:
    if rows is UNSET:
        return None
    return tuple(AllocationDraft(row.date, row.amount, row.externalId or None) for row in rows)


def _links(rows: Any, counterpart: Any) -> tuple[LinkDraft, ...] | None:
    if rows is UNSET:
        return None
    return tuple(LinkDraft(row.date, row.amount, row.externalId or None, _reference(counterpart(row)) or Reference()) for row in rows)


# Documents to answers

_DAYS: Final = Kept[date](lambda day: f"{day.isoformat()}T00:00:00.000Z")
"""Days as midnight UTC with milliseconds."""
# Untyped, for currency and status are the contract's words: the one came in through the enum, the other is core.status's.
_instalment: Final[Any] = wire.Instalment
_invoice: Final[Any] = wire.Invoice
_money_row: Final = wire.MoneyRow
_NO_ROWS: Final[tuple[list[wire.MoneyRow], list[wire.CreditNoteLinkRow]]] = [], []
"""What an invoice without any has: all share it, for an answer is only encoded."""


def invoice(view: InvoiceView, *, tenant_id: str, day: date) -> wire.Invoice:
    """The invoice as the contract shows it on `day`; rows by date, then by recording."""
    # A page has a hundred of them: taken apart in one step, and most need not ask for their status.
    (
        id, customer_id, external_id, reference, amount, currency, value, issued_on, due_on, only_due_on, dates, amounts, values,
        paid, offset, standing, uncovered_on, promised_on, updated_ms,
    ), rows = view  # fmt: skip
    status = standing if standing != OPEN else status_on(standing=standing, uncovered_on=uncovered_on, promised_on=promised_on, day=day)
    payments, links = _invoice_rows(rows, amount, value) if rows else _NO_ROWS
    made_ms = None if id is None else created_ms(id)
    made = None if made_ms is None else instant_of(made_ms)
    issued, due = _DAYS[issued_on], _DAYS[due_on]
    remaining = amount - paid - offset
    if dates is None or amounts is None or values is None:
        parts = [_instalment(due if only_due_on is None else _DAYS[only_due_on], currency, amount, value)]
    else:
        parts = [_instalment(_DAYS[on], currency, part, worth) for on, part, worth in zip(dates, amounts, values, strict=True)]
    return _invoice(
        None if id is None else str(id),
        tenant_id,
        str(customer_id),
        external_id,
        reference,
        amount,
        remaining if remaining > 0 else 0,
        paid,
        offset,
        issued,
        issued,
        due,
        status,
        _DAYS[promised_on] if promised_on and status == "upcoming_payment" else None,
        parts,
        payments,
        links,
        made,
        # What nobody has touched since is shown the same instant twice.
        made if updated_ms == made_ms else None if updated_ms is None else instant_of(updated_ms),
    )


def _invoice_rows(rows: Sequence[InvoiceRow], amount: int, value: int | None) -> tuple[list[wire.MoneyRow], list[wire.CreditNoteLinkRow]]:
    """The payments and links among the rows of an invoice over `amount`, each with its share of the invoice's `value`."""
    if len(rows) == 1:
        # Most that are paid were paid at once: in one currency the share is the amount, and one row has no order.
        [(kind, part, dated_on, external_id, _, _)] = rows
        if kind == "payment" and value == amount != 0:
            return [_money_row(_DAYS[dated_on], part, part, external_id)], _NO_ROWS[1]
    payments: list[wire.MoneyRow] = []
    links: list[wire.CreditNoteLinkRow] = []
    worth = _worth([row[1] for row in rows], whole=amount, value=value)
    for row, share in sorted(zip(rows, worth, strict=True), key=lambda pair: pair[0][2]):
        kind, part, dated_on, external_id, credit_note_id, credit_note_external_id = row
        if kind == "payment":
            payments.append(_money_row(_DAYS[dated_on], part, share, external_id))
        elif kind == "link":
            other = wire.Counterpart(str(credit_note_id), credit_note_external_id)
            links.append(wire.CreditNoteLinkRow(_DAYS[dated_on], part, share, external_id, other))
    return payments, links


def credit_note(view: CreditNoteView, *, tenant_id: str) -> wire.CreditNote:
    """The credit note as the contract shows it; rows by date, then by recording."""
    document = view.credit_note
    worth = _worth([row.amount for row in view.rows], whole=document.amount, value=document.default_amount)
    paybacks: list[wire.MoneyRow] = []
    links: list[wire.InvoiceLinkRow] = []
    for row, share in sorted(zip(view.rows, worth, strict=True), key=lambda pair: pair[0].dated_on):
        if row.kind == "payback":
            paybacks.append(wire.MoneyRow(_DAYS[row.dated_on], row.amount, share, row.external_id))
        else:
            other = wire.Counterpart(str(row.invoice_id), row.invoice_external_id)
            links.append(wire.InvoiceLinkRow(_DAYS[row.dated_on], row.amount, share, row.external_id, other))
    return wire.CreditNote(
        id=_id(document.id),
        tenantId=tenant_id,
        clientId=str(document.customer_id),
        externalId=document.external_id,
        reference=document.reference,
        amount=document.amount,
        remainingAmount=document.amount_remaining,
        paybackAmount=document.amount_paid_back,
        deductedAmount=document.amount_linked,
        issueDate=_DAYS[document.issued_on],
        paybacks=paybacks,
        invoiceLinks=links,
        status=cast("Any", document.standing),  # a CHECK and core.status hold it to the contract's words
        createdAt=_created(document.id),
        updatedAt=_updated(document.id, document.updated_at),
    )


def _worth(amounts: Sequence[int], *, whole: int, value: int | None) -> Sequence[int | None]:
    """The shares of rows in the tenant's currency; null each where nobody has told what the document is worth there."""
    return [None] * len(amounts) if value is None else shares(amounts, whole=whole, whole_converted=value)


def client(customer: Customer, *, tenant_id: str, balances: Sequence[Balance]) -> wire.Client:
    """The customer as the contract shows a client, with what it owes per currency."""
    return wire.Client(
        id=_id(customer.id),
        tenantId=tenant_id,
        externalId=customer.external_id,
        name=customer.name,
        registrationNumber=customer.registration_number,
        vatNumber=customer.vat_number,
        currency=cast("Any", customer.currency),  # came in through the enum
        language=cast("Any", customer.language),  # came in through the enum
        paymentTermDays=customer.payment_term_days,
        balances=[_balance(balance) for balance in balances],
        createdAt=_created(customer.id),
        updatedAt=_updated(customer.id, customer.updated_at),
    )


def _balance(balance: Balance) -> wire.ClientBalance:
    return wire.ClientBalance(
        currency=cast("Any", balance.currency),  # came in through the enum
        outstandingAmount=_exact(balance.outstanding),
        overdueAmount=_exact(balance.overdue),
        disputedAmount=_exact(balance.disputed),
        recoveryAmount=_exact(balance.recovery),
        uncollectibleAmount=0,
        unappliedAmount=_exact(balance.unapplied),
        creditAmount=_exact(balance.credit),
        miscAmount=0,
        balanceAmount=_exact(balance.balance),
    )


def _exact(amount: int) -> int:
    """A sum over many documents, digit for digit: the encoder knows 64 bits, which enough documents of the largest amount exceed."""
    return amount if -(1 << 63) <= amount < 1 << 64 else cast("Any", Raw(str(amount).encode()))


def _id(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def _created(id: UUID | None) -> str | None:
    return None if id is None else created(id)


def _updated(id: UUID | None, moment: datetime | None) -> str | None:
    return None if id is None or moment is None else instant(moment)
