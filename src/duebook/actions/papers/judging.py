"""One draft against the books: the paper and the transactions it becomes, or everything that speaks against it.

Nothing is read here, everything was looked up (`shelf`), and nothing is written: a paper that takes its number from the sequence has none
yet.
"""

from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from duebook.actions.papers.pricing import Circumstances, Priced, priced
from duebook.actions.papers.shelf import Shelf
from duebook.actions.papers.writing import NO_PROFILE, Judged, Parties, Writing
from duebook.actions.tax_ids import status_of
from duebook.core.custom_properties import value_refusals
from duebook.core.customer import Customer
from duebook.core.entity import Entity
from duebook.core.paper import UNKNOWN, PaperDraft
from duebook.core.refusal import Path, Refusal, conflict, not_found
from duebook.core.settling import Movement, Terms, movements
from duebook.core.tax import Place, Taxation
from duebook.core.terms import day_of, due_at
from duebook.store.unit import Unit

_NOBODY: Final = Customer(id=UNKNOWN, external_id=None, name="")
"""Stands for a customer that the draft does not name rightly, so that everything else is still checked."""


class Circle:
    """What all drafts of one call are judged by.

    `now`: the business instant that parts past from future; `asked_at`: the one that a document without an issue instant is issued at.
    """

    def __init__(self, unit: Unit, shelf: Shelf, *, now: datetime, asked_at: datetime) -> None:
        self.unit, self.shelf, self.now, self.asked_at = unit, shelf, now, asked_at
        self.zone: tzinfo = ZoneInfo(unit.tenant.timezone)
        self.parties = Parties()
        self._valid: dict[UUID | None, bool] = {}

    def has_valid_tax_id(self, customer: Customer, *, seller: Entity) -> bool:
        """Whether the customer's tax id is right; asked only where tax depends on it, across a border."""
        if customer.country in (None, seller.country) or not customer.vat_number:
            return False
        if customer.id not in self._valid:
            self._valid[customer.id] = status_of(customer) == "valid"
        return self._valid[customer.id]

    def judge(self, draft: PaperDraft) -> Judged | list[Refusal]:
        """The paper that `draft` becomes, or every refusal."""
        return _Judgement(self, draft).judged()


class _Judgement:
    """One draft. Refusals are gathered; what depends on something that is missing is not judged."""

    def __init__(self, circle: Circle, draft: PaperDraft) -> None:
        self.circle, self.draft, self.shelf = circle, draft, circle.shelf
        self.refusals: list[Refusal] = []
        self.are_parties_known = True
        self.customer = self._customer()
        self.entity = self._entity()
        self.currency = draft.currency or self.customer.currency or self.entity.currency
        self.issued_at = draft.issued_at or circle.asked_at

    def judged(self) -> Judged | list[Refusal]:
        """Everything that speaks against the draft, or what it becomes."""
        draft = self.draft
        ends_at = self._due_at()
        made = self._priced()
        moved = self._moved(None if made is None else made.reckoning.totals.amount)
        if draft.payment_method_id is not None:
            self._method(draft.payment_method_id, ("payment_method_id",))
        if draft.bank_account_id is not None:
            self._check_account(draft.bank_account_id, ("bank_account_id",))
        self.refusals += value_refusals(draft.custom_properties, definitions=self.shelf.properties)
        if self.refusals or made is None:
            return self.refusals
        writing = Writing(
            draft=draft,
            customer=self.customer,
            entity=self.entity,
            currency=self.currency,
            issued_at=self.issued_at,
            due_at=ends_at,
            priced=made,
            moved=moved,
            rates=[entry for entry in self.shelf.below.get(self.entity.id, ()) if entry.kind == "tax_rate"],
        )
        return writing.written(self.circle.unit, self.circle.parties)

    def _customer(self) -> Customer:
        customer = self.shelf.customers.get(self.draft.customer_id)
        if customer is None:
            self.refusals.append(not_found(path=("customer_id",), message="Customer not found"))
            self.are_parties_known = False
            return _NOBODY
        if customer.archived_at is not None:
            message = f"customer {customer.name!r} is archived: recover it before it is invoiced"
            self.refusals.append(conflict(path=("customer_id",), message=message))
        return customer

    def _entity(self) -> Entity:
        wanted = self.draft.entity_id or self.customer.entity_id
        if wanted is None:
            return self.shelf.default_entity
        entity = self.shelf.entities.get(wanted)
        if entity is None:
            self.refusals.append(not_found(path=("entity_id",), message="Invoicing entity not found"))
            self.are_parties_known = False
            return self.shelf.default_entity
        return entity

    def _due_at(self) -> datetime:
        if self.draft.due_at is not None:
            return self.draft.due_at
        own = self.customer.payment_term_days
        found = due_at(self.issued_at, days=self.entity.payment_term_days if own is None else own, zone=self.circle.zone)
        if isinstance(found, Refusal):
            self.refusals.append(found)
            return self.issued_at
        return found

    def _priced(self) -> Priced | None:
        draft, customer, entity = self.draft, self.customer, self.entity
        profile = customer.profile or NO_PROFILE
        if draft.kind == "credit_note" and not entity.standalone_credit_notes:
            message = f"{entity.name} makes no credit notes without an invoice: its setting for standalone credit notes is off"
            self.refusals.append(conflict(path=("kind",), message=message))
        between: Place = "origin" if entity.rate_between_members == "origin" else "destination"
        taxation = Taxation(
            entity.country,
            customer.country,
            day_of(self.issued_at, zone=self.circle.zone),
            has_valid_tax_id=self.circle.has_valid_tax_id(customer, seller=entity),
            customer_rate=profile.tax_rate,
            is_exempt=profile.is_exempt,
            is_not_eligible=draft.is_not_eligible,
            document_rate=draft.tax_rate,
            between_members=between,
        )
        circumstances = Circumstances(draft.kind, self.currency, customer.country, taxation, self.circle.now, self.are_parties_known)
        made, refusals = priced(draft, shelf=self.shelf, circumstances=circumstances)
        self.refusals += refusals
        return made

    def _moved(self, total: int | None) -> list[Movement]:
        draft = self.draft
        given = draft.transactions or ()
        methods: dict[int, str] = {}
        for place, transaction in enumerate(given):
            if transaction.payment_method_id is not None:
                method = self._method(transaction.payment_method_id, ("transactions", place, "payment_method_id"))
                if method is not None:
                    methods[place] = method
            if transaction.bank_account_id is not None:
                self._check_account(transaction.bank_account_id, ("transactions", place, "bank_account_id"))
        terms = Terms(draft.kind, draft.status, total, self.issued_at, draft.settled_at, self.circle.now, self.circle.zone)
        moved, refusals = movements(given, terms=terms, methods=methods)
        self.refusals += refusals
        return moved

    def _method(self, id: UUID, path: Path) -> str | None:
        """The type of a payment method of this customer."""
        entry = self.shelf.entry(id, kind="payment_method")
        if entry is None:
            self.refusals.append(not_found(path=path, message="Payment method not found"))
            return None
        if self.customer is not _NOBODY and entry.parent_id != self.customer.id:
            message = f"this payment method is another customer's than {self.customer.name!r}"
            self.refusals.append(conflict(path=path, message=message))
        return entry.content.type

    def _check_account(self, id: UUID, path: Path) -> None:
        if self.shelf.entry(id, kind="bank_account") is None:
            self.refusals.append(not_found(path=path, message="Bank account not found"))
