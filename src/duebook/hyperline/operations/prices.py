"""Price configurations at the Hyperline door: what products cost, by currency, country and interval."""

from typing import Final

from duebook.actions.keep_products import add_price, set_amount
from duebook.core.paper import UNKNOWN
from duebook.hyperline import ids, wire
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, READ_CODES, WRITE_CODES
from duebook.hyperline.operations.keeping import WORDS, deleted, kept, one, page, path_id
from duebook.hyperline.pages import OFFSET
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_WORD: Final = WORDS["price"]


async def list_page(ask: Ask) -> Answer:
    """GET /v1/price-configurations."""
    return await page(ask, "price", struct=wire.OffsetPagePriceConfiguration, show=shown.price)


async def find(ask: Ask) -> Answer:
    """GET /v1/price-configurations/{id}."""
    return Answer(200, wire.encode(shown.price(await one(ask, "price"))))


async def create(ask: Ask) -> Answer:
    """POST /v1/price-configurations."""
    body: wire.CreatePriceConfiguration = await ask.read(wire.CreatePriceConfiguration)
    product_id = ids.read(body.product_id, kind="product") or UNKNOWN

    async def deed(unit: Unit) -> Answer:
        price = kept(await add_price(unit, product_id=product_id, price=translate.price(body)), word=_WORD)
        return Answer(201, wire.encode(shown.price(price)))

    return await ask.write(deed)


async def update_prices(ask: Ask) -> Answer:
    """PUT /v1/price-configurations/{id}/prices: the body is the list of its fees."""
    id = path_id(ask, "price")
    fees: wire.Fees = await ask.read(wire.Fees)

    async def deed(unit: Unit) -> Answer:
        price = kept(await set_amount(unit, price_id=id, amount=translate.amount(fees)), word=_WORD)
        return Answer(200, wire.encode(shown.price(price)))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/price-configurations/{id}."""
    return await deleted(ask, "price")


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/price-configurations",
        id="listPriceConfigurations",
        tag="Price configurations",
        summary="List price configurations",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPagePriceConfiguration},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/price-configurations",
        id="createPriceConfiguration",
        tag="Price configurations",
        summary="Give a product another price",
        scope="write",
        handler=create,
        request=wire.CreatePriceConfiguration,
        answers={201: wire.PriceConfiguration},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/price-configurations/{id}",
        id="getPriceConfiguration",
        tag="Price configurations",
        summary="Get a price configuration",
        scope="read",
        handler=find,
        answers={200: wire.PriceConfiguration},
        codes=READ_CODES,
    ),
    Operation(
        method="DELETE",
        path="/v1/price-configurations/{id}",
        id="deletePriceConfiguration",
        tag="Price configurations",
        summary="Delete a price configuration",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
    Operation(
        method="PUT",
        path="/v1/price-configurations/{id}/prices",
        id="updatePriceConfigurationPrices",
        tag="Price configurations",
        summary="Set the fee of a price configuration",
        scope="write",
        handler=update_prices,
        request=wire.Fees,
        answers={200: wire.PriceConfiguration},
        codes=WRITE_CODES,
        keyed=True,
    ),
)
