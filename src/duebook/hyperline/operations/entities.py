"""Invoicing entities at the Hyperline door: the sellers of a company."""

from typing import Final

from duebook.actions.keep_entities import create_entity, update_entity
from duebook.hyperline import wire
from duebook.hyperline.answers import LIST_CODES, READ_CODES, WRITE_CODES, id_in, missing, offset_meta
from duebook.hyperline.operations.keeping import kept
from duebook.hyperline.pages import OFFSET, offset_page
from duebook.hyperline.translate import entities as translate
from duebook.store import entities
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_WORD: Final = "Invoicing entity"


async def list_page(ask: Ask) -> Answer:
    """GET /v1/invoicing-entities."""
    asked = offset_page(ask.query)
    async with ask.database.tenant(ask.tenant.id) as connection:
        every = await entities.every(connection, tenant_id=ask.tenant.id)
    rows = every[::-1][asked.skip : asked.skip + asked.take]
    meta = offset_meta(total=len(every), taken=len(rows), page=asked)
    return Answer(200, wire.encode(wire.OffsetPageInvoicingEntity(meta, [translate.entity(row) for row in rows])))


async def create(ask: Ask) -> Answer:
    """POST /v1/invoicing-entities."""
    body: wire.CreateInvoicingEntity = await ask.read(wire.CreateInvoicingEntity)

    async def deed(unit: Unit) -> Answer:
        entity = kept(await create_entity(unit, translate.fields(body)), word=_WORD, names=translate.NAMES)
        return Answer(201, wire.encode(translate.entity(entity)))

    return await ask.write(deed)


async def find(ask: Ask) -> Answer:
    """GET /v1/invoicing-entities/{id}."""
    id = id_in(ask, kind="entity", word=_WORD)
    async with ask.database.tenant(ask.tenant.id) as connection:
        entity = next((row for row in await entities.every(connection, tenant_id=ask.tenant.id) if row.id == id), None)
    if entity is None:
        raise missing(_WORD)
    return Answer(200, wire.encode(translate.entity(entity)))


async def update(ask: Ask) -> Answer:
    """PUT /v1/invoicing-entities/{id}."""
    id = id_in(ask, kind="entity", word=_WORD)
    body: wire.UpdateInvoicingEntity = await ask.read(wire.UpdateInvoicingEntity)

    async def deed(unit: Unit) -> Answer:
        entity = kept(await update_entity(unit, id=id, fields=translate.fields(body)), word=_WORD, names=translate.NAMES)
        return Answer(200, wire.encode(translate.entity(entity)))

    return await ask.write(deed)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/invoicing-entities",
        id="listInvoicingEntities",
        tag="Invoicing entities",
        summary="List invoicing entities",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPageInvoicingEntity},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/invoicing-entities",
        id="createInvoicingEntity",
        tag="Invoicing entities",
        summary="Create an invoicing entity",
        scope="write",
        handler=create,
        request=wire.CreateInvoicingEntity,
        answers={201: wire.InvoicingEntity},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/invoicing-entities/{id}",
        id="getInvoicingEntity",
        tag="Invoicing entities",
        summary="Get an invoicing entity",
        scope="read",
        handler=find,
        answers={200: wire.InvoicingEntity},
        codes=READ_CODES,
    ),
    Operation(
        method="PUT",
        path="/v1/invoicing-entities/{id}",
        id="updateInvoicingEntity",
        tag="Invoicing entities",
        summary="Update an invoicing entity",
        scope="write",
        handler=update,
        request=wire.UpdateInvoicingEntity,
        answers={200: wire.InvoicingEntity},
        codes=WRITE_CODES,
        keyed=True,
    ),
)
