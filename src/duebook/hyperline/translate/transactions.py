"""Transactions to answers: those that were made at this door, and the payments and paybacks of the other, which are shown as external
ones.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time
from typing import Any, Final, TypeVar
from uuid import UUID

from msgspec import UNSET

from duebook.core.catalogue import PaymentMethod
from duebook.core.transaction import Transaction
from duebook.hyperline import ids, wire
from duebook.hyperline.translate import means, shapes
from duebook.store.documents import Document, NamedAccount, Row

T = TypeVar("T")
S = TypeVar("S")
_MONEY: Final = ("payment", "payback")
_AS_CARD: Final = frozenset({"apple_pay", "google_pay", "stripe_link"})
_OF_A_METHOD: Final = frozenset({"card", "direct_debit", "direct_debit_ach", "direct_debit_bacs"})
_TRANSFERS: Final = frozenset({"transfer", "transfer_automated"})


def movements(document: Document) -> list[tuple[datetime, int]]:
    """When how much of the document was settled: payments and paybacks at their instant, what is only dated at midnight UTC of its day."""
    settled = {t.id: t.settled_at for t in document.transactions if t.settled_at is not None}
    if document.receivable is None:
        return [(t.settled_at, t.amount) for t in document.transactions if t.settled_at is not None]
    return [(settled.get(row.id) or _midnight(row), row.amount) for row in document.rows]


def embedded(document: Document) -> list[wire.Transaction]:
    """Every transaction of a document, by when it was or is to be processed."""
    told = sorted(told_of(document), key=lambda transaction: (transaction.process_at, transaction.id))
    return [_embedded(transaction, document.methods, document.accounts) for transaction in told]


def told_of(document: Document) -> Iterable[Transaction]:
    """The transactions of a document with the amounts that count, and one for each payment or payback that has none of its own."""
    laid = {row.id: row for row in document.rows if row.kind in _MONEY}
    for transaction in document.transactions:
        row = laid.pop(transaction.id, None)
        yield transaction if row is None else transaction._replace(amount=row.amount)
    for row in laid.values():
        at = _midnight(row)
        kind = "one_time" if row.kind == "payment" else "refund"
        receivable = document.receivable
        if receivable is not None:
            yield Transaction(
                row.id, document.id, receivable.customer_id, kind, "settled", row.amount, receivable.currency, "external", at, at
            )


def _midnight(row: Row) -> datetime:
    return datetime.combine(row.dated_on, time(), UTC)


def alone(document: Document, transaction: Transaction) -> wire.TransactionDetails:
    """A transaction read by itself, of its document; it lies on the document once it counts."""
    shown = _embedded(transaction, document.methods, document.accounts)
    is_refund = transaction.kind == "refund"
    lies = [wire.Allocation(ids.shown(transaction.document_id, kind="invoice"), transaction.amount)]
    return wire.TransactionDetails(
        id=shown.id,
        type=shown.type,
        amount=shown.amount,
        currency=shown.currency,
        customer_id=shown.customer_id,
        provider_id=shown.provider_id,
        process_at=shown.process_at,
        settled_at=shown.settled_at,
        refunded_at=UNSET if is_refund else shown.refunded_at,
        original_transaction_id=shown.original_transaction_id if is_refund else UNSET,
        last_refreshed_at=shown.last_refreshed_at,
        provider_fee=shown.provider_fee,
        integrations=shown.integrations,
        allocations=lies if transaction.status == "settled" else [],
        payment_method_type=shown.payment_method_type,
        payment_method=shown.payment_method,
        bank_account=shown.bank_account,
        status=shown.status,
        error_type=shown.error_type,
        error_message=shown.error_message,
    )


def _embedded(transaction: Transaction, methods: Mapping[UUID, PaymentMethod], accounts: Mapping[UUID, NamedAccount]) -> wire.Transaction:
    method: Any = "card" if transaction.method in _AS_CARD else transaction.method  # the books' words are the contract's
    currency: Any = transaction.currency  # came in through the enum
    kind: Any = transaction.kind  # a CHECK holds it to the contract's words
    status: Any = transaction.status  # likewise
    failed = status == "failed"
    return wire.Transaction(
        id=ids.shown(transaction.id, kind="transaction"),
        type=kind,
        amount=transaction.amount,
        currency=currency,
        customer_id=ids.shown(transaction.customer_id, kind="customer"),
        provider_id=transaction.provider_transaction_id,
        process_at=shapes.instant(transaction.process_at),
        settled_at=shapes.moment(transaction.settled_at),
        refunded_at=None,
        original_transaction_id=None,
        reversed_at=None,
        last_refreshed_at=None,
        provider_fee=None,
        chargeback=None,
        integrations=[],
        payment_method_type=method,
        payment_method=_found(means.payment_method, transaction.payment_method_id, methods) if method in _OF_A_METHOD else UNSET,
        bank_account=_found(means.bank_account, transaction.bank_account_id, accounts) if method in _TRANSFERS else UNSET,
        status=status,
        error_type=None if failed else UNSET,
        error_message=None if failed else UNSET,
    )


def _found(show: Callable[[UUID, T], S], id: UUID | None, things: Mapping[UUID, T]) -> S | None:
    return show(id, things[id]) if id is not None and id in things else None
