"""What judging a draft of any document has in common: who owes, whether its name was used already, and the refusals so far."""

from typing import Final
from uuid import UUID

from duebook.actions.ledger import Ledger
from duebook.actions.references import Found
from duebook.core.invoice import Reference
from duebook.core.refusal import Refusal, duplicate, required
from duebook.store.unit import Unit

NOBODY: Final = UUID(int=0)
"""Stands for a customer that the request does not name rightly, so that everything else is still checked."""


class Judgement:
    """One draft against the books. `word` is what messages call the document."""

    def __init__(self, unit: Unit, ledger: Ledger, *, customers: Found, word: str) -> None:
        self.unit = unit
        self.ledger = ledger
        self.refusals: list[Refusal] = []
        self.customer_is_known = True
        self._customers = customers
        self._word = word

    def repeated(self, external_id: str | None) -> None:
        """Refuse the draft: an earlier one of the same request has its external id."""
        message = f"{external_id!r} stands twice in this request: an external id names one {self._word}"
        self.refusals.append(duplicate(path=("external_id",), message=message))

    def customer(self, reference: Reference | None, *, known: UUID | None) -> UUID:
        """Who owes: the customer named, else that of the known document, else NOBODY with a refusal."""
        if reference is not None:
            found = self._customers.resolve(reference, path=("customer",))
            if isinstance(found, UUID):
                return found
            self.refusals.append(found)
        elif known is not None:
            return known
        else:
            message = f"a new {self._word} needs its customer: name it by id or external id"
            self.refusals.append(required(path=("customer",), message=message))
        self.customer_is_known = False
        return known or NOBODY
