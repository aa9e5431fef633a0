"""Transactions: movements of money on a document, as they are scheduled and settled.

A settled one of an invoice or a credit note is also its allocation, with the same id; what is scheduled counts for nothing until its time.
"""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID


class Transaction(NamedTuple):
    """One movement, `amount` in minor units. `kind`: one_time, refund. `status`: scheduled, settled, cancelled, failed.

    `method` is the type of its means: card, direct_debit, …, transfer, external.
    """

    id: UUID
    document_id: UUID
    customer_id: UUID
    kind: str
    status: str
    amount: int
    currency: str
    method: str
    process_at: datetime
    settled_at: datetime | None = None
    payment_method_id: UUID | None = None
    bank_account_id: UUID | None = None
    provider_name: str | None = None
    provider_id: str | None = None
    provider_transaction_id: str | None = None
    updated_at: datetime | None = None


ANNOUNCING: Final = frozenset({"card", "direct_debit", "direct_debit_ach", "direct_debit_bacs"})
"""Methods whose scheduled transactions announce a payment: the receivable is then `payment_in_progress`. A provider's always does."""


def announces(transaction: Transaction) -> bool:
    """Whether a scheduled transaction makes its invoice `payment_in_progress`."""
    if transaction.status != "scheduled":
        return False
    return transaction.provider_name is not None or transaction.payment_method_id is not None or transaction.method in ANNOUNCING
