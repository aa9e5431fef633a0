"""Documents whole: what is owed (the receivable with its rows), what was written (the paper) and all that both refer to, for any mixture of
invoices, credit notes, drafts and documents without legal value, in a fixed number of statements.

A document imported at the door of receivables has no paper, a draft and a document without legal value have no receivable. Where there are
both, the receivable's `updated_at` is the document's: whoever changes such a paper stamps its receivable too. `encode` and `decode` keep a
document as it was at a moment. What this module does not do: decide a status, or choose which documents a list holds (`document_lists`).
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from duebook.core.catalogue import BankAccount, PaymentMethod
from duebook.core.credit_note import CreditNote
from duebook.core.customer import Customer
from duebook.core.document_status import DocumentFacts
from duebook.core.entity import Entity
from duebook.core.invoice import Invoice
from duebook.core.lines import Kind
from duebook.core.paper import Paper
from duebook.core.transaction import Transaction
from duebook.store import catalogue, credit_notes, customers, entities, invoices, papers
from duebook.store.credit_notes import CreditNoteRow, CreditNoteView
from duebook.store.db import Connection
from duebook.store.invoices import InvoiceRow, InvoiceView, face
from duebook.store.queries import load

T = TypeVar("T")
_SQL = load("documents.sql")

MAC_BYTES: Final = 16
"""Of the code that proves the address of a document's public page; a guess succeeds once in 2^128."""


class Row(NamedTuple):
    """A payment, payback, link or write-off; the counterpart of a link is its other document."""

    id: UUID
    kind: str
    amount: int
    dated_on: date
    external_id: str | None
    counterpart_id: UUID | None
    counterpart_external_id: str | None


class NamedAccount(NamedTuple):
    """A bank account of the company, by the name it is shown under."""

    name: str
    account: BankAccount


class Credited(NamedTuple):
    """What the final credit notes of an invoice come to, in minor units, and when the last of them was issued."""

    total: int
    last_issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document. `rows` and `transactions` in order of recording and of time; `customer`, `entity` and what the transactions name
    (`methods`, `accounts`, by id) as they are now.

    `entity` is the paper's seller, without a paper the tenant's default one. `original_number`: of the invoice a credit note belongs to.
    `page_code` proves the address of its public page.
    """

    id: UUID
    kind: Kind
    invoice: Invoice | None
    credit_note: CreditNote | None
    paper: Paper | None
    rows: tuple[Row, ...]
    transactions: tuple[Transaction, ...]
    methods: Mapping[UUID, PaymentMethod]
    accounts: Mapping[UUID, NamedAccount]
    customer: Customer
    entity: Entity
    original_number: str | None
    credited: Credited | None
    page_code: bytes

    @property
    def receivable(self) -> Invoice | CreditNote | None:
        """What is owed or available; None for what stands on paper alone."""
        return self.invoice or self.credit_note

    @property
    def is_draft(self) -> bool:
        """Whether it is not final yet."""
        return self.paper is not None and self.paper.is_draft

    @property
    def facts(self) -> DocumentFacts:
        """What its status and its amounts are read from."""
        if self.invoice is not None:
            return DocumentFacts(self.invoice.amount, self.invoice.amount_paid, self.invoice.amount_offset)
        if self.credit_note is not None:
            return DocumentFacts(self.credit_note.amount, self.credit_note.amount_paid_back, self.credit_note.amount_linked)
        if self.paper is None:
            raise ValueError(f"document {self.id} has neither half")
        return DocumentFacts(self.paper.total, self.paper.amount_paid, is_draft=self.paper.is_draft)

    @property
    def updated_at(self) -> datetime | None:
        """The moment of its last change."""
        told = self.receivable or self.paper
        return told.updated_at if told else None

    def invoice_view(self) -> InvoiceView | None:
        """The invoice as the door of receivables reads it; None where it has none to show."""
        if self.invoice is None:
            return None
        return face(self.invoice), [InvoiceRow(*row[1:]) for row in self.rows]

    def credit_note_view(self) -> CreditNoteView | None:
        """The credit note as the door of receivables reads it; None where it has none to show."""
        if self.credit_note is None:
            return None
        return CreditNoteView(self.credit_note, [CreditNoteRow(*row[1:]) for row in self.rows])


# Quantities and rates are written as numbers, digit by digit, and read back as Decimals.
encode: Final = msgspec.json.Encoder(decimal_format="number").encode
"""A document as it is at this moment, as the bytes of one JSON object."""
_decoder: Final = msgspec.json.Decoder(Document, float_hook=Decimal)


def decode(kept: bytes) -> Document:
    """The document that `encode` wrote. Raises msgspec.ValidationError for anything else."""
    return _decoder.decode(kept)


async def read_many(connection: Connection, *, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Document]:
    """Those of these documents that there are, by id, in the order of `ids`."""
    if not ids:
        return {}
    fetched = _Fetched(connection, tenant_id)
    owed = {r[0]: invoices.from_record(r) for r in await fetched("invoices_of", ids)}
    credit = {r["id"]: credit_notes.from_record(r) for r in await fetched("credit_notes_of", [id for id in ids if id not in owed])}
    written = {paper.id: paper for paper in await papers.read_many(connection, tenant_id=tenant_id, ids=ids)}
    halves = _Halves(owed, credit, written)
    found = [id for id in dict.fromkeys(ids) if halves.of(id)]
    if not found:
        return {}
    around = await _around(fetched, halves, found)
    return {id: _document(id, halves, around) for id in found}


class _Halves(NamedTuple):
    """What is owed and what was written, by id."""

    invoices: dict[UUID, Invoice]
    credit_notes: dict[UUID, CreditNote]
    papers: dict[UUID, Paper]

    def of(self, id: UUID) -> Invoice | CreditNote | Paper | None:
        return self.invoices.get(id) or self.credit_notes.get(id) or self.papers.get(id)


class _Around(NamedTuple):
    """What some documents hold and refer to: rows and transactions by document, the rest by its own id."""

    rows: Mapping[UUID, Sequence[Row]]
    transactions: Mapping[UUID, Sequence[Transaction]]
    methods: Mapping[UUID, PaymentMethod]
    accounts: Mapping[UUID, NamedAccount]
    customers: Mapping[UUID, Customer]
    sellers: Mapping[UUID, Entity]
    original_numbers: Mapping[UUID, str]
    credited: Mapping[UUID, Credited]
    secret: bytes


async def _around(fetched: "_Fetched", halves: _Halves, ids: Sequence[UUID]) -> _Around:
    connection, tenant_id = fetched.connection, fetched.tenant_id
    with_rows = [id for half in (halves.invoices, halves.credit_notes) for id, document in half.items() if document.positions]
    transactions = _grouped((r["document_id"], Transaction(*r)) for r in await fetched("transactions_of", ids))
    methods, accounts = await _means(connection, tenant_id, transactions)
    owing = {half.customer_id for id in ids if (half := halves.of(id))}
    originals = {paper.original_id for paper in halves.papers.values() if paper.original_id}
    return _Around(
        rows=_grouped((r[0], Row(*r[2:])) for r in await fetched("rows_of", with_rows)),
        transactions=transactions,
        methods=methods,
        accounts=accounts,
        customers={c.id: c for c in await customers.read_many(connection, tenant_id=tenant_id, ids=list(owing)) if c.id},
        sellers={entity.id: entity for entity in await entities.every(connection, tenant_id=tenant_id)},
        original_numbers={r[0]: r[1] for r in await fetched("originals_of", list(originals))},
        credited={r[0]: Credited(r[1], r[2]) for r in await fetched("credited", [id for id in halves.invoices if id in halves.papers])},
        secret=await page_secret(connection, tenant_id=tenant_id),
    )


def _document(id: UUID, halves: _Halves, around: _Around) -> Document:
    half, paper = halves.of(id), halves.papers.get(id)
    if half is None:
        raise KeyError(id)
    transactions = tuple(around.transactions.get(id, ()))
    return Document(
        id=id,
        kind=paper.kind if paper else "invoice" if id in halves.invoices else "credit_note",
        invoice=halves.invoices.get(id),
        credit_note=halves.credit_notes.get(id),
        paper=paper,
        rows=tuple(around.rows.get(id, ())),
        transactions=transactions,
        methods=_named(around.methods, (t.payment_method_id for t in transactions)),
        accounts=_named(around.accounts, (t.bank_account_id for t in transactions)),
        customer=around.customers[half.customer_id],
        entity=around.sellers[paper.entity_id] if paper else next(e for e in around.sellers.values() if e.is_default),
        original_number=around.original_numbers.get(paper.original_id) if paper and paper.original_id else None,
        credited=around.credited.get(id),
        page_code=page_code(id, secret=around.secret),
    )


async def _means(
    connection: Connection, tenant_id: UUID, transactions: Mapping[UUID, Sequence[Transaction]]
) -> tuple[dict[UUID, PaymentMethod], dict[UUID, NamedAccount]]:
    """The payment methods and bank accounts of the transactions, by id."""
    named = {id for group in transactions.values() for t in group for id in (t.payment_method_id, t.bank_account_id) if id}
    found = (await catalogue.read_many(connection, tenant_id=tenant_id, ids=named)).items() if named else ()
    methods = {id: entry.content for id, entry in found if entry.kind == "payment_method"}
    return methods, {id: NamedAccount(entry.name, entry.content) for id, entry in found if entry.kind == "bank_account"}


async def page_secret(connection: Connection, *, tenant_id: UUID) -> bytes:
    """What the codes of a tenant's public pages are made with."""
    return await connection.fetchval(_SQL["page_secret"], tenant_id)


def page_code(id: UUID, *, secret: bytes) -> bytes:
    """The code that proves the address of a document's public page: nobody makes it without the tenant's secret."""
    return hmac.digest(secret, id.bytes, hashlib.sha256)[:MAC_BYTES]


class _Fetched:
    """Runs blocks for one tenant and some ids; without ids there is nothing to ask."""

    def __init__(self, connection: Connection, tenant_id: UUID) -> None:
        self.connection, self.tenant_id = connection, tenant_id

    async def __call__(self, name: str, ids: Sequence[UUID]) -> Sequence[Any]:
        return await self.connection.fetch(_SQL[name], self.tenant_id, ids) if ids else ()


def _grouped(pairs: Iterable[tuple[UUID, Any]]) -> Mapping[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = {}
    for id, value in pairs:
        groups.setdefault(id, []).append(value)
    return groups


def _named(things: Mapping[UUID, T], ids: Iterable[UUID | None]) -> dict[UUID, T]:
    return {id: things[id] for id in ids if id is not None and id in things}
