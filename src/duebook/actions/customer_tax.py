"""What a line of a customer gets that says nothing of its tax: the same rule by which documents are made (`core.tax`), nothing stored."""

from datetime import date

from duebook.actions.tax_ids import status_of
from duebook.core.customer import Customer, Profile
from duebook.core.entity import Entity
from duebook.core.tax import Place, Tax, Taxation, line_tax

_NO_PROFILE = Profile()


def customer_tax(customer: Customer, *, entity: Entity, day: date) -> Tax | None:
    """Scheme and percent on `day` for what `entity` sells; None where no rate is on file."""
    profile = customer.profile or _NO_PROFILE
    between: Place = "origin" if entity.rate_between_members == "origin" else "destination"
    taxation = Taxation(
        entity.country,
        customer.country,
        day,
        has_valid_tax_id=status_of(customer) == "valid",
        customer_rate=profile.tax_rate,
        is_exempt=profile.is_exempt,
        between_members=between,
    )
    tax = line_tax(taxation)
    return tax if isinstance(tax, Tax) else None
