"""Products at the Hyperline door: what is sold. Their prices by themselves are in `prices.py`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from duebook.actions.keep_products import archive_product, create_product, delete_product, recover_product, update_product
from duebook.core.catalogue import Entry
from duebook.hyperline import wire
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, NO_CONTENT, READ_CODES, WRITE_CODES
from duebook.hyperline.operations.keeping import WORDS, kept, one, page, path_id
from duebook.hyperline.pages import OFFSET
from duebook.hyperline.parameters import CUSTOM_PROPERTIES, choice_filters, id_filters, plain_filter, text_filters
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store import catalogue
from duebook.store.db import Connection
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.problem import RequestRefused
from duebook.web.work import Answer

_WORD: Final = WORDS["product"]
_FILTERS: Final = (
    *OFFSET,
    *id_filters("id", kind="product"),
    *text_filters("name"),
    *text_filters("description"),
    *text_filters("type"),
    *choice_filters("status", ("all", "active", "archived")),
    plain_filter("price_book_id"),
    CUSTOM_PROPERTIES,
)


async def list_page(ask: Ask) -> Answer:
    """GET /v1/products."""
    return await page(ask, "product", struct=wire.OffsetPageProduct, show=shown.product)


async def find(ask: Ask) -> Answer:
    """GET /v1/products/{id}."""
    product = await one(ask, "product")
    async with ask.database.tenant(ask.tenant.id) as connection:
        return Answer(200, await _details(connection, product, tenant_id=ask.tenant.id))


async def create(ask: Ask) -> Answer:
    """POST /v1/products."""
    body: wire.CreateProduct = await ask.read(wire.CreateProduct)
    content, prices = translate.product(body)

    async def deed(unit: Unit) -> Answer:
        result = await create_product(unit, name=body.name, content=content, prices=prices)
        product = _kept(result, body.accounting or {})
        return Answer(201, await _details(unit.connection, product, tenant_id=unit.tenant.id))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PUT /v1/products/{id}."""
    id = path_id(ask, "product")
    body: wire.UpdateProduct = await ask.read(wire.UpdateProduct)

    async def deed(unit: Unit) -> Answer:
        result = await update_product(unit, id=id, name=body.name, fields=translate.product_fields(body))
        product = _kept(result, body.accounting or {})
        return Answer(200, await _details(unit.connection, product, tenant_id=unit.tenant.id))

    return await ask.write(deed)


async def archive(ask: Ask) -> Answer:
    """PUT /v1/products/{id}/archive."""
    return await _moved(ask, archive_product)


async def unarchive(ask: Ask) -> Answer:
    """PUT /v1/products/{id}/unarchive."""
    return await _moved(ask, recover_product)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/products/{id}."""
    id = path_id(ask, "product")

    async def deed(unit: Unit) -> Answer:
        kept(await delete_product(unit, id=id), word=_WORD)
        return NO_CONTENT

    return await ask.write(deed)


async def _moved(ask: Ask, action: Callable[..., Awaitable[Any]]) -> Answer:
    id = path_id(ask, "product")

    async def deed(unit: Unit) -> Answer:
        product: Entry = kept(await action(unit, id=id), word=_WORD)
        return Answer(200, await _details(unit.connection, product, tenant_id=unit.tenant.id))

    return await ask.write(deed)


async def _details(connection: Connection, product: Entry, *, tenant_id: UUID) -> bytes:
    prices = await catalogue.children(connection, tenant_id=tenant_id, ids=[product.id], kind="price")
    return wire.encode(shown.product_details(product, prices=prices[product.id]))


def _kept(result: Any, accounting: Mapping[str, object]) -> Entry:
    """The product; its accounting is a list here and an object by entity in the body."""
    try:
        return kept(result, word=_WORD)
    except RequestRefused as refused:
        keys = list(accounting)
        refused.refusals = [
            refusal._replace(path=("accounting", keys[int(refusal.path[1])], *refusal.path[2:]))
            if refusal.path[:1] == ("accounting",)
            else refusal
            for refusal in refused.refusals
        ]
        raise


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/products",
        id="listProducts",
        tag="Products",
        summary="List products",
        scope="read",
        handler=list_page,
        query=_FILTERS,
        answers={200: wire.OffsetPageProduct},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/products",
        id="createProduct",
        tag="Products",
        summary="Create a product with its prices",
        scope="write",
        handler=create,
        request=wire.CreateProduct,
        answers={201: wire.ProductDetails},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/products/{id}",
        id="getProduct",
        tag="Products",
        summary="Get a product",
        scope="read",
        handler=find,
        answers={200: wire.ProductDetails},
        codes=READ_CODES,
    ),
    Operation(
        method="PUT",
        path="/v1/products/{id}",
        id="updateProduct",
        tag="Products",
        summary="Update a product",
        scope="write",
        handler=update,
        request=wire.UpdateProduct,
        answers={200: wire.ProductDetails},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/products/{id}",
        id="deleteProduct",
        tag="Products",
        summary="Delete an archived product that is not in use",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="PUT",
        path="/v1/products/{id}/archive",
        id="archiveProduct",
        tag="Products",
        summary="Archive a product",
        scope="write",
        handler=archive,
        answers={200: wire.ProductDetails},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="PUT",
        path="/v1/products/{id}/unarchive",
        id="unarchiveProduct",
        tag="Products",
        summary="Take a product out of the archive",
        scope="write",
        handler=unarchive,
        answers={200: wire.ProductDetails},
        codes=CHANGE_CODES,
        keyed=True,
    ),
)
