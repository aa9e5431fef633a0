"""Transactions as they are read on their own: the keys of those embedded in an invoice but for some, and where each lies.

Which keys a transaction lacks goes by its type: a payment has no original, a refund is not refunded itself.
"""

from msgspec import UNSET, UnsetType

from duebook.hyperline.wire.answers import OffsetMeta
from duebook.hyperline.wire.currencies import Currency
from duebook.hyperline.wire.parts import (
    Allocation,
    Answer,
    BankAccount,
    Integration,
    PaymentMethod,
    ProviderFee,
    TransactionError,
    TransactionMethod,
    TransactionStatus,
    TransactionType,
)
from duebook.hyperline.wire.scalars import Stamp, Total


class TransactionDetails(Answer, kw_only=True):
    """A payment or refund by itself; `allocations` is empty while it does not count yet."""

    id: str
    type: TransactionType
    amount: Total
    currency: Currency
    customer_id: str
    provider_id: str | None
    process_at: Stamp
    settled_at: Stamp | None
    refunded_at: Stamp | UnsetType | None = UNSET
    original_transaction_id: str | UnsetType | None = UNSET
    last_refreshed_at: Stamp | None
    provider_fee: ProviderFee | None
    integrations: list[Integration]
    allocations: list[Allocation]
    payment_method_type: TransactionMethod
    payment_method: PaymentMethod | UnsetType | None = UNSET
    bank_account: BankAccount | UnsetType | None = UNSET
    status: TransactionStatus
    error_type: TransactionError | UnsetType | None = UNSET
    error_message: str | UnsetType | None = UNSET


class OffsetPageTransaction(Answer):
    meta: OffsetMeta
    data: list[TransactionDetails]
