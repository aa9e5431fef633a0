"""Tax rates at the Hyperline door: an entity's own, and its codes for classes of legal rates."""

from typing import Final

from msgspec import UNSET

from duebook.actions.keep_catalogue import change
from duebook.actions.keep_catalogue import create as create_entry
from duebook.core.paper import UNKNOWN
from duebook.core.refusal import Refusal
from duebook.hyperline import ids, wire
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, READ_CODES, WRITE_CODES
from duebook.hyperline.operations.keeping import WORDS, deleted, kept, one, page
from duebook.hyperline.pages import OFFSET
from duebook.hyperline.parameters import id_filters, text_filters
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

_WORD: Final = WORDS["tax_rate"]
_FILTERS: Final = (
    *OFFSET,
    *id_filters("id", kind="tax_rate"),
    *text_filters("name"),
    *text_filters("description"),
    *id_filters("invoicing_entity_id", kind="entity", field="parent"),
)


async def list_page(ask: Ask) -> Answer:
    """GET /v1/taxes/rates."""
    return await page(ask, "tax_rate", struct=wire.OffsetPageTaxRate, show=shown.tax_rate)


async def find(ask: Ask) -> Answer:
    """GET /v1/taxes/rates/{id}."""
    return Answer(200, wire.encode(shown.tax_rate(await one(ask, "tax_rate"))))


async def create(ask: Ask) -> Answer:
    """POST /v1/taxes/rates."""
    body: wire.CreateTaxRate = await ask.read(wire.CreateTaxRate)
    entity_id = ids.read(body.invoicing_entity_id, kind="entity") or UNKNOWN

    async def deed(unit: Unit) -> Answer:
        content = translate.tax_rate(body)
        result = await create_entry(unit, kind="tax_rate", name=body.name or "", content=content, parent_id=entity_id)
        return Answer(201, wire.encode(shown.tax_rate(kept(result, word=_WORD, names=translate.RATE_NAMES))))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PATCH /v1/taxes/rates/{id}."""
    body: wire.UpdateTaxRate = await ask.read(wire.UpdateTaxRate)
    known = await one(ask, "tax_rate")
    if known.content.type != body.type:
        message = f"this tax rate is of type {known.content.type}, which never changes"
        raise RequestRefused([], [Refusal("conflict", "conflict", message, ("type",))])
    name = None if body.name is UNSET else body.name

    async def deed(unit: Unit) -> Answer:
        result = await change(unit, id=known.id, kind="tax_rate", name=name, fields=translate.rate_fields(body))
        return Answer(200, wire.encode(shown.tax_rate(kept(result, word=_WORD, names=translate.RATE_NAMES))))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/taxes/rates/{id}."""
    return await deleted(ask, "tax_rate")


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/taxes/rates",
        id="listTaxRates",
        tag="Tax rates",
        summary="List tax rates",
        scope="read",
        handler=list_page,
        query=_FILTERS,
        answers={200: wire.OffsetPageTaxRate},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/taxes/rates",
        id="createTaxRate",
        tag="Tax rates",
        summary="Create a tax rate",
        scope="write",
        handler=create,
        request=wire.CreateTaxRate,
        answers={201: wire.TaxRate},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/taxes/rates/{id}",
        id="getTaxRate",
        tag="Tax rates",
        summary="Get a tax rate",
        scope="read",
        handler=find,
        answers={200: wire.TaxRate},
        codes=READ_CODES,
    ),
    Operation(
        method="PATCH",
        path="/v1/taxes/rates/{id}",
        id="updateTaxRate",
        tag="Tax rates",
        summary="Update a tax rate",
        scope="write",
        handler=update,
        request=wire.UpdateTaxRate,
        answers={200: wire.TaxRate},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/taxes/rates/{id}",
        id="deleteTaxRate",
        tag="Tax rates",
        summary="Delete a tax rate that is not in use",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
)
