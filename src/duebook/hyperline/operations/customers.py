"""Customers at the Hyperline door: read, made, changed, archived, deleted. Whoever was imported at the other door is here too; lists are in
`customer_lists`.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from duebook.actions.customer_tax import customer_tax
from duebook.actions.keep_customers import Kept, archive_customer, create_customers, delete_customer, recover_customer, update_customer
from duebook.core.catalogue import Entry
from duebook.core.customer import Customer
from duebook.hyperline import ids, wire
from duebook.hyperline.answers import CHANGE_CODES, NO_CONTENT, READ_CODES, WRITE_CODES, accepted, at_fields, id_in, missing
from duebook.hyperline.problems import item_error
from duebook.hyperline.translate import customers as translate
from duebook.store import catalogue, customers, documents, entities
from duebook.store.db import Connection
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

PAGES: Final = "/c/"
"""Where a customer's own page is, below the address of the server."""

_WORD: Final = "Customer"
_spelled: Final = partial(ids.shown, kind="customer")


class Change(Protocol):
    """An action on one customer that is given nothing."""

    def __call__(self, unit: Unit, *, id: UUID) -> Awaitable[Kept]: ...


Handler = Callable[[Ask], Awaitable[Answer]]
Struct = wire.CustomerDetails | wire.CustomerDetailsV1


async def beside(connection: Connection, found: Sequence[Customer], *, tenant_id: UUID) -> translate.Beside:
    """What these customers are shown beside."""
    named = {customer.profile.payment_method_id for customer in found if customer.profile is not None}
    return translate.Beside(
        default_entity_id=next((entity.id for entity in await entities.every(connection, tenant_id=tenant_id) if entity.is_default), None),
        methods=await _methods(connection, {id for id in named if id is not None}, tenant_id=tenant_id),
    )


async def _methods(connection: Connection, named: set[UUID], *, tenant_id: UUID) -> dict[UUID, Entry]:
    found = await catalogue.read_many(connection, tenant_id=tenant_id, ids=named) if named else {}
    return {id: method for id, method in found.items() if method.kind == "payment_method" and method.deleted_at is None}


async def _details_v1(unit: Unit, customer: Customer) -> bytes:
    return wire.encode(translate.details_v1(customer, await beside(unit.connection, [customer], tenant_id=unit.tenant.id)))


async def create(ask: Ask) -> Answer:
    """POST /v1/customers."""
    draft = translate.new_draft(await ask.read(wire.CreateCustomer))

    async def deed(unit: Unit) -> Answer:
        (made,) = await create_customers(unit, [draft], spelled=_spelled)
        return Answer(201, await _details_v1(unit, accepted(made, names=translate.NAMES)))

    return await ask.write(deed)


async def create_many(ask: Ask) -> Answer:
    """POST /v1/customers/batch: each item by itself, once the form of all of them is right."""
    request: wire.CreateCustomersBatch = await ask.read(wire.CreateCustomersBatch)
    drafts = [translate.new_draft(item) for item in request.customers]

    async def deed(unit: Unit) -> Answer:
        results = await create_customers(unit, drafts, spelled=_spelled)
        surroundings = await beside(unit.connection, [made for made in results if isinstance(made, Customer)], tenant_id=unit.tenant.id)
        answer = wire.CustomersBatch(successes=[], errors=[])
        for item, made in zip(request.customers, results, strict=True):
            name = item.batch_customer_id
            if isinstance(made, Customer):
                answer.successes.append(translate.batched(made, surroundings, name=name))
            else:
                error = item_error(at_fields(made, names=translate.NAMES))
                payload = translate.payload(item)
                answer.errors.append(wire.FailedCustomer(error=error, batch_customer_id=name, customer_payload=payload))
        return Answer(201, wire.encode(answer))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PUT /v1/customers/{id}: the fields that are given."""
    draft = translate.draft(await ask.read(wire.UpdateCustomer))
    id = id_in(ask, kind="customer", word=_WORD)

    async def deed(unit: Unit) -> Answer:
        kept = await update_customer(unit, id=id, draft=draft, spelled=_spelled)
        return Answer(200, await _details_v1(unit, accepted(kept, names=translate.NAMES)))

    return await ask.write(deed)


def _changing(action: Change) -> Handler:
    """PUT /v1/customers/{id}/archive and /unarchive: what is sent along says nothing."""

    async def handler(ask: Ask) -> Answer:
        id = id_in(ask, kind="customer", word=_WORD)

        async def deed(unit: Unit) -> Answer:
            customer = accepted(await action(unit, id=id))
            shown = translate.customer_v1(customer, await beside(unit.connection, [customer], tenant_id=unit.tenant.id))
            return Answer(200, wire.encode(shown))

        return await ask.write(deed)

    return handler


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/customers/{id}."""
    id = id_in(ask, kind="customer", word=_WORD)

    async def deed(unit: Unit) -> Answer:
        accepted(await delete_customer(unit, id=id) or NO_CONTENT)
        return NO_CONTENT

    return await ask.write(deed)


def _reading(show: Callable[[Customer, translate.Beside], Struct]) -> Handler:
    """GET /v1/customers/{id} and /v2/customers/{id}."""

    async def handler(ask: Ask) -> Answer:
        async with ask.database.moment(ask.tenant.id) as connection:
            customer = await _read(ask, connection)
            return Answer(200, wire.encode(show(customer, await beside(connection, [customer], tenant_id=ask.tenant.id))))

    return handler


async def taxes(ask: Ask) -> Answer:
    """GET /v1/customers/{id}/taxes/rates: empty where no rate is on file."""
    async with ask.database.moment(ask.tenant.id) as connection:
        customer = await _read(ask, connection)
        sellers = await entities.every(connection, tenant_id=ask.tenant.id)
    seller = next(entity for entity in sellers if (entity.id == customer.entity_id if customer.entity_id else entity.is_default))
    tax = customer_tax(customer, entity=seller, day=ask.day)
    return Answer(200, wire.encode([] if tax is None else [wire.CustomerTaxRate(scheme=tax.scheme, rate=tax.percent)]))


async def portal(ask: Ask) -> Answer:
    """GET /v1/customers/{id}/portal: the address proves by its code that it came from us."""
    async with ask.database.moment(ask.tenant.id) as connection:
        customer = await _read(ask, connection)
        secret = await documents.page_secret(connection, tenant_id=ask.tenant.id)
    id = customer.id or UUID(int=0)
    code = int.from_bytes(documents.page_code(id, secret=secret), "big")
    return Answer(200, wire.encode(wire.CustomerPortal(url=f"{ask.address}{PAGES}{ids.base62(id.int)}{ids.base62(code)}")))


async def _read(ask: Ask, connection: Connection) -> Customer:
    id = id_in(ask, kind="customer", word=_WORD)
    found = await customers.read_many(connection, tenant_id=ask.tenant.id, ids=[id])
    if not found:
        raise missing(_WORD)
    return found[0]


_TAG: Final = "Customers"
_ID: Final = "/v1/customers/{id}"

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/v1/customers",
        id="createCustomer",
        tag=_TAG,
        summary="Create a customer",
        scope="write",
        handler=create,
        request=wire.CreateCustomer,
        answers={201: wire.CustomerDetailsV1},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="POST",
        path="/v1/customers/batch",
        id="createCustomers",
        tag=_TAG,
        summary="Create up to 50 customers, each by itself",
        scope="write",
        handler=create_many,
        request=wire.CreateCustomersBatch,
        answers={201: wire.CustomersBatch},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v2/customers/{id}",
        id="getCustomer",
        tag=_TAG,
        summary="Read a customer",
        scope="read",
        handler=_reading(translate.details),
        answers={200: wire.CustomerDetails},
        codes=READ_CODES,
    ),
    Operation(
        method="GET",
        path=_ID,
        id="getCustomerDeprecated",
        tag=_TAG,
        summary="Read a customer in the old shape",
        scope="read",
        handler=_reading(translate.details_v1),
        answers={200: wire.CustomerDetailsV1},
        codes=READ_CODES,
        deprecated=True,
    ),
    Operation(
        method="PUT",
        path=_ID,
        id="updateCustomer",
        tag=_TAG,
        summary="Change a customer",
        scope="write",
        handler=update,
        request=wire.UpdateCustomer,
        answers={200: wire.CustomerDetailsV1},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="PUT",
        path=f"{_ID}/archive",
        id="archiveCustomer",
        tag=_TAG,
        summary="Archive a customer",
        scope="write",
        handler=_changing(archive_customer),
        answers={200: wire.CustomerV1},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="PUT",
        path=f"{_ID}/unarchive",
        id="unarchiveCustomer",
        tag=_TAG,
        summary="Take a customer out of the archive",
        scope="write",
        handler=_changing(recover_customer),
        answers={200: wire.CustomerV1},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path=_ID,
        id="deleteCustomer",
        tag=_TAG,
        summary="Delete an archived customer without documents",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path=f"{_ID}/taxes/rates",
        id="getCustomerTaxRates",
        tag=_TAG,
        summary="Read the tax that a line of the customer would get",
        scope="read",
        handler=taxes,
        answers={200: list[wire.CustomerTaxRate]},
        codes=READ_CODES,
    ),
    Operation(
        method="GET",
        path=f"{_ID}/portal",
        id="getCustomerPortal",
        tag=_TAG,
        summary="Read the address of the customer's page",
        scope="read",
        handler=portal,
        answers={200: wire.CustomerPortal},
        codes=READ_CODES,
    ),
)
