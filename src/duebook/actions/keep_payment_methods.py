"""Keep the payment methods of customers: references to what stands at a provider."""

from dataclasses import replace
from uuid import UUID

from duebook.actions.keep_catalogue import Kept, locked, missing, new, settle, write
from duebook.core.catalogue import PaymentMethod
from duebook.core.refusal import not_found
from duebook.store import customers
from duebook.store.journal import Change
from duebook.store.unit import Unit


async def create_payment_method(unit: Unit, *, customer_id: UUID, content: PaymentMethod) -> Kept:
    """A new payment method of a customer. Refused when there is no such customer."""
    if not await customers.lock(unit, [customer_id]):
        return [not_found(path=(), message="no customer has this id")]
    method = new(unit, kind="payment_method", name="", content=content, parent_id=customer_id)
    await write(unit, created=[method])
    return method


async def delete_payment_method(unit: Unit, *, id: UUID, customer_id: UUID) -> Kept:
    """Delete a payment method of a customer, who pays by it no more. Refused when the customer has none with this id."""
    customer = await customers.lock_whole(unit, customer_id)
    method = await locked(unit, id=id, kind="payment_method")
    if customer is None or method is None or method.parent_id != customer_id:
        return missing("payment_method")
    beside: list[Change] = []
    if customer.profile is not None and customer.profile.payment_method_id == id:
        after = customer._replace(profile=replace(customer.profile, payment_method_id=None), updated_at=unit.at)
        await customers.update_whole(unit, [after])
        beside.append(Change("customer", customer_id, "updated", customer, after))
    return (await settle(unit, [(method, method._replace(deleted_at=unit.at))], action="deleted", beside=beside))[0]
