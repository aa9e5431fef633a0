"""What a transaction goes through, as answers show it: a customer's payment method, an account of the company."""

from typing import Any, Final, Literal
from uuid import UUID

from msgspec import UNSET

from duebook.core.catalogue import PaymentMethod
from duebook.hyperline import ids, wire
from duebook.store.documents import NamedAccount

_WITH_BIC: Final = frozenset({"iban_bic_swift", "account_number_bic_swift"})


def payment_method(id: UUID, method: PaymentMethod) -> wire.PaymentMethod:
    """A payment method, with the keys of its type."""
    kind: Any = method.type  # all three came in through enums
    status: Any = method.status
    error: Any = method.error_type
    is_debit = method.type.startswith("direct_debit")
    is_card = not is_debit and method.type != "stripe_link"
    return wire.PaymentMethod(
        id=ids.shown(id, kind="payment_method"),
        status=status,
        error_type=(error or "unknown") if method.status == "errored" else UNSET,
        type=kind,
        last_4_digits=method.last_digits if is_card else UNSET,
        expiration_date=method.expires_in if is_card else UNSET,
        brand=method.brand if is_card else UNSET,
        account_number_ending=method.account_ending if is_debit else UNSET,
    )


def bank_account(id: UUID, found: NamedAccount) -> wire.BankAccount:
    """A bank account, with the keys of its format."""
    account = found.account
    currency: Any = account.currency  # both came in through enums
    kind: Any = account.type

    def field(name: Literal["iban", "sort_code", "account_number", "routing_number"]) -> Any:
        return (getattr(account, name) or "") if name in account.format else UNSET

    return wire.BankAccount(
        type=kind,
        id=ids.shown(id, kind="bank_account"),
        currency=currency,
        bank_name=account.bank_name,
        name=found.name or None,
        country=account.country,
        format=account.format,
        iban=field("iban"),
        sort_code=field("sort_code"),
        account_number=field("account_number"),
        routing_number=field("routing_number"),
        bic_swift=account.bic if account.format in _WITH_BIC else UNSET,
    )
