"""The parties of a document: what it says of its customer and its seller when they are written on it."""

from dataclasses import replace

from duebook.core.customer import Customer
from duebook.core.entity import Entity
from duebook.core.paper import Address, Party


def customer_party(customer: Customer) -> Party:
    """The customer as a document shows it; its address says at least the country that decides its tax, where one is known.

    Raises ValueError for one that has no id yet.
    """
    if customer.id is None:
        raise ValueError("a customer is stored before a document names it")
    profile = customer.profile
    address = profile.billing_address if profile else None
    if customer.country is not None and (address is None or address.country is None):
        address = replace(address or Address(), country=customer.country)
    return Party(
        id=customer.id,
        name=customer.name,
        email=customer.billing_email,
        external_id=customer.external_id,
        tax_id=customer.vat_number,
        local_tax_number=profile.local_tax_number if profile else None,
        address=address,
    )


def seller_party(entity: Entity) -> Party:
    """The seller as a document shows it, at its registered address."""
    address = Address(
        name=entity.name,
        line1=entity.address_line1,
        line2=entity.address_line2,
        city=entity.city,
        zip=entity.zip_code,
        state=entity.state,
        country=entity.country,
    )
    return Party(id=entity.id, name=entity.name, email=entity.billing_email, tax_id=entity.tax_id, address=address)
