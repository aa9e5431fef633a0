"""Instalments: the parts of an invoice, each with its own due date. Money covers them oldest first."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from duebook.core.money import MAX_AMOUNT
from duebook.core.refusal import Refusal, currency_refused, required, sum_mismatch, too_large


class Instalment(NamedTuple):
    """A part with its own due date: amounts in minor units, of the invoice's currency and of the tenant's default currency.

    `default_amount` None: nobody has told the rate, on any part of the invoice.
    """

    due_on: date
    amount: int
    default_amount: int | None


class InstalmentDraft(NamedTuple):
    """An instalment as a request gives it; `default_amount` None when it was left out."""

    due_on: date
    amount: int
    currency: str
    default_amount: int | None = None


def schedule(drafts: Sequence[InstalmentDraft], *, amount: int, home_currency: str) -> tuple[tuple[Instalment, ...], list[Refusal]]:
    """The instalments of an invoice over `amount`, by day and then as given, and what speaks against them.

    Refused: two currencies, sums that do not add up to `amount` (both are named), a default-currency amount that is missing for a foreign
    currency or differs from the amount in the tenant's own, sums above what the books can hold.
    """
    refusals: list[Refusal] = []
    currency = drafts[0].currency
    for place, draft in enumerate(drafts):
        here = ("instalments", place)
        if draft.currency != currency:
            refusals.append(
                currency_refused(
                    path=(*here, "currency"),
                    message=f"all due dates of an invoice are in one currency: this one is in {draft.currency}, the first in {currency}",
                )
            )
        elif draft.default_amount is None and draft.currency != home_currency:
            refusals.append(
                required(
                    path=(*here, "default_amount"),
                    message=f"an amount in {draft.currency} needs its value in {home_currency}, the default currency",
                )
            )
        elif draft.currency == home_currency and draft.default_amount not in (None, draft.amount):
            refusals.append(
                sum_mismatch(
                    path=(*here, "default_amount"),
                    message=f"in the default currency it must equal the amount: {draft.default_amount} is not {draft.amount}",
                )
            )
    parts = tuple(
        sorted(
            (Instalment(d.due_on, d.amount, d.amount if d.default_amount is None else d.default_amount) for d in drafts),
            key=lambda part: part.due_on,
        )
    )
    added = sum(part.amount for part in parts)
    if added > MAX_AMOUNT or (default_sum(parts) or 0) > MAX_AMOUNT:
        refusals.append(too_large(path=("instalments",), message=f"the due dates add up to more than {MAX_AMOUNT}, the largest amount"))
    elif added != amount:
        refusals.append(
            sum_mismatch(path=("instalments",), message=f"the due dates add up to {added}, but the amount is {amount}: make them equal")
        )
    return parts, refusals


def default_sum(parts: Sequence[Instalment]) -> int | None:
    """What the parts are worth in the tenant's currency; None where that of any part is unknown."""
    values = [part.default_amount for part in parts]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def uncovered_on(parts: Sequence[Instalment], *, money: int) -> date | None:
    """The earliest due date that `money` (minor units, laid oldest first) does not cover; None when all are covered."""
    running = 0
    for part in parts:
        running += part.amount
        if running > money:
            return part.due_on
    return None
