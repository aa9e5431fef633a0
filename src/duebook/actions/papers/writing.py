"""From a draft that nothing speaks against to its paper and its transactions, with everybody as they are at this moment.

What this module does not do: judge anything, or number the paper.
"""

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from duebook.actions.papers.pricing import Priced
from duebook.core import catalogue
from duebook.core.catalogue import Entry
from duebook.core.coupon import AppliedCoupon
from duebook.core.customer import Customer, Profile
from duebook.core.entity import Entity
from duebook.core.paper import Content, Paper, PaperCoupon, PaperDraft, PaperLine, Party
from duebook.core.parties import customer_party, seller_party
from duebook.core.settling import Movement
from duebook.core.transaction import Transaction
from duebook.store.unit import Unit

NO_PROFILE: Final = Profile()
"""The profile of a customer of which only receivables are known."""
_SIGNS: Final = string.ascii_uppercase + string.digits
_REFERENCE_LENGTH: Final = 10
_ONE: Final = Decimal(1)


class Judged(NamedTuple):
    """An accepted draft: its paper, with the number that was given or none, and its transactions."""

    paper: Paper
    transactions: tuple[Transaction, ...]


class Parties:
    """Customers and sellers as documents show them, each written out once for all the documents of a call."""

    def __init__(self) -> None:
        self._known: dict[UUID | None, Party] = {}

    def buyer(self, customer: Customer) -> Party:
        """The customer, with its billing address."""
        party = self._known.get(customer.id)
        if party is None:
            party = self._known[customer.id] = customer_party(customer)
        return party

    def seller(self, entity: Entity) -> Party:
        """The entity, with its address."""
        party = self._known.get(entity.id)
        if party is None:
            party = self._known[entity.id] = seller_party(entity)
        return party


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A draft with what was decided on it. `rates`: the tax rates of the seller."""

    draft: PaperDraft
    customer: Customer
    entity: Entity
    currency: str
    issued_at: datetime
    due_at: datetime
    priced: Priced
    moved: Sequence[Movement]
    rates: Sequence[Entry]

    def written(self, unit: Unit, parties: Parties) -> Judged:
        """The paper and its transactions, with new ids."""
        draft, id = self.draft, unit.ids.new()
        lines = self._lines(unit)
        starts = [line.period_starts_at for line in draft.lines if line.period_starts_at is not None]
        ends = [line.period_ends_at for line in draft.lines if line.period_ends_at is not None]
        settled = sum([movement.amount for movement in self.moved if movement.settled_at is not None])
        paper = Paper(
            id,
            draft.kind,
            draft.status == "draft",
            self.entity.id,
            draft.customer_id,
            self.currency,
            draft.number or "",
            self.priced.reckoning.totals.amount,
            self.issued_at,
            self.due_at,
            self._content(lines, parties),
            settled_at=draft.settled_at,
            period_starts_at=min(starts) if starts else None,
            period_ends_at=max(ends) if ends else None,
            subscription_id=draft.subscription_id,
            amount_paid=settled if draft.kind == "document" else 0,
            updated_at=unit.at,
        )
        return Judged(paper, tuple([self._transaction(unit, movement, document_id=id) for movement in self.moved]))

    def _lines(self, unit: Unit) -> tuple[PaperLine, ...]:
        priced = self.priced
        return tuple(
            [
                PaperLine(
                    id=unit.ids.new(),
                    name=draft.name,
                    entry=line.entry,
                    units_count=line.units_count,
                    unit_amount=line.unit_amount,
                    net=line.net,
                    tax=line.tax,
                    tax_scheme=line.tax_scheme,
                    tax_percent=line.tax_percent,
                    discount=line.discount,
                    discount_percent=line.discount_percent,
                    description=draft.description,
                    product_id=draft.product_id,
                    product_type=product.content.type if product is not None else None,
                    tax_rate_id=self._rate_id(draft.tax_rate, scheme=line.tax_scheme),
                    period_starts_at=draft.period_starts_at,
                    period_ends_at=draft.period_ends_at,
                    display_unit_amount=draft.display_unit_amount,
                    display_period=draft.display_period,
                )
                for draft, product, line in zip(priced.lines, priced.products, priced.reckoning.lines, strict=True)
            ]
        )

    def _rate_id(self, own: Decimal | None, *, scheme: str) -> UUID | None:
        """The seller's rate that a rate stated in the request equals."""
        stated = self.draft.tax_rate if own is None else own
        if stated is None or scheme != "manual" or not self.rates:
            return None
        return catalogue.rate_id(self.rates, percent=stated, country=self.customer.country or self.entity.country)

    def _content(self, lines: tuple[PaperLine, ...], parties: Parties) -> Content:
        draft, entity, reckoning = self.draft, self.entity, self.priced.reckoning
        totals, is_home, is_draft = reckoning.totals, entity.accounting_currency == self.currency, draft.status == "draft"
        strategy = draft.payment_method_strategy if draft.status == "to_pay" else None
        standing_method = (self.customer.profile or NO_PROFILE).payment_method_id if strategy == "current" else None
        footer = entity.invoice_footer if draft.kind != "document" or entity.document_footer is None else entity.document_footer
        return Content(
            net=totals.net,
            tax=totals.tax,
            discount=totals.discount,
            tax_scheme=reckoning.tax_scheme,
            source="other" if draft.number else "api",
            customer=parties.buyer(self.customer),
            seller=parties.seller(entity),
            lines=lines,
            coupons=tuple([_applied(coupon, lines) for coupon in reckoning.coupons]),
            name=draft.name if draft.kind == "document" else None,
            reference=draft.reference or "".join([secrets.choice(_SIGNS) for _ in range(_REFERENCE_LENGTH)]),
            purchase_order=draft.purchase_order,
            note=draft.note,
            additional_info=entity.late_fees if draft.additional_info is None else draft.additional_info,
            footer=footer if draft.footer is None else draft.footer,
            payment_method_strategy=strategy,
            payment_method_id=draft.payment_method_id or standing_method,
            bank_account_id=draft.bank_account_id,
            conversion_rate=_ONE if is_home else None,
            converted_total=totals.amount if is_home else None,
            properties={} if draft.properties is None else draft.properties,
            custom_properties=draft.custom_properties,
            display_fields=draft.display_fields,
            is_issue_open=is_draft and draft.issued_at is None,
            is_due_open=is_draft and draft.due_at is None,
        )

    def _transaction(self, unit: Unit, movement: Movement, *, document_id: UUID) -> Transaction:
        given = movement.draft
        made = Transaction(
            unit.ids.new(),
            document_id,
            self.draft.customer_id,
            "refund" if self.draft.kind == "credit_note" else "one_time",
            "scheduled" if movement.settled_at is None else "settled",
            movement.amount,
            self.currency,
            movement.method,
            movement.process_at,
            movement.settled_at,
            updated_at=unit.at,
        )
        if given is None:
            return made
        return made._replace(
            payment_method_id=given.payment_method_id,
            bank_account_id=given.bank_account_id,
            provider_name=given.provider_name,
            provider_id=given.provider_id,
            provider_transaction_id=given.provider_transaction_id,
        )


def _applied(coupon: AppliedCoupon, lines: Sequence[PaperLine]) -> PaperCoupon:
    on = None if coupon.positions is None else tuple([lines[position].id for position in coupon.positions])
    return PaperCoupon(id=coupon.id, name=coupon.name, amount=coupon.amount, percent=coupon.percent, line_ids=on)
