"""Clients at the LeanPay door: what the house calls customers."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from duebook.actions.import_customers import import_customers, update_customer
from duebook.core.customer import Customer
from duebook.core.refusal import Refusal
from duebook.leanpay import parameters, translate, wire, wording
from duebook.leanpay.answers import LIST_CODES, READ_CODES, WRITE_CODES, encode, import_batch, import_one, not_found, page
from duebook.store import customers, lists
from duebook.store.db import Connection
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer


async def _with_balances(connection: Connection, found: Sequence[Customer], *, tenant_id: UUID, day: date) -> list[wire.Client]:
    ids = [customer.id for customer in found if customer.id is not None]
    owed = await customers.balances(connection, tenant_id=tenant_id, ids=ids, day=day) if ids else {}
    return [
        translate.client(customer, tenant_id=str(tenant_id), balances=owed.get(customer.id, []) if customer.id else [])
        for customer in found
    ]


async def _shown(unit: Unit, found: Sequence[Customer]) -> list[wire.Client]:
    return await _with_balances(unit.connection, found, tenant_id=unit.tenant.id, day=unit.day)


def _placed(refusal: Refusal) -> Refusal:
    return wording.placed(refusal, field="clients", simple=True)


async def import_many(ask: Ask) -> Answer:
    """POST /clients/batch."""
    return await import_batch(
        ask,
        draft=translate.customer_fields,
        action=import_customers,
        show=_shown,
        place=_placed,
        whole=wire.Clients,
        part=wire.ClientsPartial,
    )


async def import_simple(ask: Ask) -> Answer:
    """POST /clients."""
    fields = translate.customer_fields(await ask.read(wire.ClientImport))
    return await import_one(ask, fields, action=import_customers, show=_shown, place=_placed)


async def update(ask: Ask) -> Answer:
    """PUT /clients/{clientId}."""
    fields = translate.customer_fields(await ask.read(wire.ClientUpdate))

    async def deed(unit: Unit) -> Answer:
        if ask.id is None:
            raise TypeError("the route gives an id")
        result = await update_customer(unit, id=ask.id, fields=fields)
        if isinstance(result, Refusal):
            raise RequestRefused([], [_placed(result)])
        return Answer(200, encode((await _shown(unit, [result]))[0]))

    return await ask.write(deed)


async def find(ask: Ask) -> Answer:
    """GET /clients/{clientId}."""
    if ask.id is None:
        raise TypeError("the route gives an id")
    async with ask.database.moment(ask.tenant.id) as connection:
        found = await customers.read_many(connection, tenant_id=ask.tenant.id, ids=[ask.id])
        if not found:
            raise not_found(f"no client has the id {ask.id}")
        shown = await _with_balances(connection, found, tenant_id=ask.tenant.id, day=ask.day)
    return Answer(200, encode(shown[0]))


async def list_page(ask: Ask) -> Answer:
    """GET /clients."""
    tenant_id = ask.tenant.id

    async def read(connection: Connection, found_page: lists.Page) -> list[wire.Client]:
        found = await customers.read_many(connection, tenant_id=tenant_id, ids=found_page.ids)
        return await _with_balances(connection, found, tenant_id=tenant_id, day=ask.day)

    return await page(ask, resource="customers", struct=wire.ClientPage, read=read)


_WRITES: Final = (parameters.DRY_RUN,)
_FILTERS: Final = (parameters.PAGE, parameters.EXTERNAL_ID, parameters.UPDATED_SINCE, parameters.SEARCH, parameters.SORT)

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/clients",
        id="listClients",
        tag="Clients",
        summary="List clients",
        scope="read",
        handler=list_page,
        query=_FILTERS,
        answers={200: wire.ClientPage},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/clients",
        id="importClient",
        tag="Clients",
        summary="Import a client",
        scope="write",
        handler=import_simple,
        query=_WRITES,
        request=wire.ClientImport,
        answers={200: wire.Client},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="POST",
        path="/clients/batch",
        id="importClients",
        tag="Clients",
        summary="Import clients (max 100)",
        scope="write",
        handler=import_many,
        query=(*_WRITES, parameters.ALLOW_PARTIAL),
        request=wire.ClientsBatchRequest,
        items=("clients", wire.ClientImport),
        answers={200: wire.Clients, 207: wire.ClientsPartial},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/clients/{clientId}",
        id="findClient",
        tag="Clients",
        summary="Find a client by its id",
        scope="read",
        handler=find,
        path_parameter="clientId",
        answers={200: wire.Client},
        codes=READ_CODES,
    ),
    Operation(
        method="PUT",
        path="/clients/{clientId}",
        id="updateClient",
        tag="Clients",
        summary="Update a client",
        scope="write",
        handler=update,
        query=_WRITES,
        request=wire.ClientUpdate,
        path_parameter="clientId",
        answers={200: wire.Client},
        codes=WRITE_CODES,
        keyed=True,
    ),
)
