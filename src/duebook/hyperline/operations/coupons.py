"""Coupons at the Hyperline door: an amount or a percent that is taken off."""

from typing import Final

from duebook.actions.keep_catalogue import change
from duebook.actions.keep_catalogue import create as create_entry
from duebook.hyperline import wire
from duebook.hyperline.answers import CHANGE_CODES, LIST_CODES, READ_CODES, WRITE_CODES
from duebook.hyperline.operations.keeping import WORDS, deleted, kept, one, page, path_id
from duebook.hyperline.pages import OFFSET
from duebook.hyperline.translate import catalogue as translate
from duebook.hyperline.translate import catalogue_answers as shown
from duebook.store.unit import Unit
from duebook.web.operations import Ask, Operation
from duebook.web.work import Answer

_WORD: Final = WORDS["coupon"]


async def list_page(ask: Ask) -> Answer:
    """GET /v1/coupons."""
    return await page(ask, "coupon", struct=wire.OffsetPageCoupon, show=shown.coupon)


async def find(ask: Ask) -> Answer:
    """GET /v1/coupons/{id}."""
    return Answer(200, wire.encode(shown.coupon_details(await one(ask, "coupon"))))


async def create(ask: Ask) -> Answer:
    """POST /v1/coupons."""
    body: wire.KeepCoupon = await ask.read(wire.KeepCoupon)

    async def deed(unit: Unit) -> Answer:
        result = await create_entry(unit, kind="coupon", name=body.name, content=translate.coupon(body))
        coupon = kept(result, word=_WORD, names=translate.COUPON_NAMES)
        return Answer(201, wire.encode(shown.coupon_details(coupon)))

    return await ask.write(deed)


async def update(ask: Ask) -> Answer:
    """PUT /v1/coupons/{id}."""
    id = path_id(ask, "coupon")
    body: wire.KeepCoupon = await ask.read(wire.KeepCoupon)

    async def deed(unit: Unit) -> Answer:
        result = await change(unit, id=id, kind="coupon", name=body.name, fields=translate.coupon_fields(body))
        coupon = kept(result, word=_WORD, names=translate.COUPON_NAMES)
        return Answer(200, wire.encode(shown.coupon_details(coupon)))

    return await ask.write(deed)


async def delete(ask: Ask) -> Answer:
    """DELETE /v1/coupons/{id}."""
    return await deleted(ask, "coupon")


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/coupons",
        id="listCoupons",
        tag="Coupons",
        summary="List coupons",
        scope="read",
        handler=list_page,
        query=OFFSET,
        answers={200: wire.OffsetPageCoupon},
        codes=LIST_CODES,
    ),
    Operation(
        method="POST",
        path="/v1/coupons",
        id="createCoupon",
        tag="Coupons",
        summary="Create a coupon",
        scope="write",
        handler=create,
        request=wire.KeepCoupon,
        answers={201: wire.CouponDetails},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/coupons/{id}",
        id="getCoupon",
        tag="Coupons",
        summary="Get a coupon",
        scope="read",
        handler=find,
        answers={200: wire.CouponDetails},
        codes=READ_CODES,
    ),
    Operation(
        method="PUT",
        path="/v1/coupons/{id}",
        id="updateCoupon",
        tag="Coupons",
        summary="Update a coupon",
        scope="write",
        handler=update,
        request=wire.KeepCoupon,
        answers={200: wire.CouponDetails},
        codes=WRITE_CODES,
        keyed=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/coupons/{id}",
        id="deleteCoupon",
        tag="Coupons",
        summary="Delete a coupon",
        scope="write",
        handler=delete,
        answers={204: None},
        codes=CHANGE_CODES,
        keyed=True,
    ),
)
