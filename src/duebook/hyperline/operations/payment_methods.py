"""Payment methods of a customer at the Hyperline door: references to what stands at a provider, never a number of a card or an account."""

from typing import Final

from duebook.actions.keep_payment_methods import create_payment_method, delete_payment_method
from duebook.hyperline import wire
from duebook.hyperline.answers import CHANGE_CODES, NO_CONTENT, READ_CODES, WRITE_CODES, id_in, missing
from duebook.hyperline.operations.keeping import WORDS, kept, page, path_id
from duebook.hyperline.pages import OFFSET
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store import customers
from duebook.store.conditions import Condition
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_CUSTOMER: Final = "Customer"


async def list_page(ask: Ask) -> Answer:
    """GET /v1/customers/{id}/payment-methods."""
    customer_id = id_in(ask, kind="customer", word=_CUSTOMER)
    async with ask.database.tenant(ask.tenant.id) as connection:
        known = await customers.read_many(connection, tenant_id=ask.tenant.id, ids=[customer_id])
    if not known:
        raise missing(_CUSTOMER)
    within = (Condition("parent", "equals", (customer_id,)),)
    return await page(ask, "payment_method", struct=wire.OffsetPagePaymentMethod, show=shown.payment_method, within=within)


async def create(ask: Ask) -> Answer:
    """POST /v1/customers/{id}/payment-methods."""
    customer_id = id_in(ask, kind="customer", word=_CUSTOMER)
    body: wire.CreatePaymentMethod = await ask.read(wire.CreatePaymentMethod)

    async def deed(unit: Unit) -> Answer:
        result = await create_payment_method(unit, customer_id=customer_id, content=translate.payment_method(body))
        return Answer(201, wire.encode(shown.payment_method(kept(result, word=_CUSTOMER))))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/customers/{id}/payment-methods/{payment_method_id}."""
    customer_id = id_in(ask, kind="customer", word=_CUSTOMER)
    id = path_id(ask, "payment_method", place=1)

    async def deed(unit: Unit) -> Answer:
        kept(await delete_payment_method(unit, id=id, customer_id=customer_id), word=WORDS["payment_method"])
        return NO_CONTENT

    return await ask.write(deed)


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/customers/{id}/payment-methods",
        id="listPaymentMethods",
        tag="Payment methods",
        summary="List the payment methods of a customer",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPagePaymentMethod},
        codes=READ_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/customers/{id}/payment-methods",
        id="createPaymentMethod",
        tag="Payment methods",
        summary="Refer to a payment method that stands at a provider",
        scope="write",
        handler=create,
        request=wire.CreatePaymentMethod,
        answers={201: wire.CustomerPaymentMethod},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/customers/{id}/payment-methods/{payment_method_id}",
        id="deletePaymentMethod",
        tag="Payment methods",
        summary="Delete a payment method",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
)
