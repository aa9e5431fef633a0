"""Custom properties at the Hyperline door: what a company adds to its own customers, products and invoices."""

from typing import Final

from duebook.actions.keep_catalogue import change
from duebook.actions.keep_catalogue import create as create_entry
from duebook.hyperline import wire
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, WRITE_CODES
from duebook.hyperline.operations.keeping import WORDS, deleted, kept, page, path_id
from duebook.hyperline.pages import OFFSET
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_WORD: Final = WORDS["custom_property"]


async def list_page(ask: Ask) -> Answer:
    """GET /v1/custom-properties."""
    return await page(ask, "custom_property", struct=wire.OffsetPageCustomProperty, show=shown.custom_property)


async def create(ask: Ask) -> Answer:
    """POST /v1/custom-properties."""
    body: wire.KeepCustomProperty = await ask.read(wire.KeepCustomProperty)

    async def deed(unit: Unit) -> Answer:
        content = translate.custom_property(body)
        result = await create_entry(unit, kind="custom_property", name=body.name, slug=body.slug, content=content)
        return Answer(201, wire.encode(shown.custom_property(kept(result, word=_WORD, names=translate.PROPERTY_NAMES))))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PUT /v1/custom-properties/{id}."""
    id = path_id(ask, "custom_property")
    body: wire.KeepCustomProperty = await ask.read(wire.KeepCustomProperty)

    async def deed(unit: Unit) -> Answer:
        fields = translate.property_fields(body)
        result = await change(unit, id=id, kind="custom_property", name=body.name, slug=body.slug, fields=fields)
        # 201 is what the contract publishes for this PUT.
        return Answer(201, wire.encode(shown.custom_property(kept(result, word=_WORD, names=translate.PROPERTY_NAMES))))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/custom-properties/{id}."""
    return await deleted(ask, "custom_property")


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/custom-properties",
        id="listCustomProperties",
        tag="Custom properties",
        summary="List custom properties",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPageCustomProperty},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/custom-properties",
        id="createCustomProperty",
        tag="Custom properties",
        summary="Create a custom property",
        scope="write",
        handler=create,
        request=wire.KeepCustomProperty,
        answers={201: wire.CustomProperty},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="PUT",
        path="/v1/custom-properties/{id}",
        id="updateCustomProperty",
        tag="Custom properties",
        summary="Update a custom property",
        scope="write",
        handler=update,
        request=wire.KeepCustomProperty,
        answers={201: wire.CustomProperty},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/custom-properties/{id}",
        id="deleteCustomProperty",
        tag="Custom properties",
        summary="Delete a custom property",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
)
