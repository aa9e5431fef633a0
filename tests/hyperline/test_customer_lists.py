"""Lists of customers at the Hyperline door: every filter, pages that hold still while customers come and change, exact totals."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from duebook.hyperline import ids
from duebook.hyperline.pages import Cursor, written_cursor
from duebook.store.db import Database
from tests.conftest import TODAY
from tests.make import Company, open_company


@pytest.fixture(scope="module")
async def books(database: Database) -> Company:
    """A company with five customers, of whom one came by the other door and one is archived."""
    company = await open_company(database, day=TODAY)
    for slug, kind in (("colour", "text"), ("tags", "multi_select"), ("vip", "boolean")):
        await company.hyper_post("/v1/custom-properties", {"name": slug, "slug": slug, "type": kind, "entities": ["customer"]})
    abroad = {"name": "Two", "country": "DE", "currency": "EUR", "accounting_currency": "EUR"}
    entity = (await company.hyper_post("/v1/invoicing-entities", abroad))["id"]
    made: dict[str, str] = {}
    for name, body in {
        "Dupont": {
            "type": "person", "currency": "EUR", "country": "FR", "external_id": "d-1", "billing_email": "d@dupont.example",
            "tax_ids": [{"value": "FR19812345676"}], "custom_properties": {"colour": "red", "tags": ["a", "b"], "vip": True},
            "payment_method_type": "transfer",
        },
        "Martin": {
            "type": "corporate", "currency": "USD", "country": "DE", "external_id": "m-1", "invoicing_entity_id": entity,
            "custom_properties": {"colour": "blue"}, "payment_method_type": "external",
        },
        "Marchand": {"billing_email": "info@marchand.example", "custom_properties": {"colour": "red", "tags": ["b"]}},
        "Gone": {"type": "corporate", "country": "FR"},
    }.items():  # fmt: skip
        made[name] = (await company.hyper_post("/v1/customers", {"name": name} | body))["id"]
    await company.post("/clients", {"name": "Leroy", "externalId": "l-1"})
    assert (await company.hyper("PUT", f"/v1/customers/{made['Gone']}/archive")).status_code == 200
    method = {"provider_name": "mollie", "provider_payment_method_id": "mdt_1"}
    saved = await company.hyper_post(f"/v1/customers/{made['Marchand']}/payment-methods", method)
    answer = await company.hyper("PUT", f"/v1/customers/{made['Marchand']}", json={"payment_method_id": saved["id"]})
    assert answer.status_code == 200, answer.text
    return company


def names(answer: Any) -> list[str]:
    return [customer["name"] for customer in answer["data"]]


EVERYBODY = ["Leroy", "Marchand", "Martin", "Dupont"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", EVERYBODY),
        ("name=Dupont", ["Dupont"]),
        ("name__contains=MAR", ["Marchand", "Martin"]),
        ("name__startsWith=mar&name__endWith=tin", ["Martin"]),
        ("name__not=Dupont", ["Leroy", "Marchand", "Martin"]),
        ("name=&country=", EVERYBODY),
        ("currency=USD", ["Martin"]),
        ("currency__isNull=true", ["Leroy", "Marchand"]),
        ("country=FR", ["Dupont"]),
        ("country__isNotNull=true", ["Martin", "Dupont"]),
        ("external_id=l-1", ["Leroy"]),
        ("external_id__endsWith=-1", ["Leroy", "Martin", "Dupont"]),
        ("billing_email__contains=MARCHAND", ["Marchand"]),
        ("tax_id=FR19812345676", ["Dupont"]),
        ("tax_id__isNull=false", ["Dupont"]),
        ("type=corporate", ["Martin"]),
        ("type__in=corporate,person", ["Martin", "Dupont"]),
        ("type=corporate&type=person", ["Martin", "Dupont"]),
        ("type=automatically_created", []),
        ("status=all", ["Leroy", "Gone", "Marchand", "Martin", "Dupont"]),
        ("status=archived", ["Gone"]),
        ("status=active", EVERYBODY),
        ("status=imported", ["Leroy"]),
        ("status=inactive", []),
        ("status=archived,imported", ["Leroy", "Gone"]),
        ("status=all&status__in=archived", ["Gone"]),
        ("status=active&status__in=archived", []),
        ("status=archived&country=DE", []),
        ("subscription_status=none", EVERYBODY),
        ("subscription_status=active", []),
        ("subscription_status__in=active,none", EVERYBODY),
        ("payment_method_type=transfer", ["Dupont"]),
        ("payment_method_type__in=transfer,external", ["Martin", "Dupont"]),
        ("payment_method_type=missing", ["Leroy"]),
        ("payment_method_type=card", ["Marchand"]),
        ("payment_method_type=errored", []),
        ("payment_method_type=card&payment_method_type__in=transfer", []),
        ("segment_id=x", []),
        ("integration_entity_id=x", []),
        ("search=mar", ["Marchand", "Martin"]),
        ("search=dupont.example", ["Dupont"]),
        ("search=d-1", ["Dupont"]),
        ("search=artin", []),
        ("custom_properties[colour]=red", ["Marchand", "Dupont"]),
        ("custom_properties[colour]=red&custom_properties[tags]=a", ["Dupont"]),
        ("custom_properties[tags]=b", ["Marchand", "Dupont"]),
        ("custom_properties[vip]=true", ["Dupont"]),
        ("custom_properties[unknown]=x", []),
        ("created_at__gte=2026-01-01T00:00:00Z", EVERYBODY),
        ("created_at__lt=2026-01-01T00:00:00Z", []),
        ("updated_at__gt=2999-01-01T00:00:00Z", []),
        ("created_at__isNull=2026-01-01T00:00:00Z", []),
        ("updated_at__isNotNull=2026-01-01T00:00:00Z", EVERYBODY),
        ("name__contains=a&country=DE&type=corporate&search=martin", ["Martin"]),
        ("colour=red&unknown__in=x", EVERYBODY),
    ],
)
async def test_a_filter_finds_the_same_at_both_versions_and_counts_it(books: Company, query: str, found: list[str]) -> None:
    new = await books.hyper("GET", f"/v2/customers?include_total=true&{query}")
    old = await books.hyper("GET", f"/v1/customers?{query}")
    assert (new.status_code, old.status_code) == (200, 200), (new.text, old.text)
    assert names(new.json()) == found
    assert (new.json()["total"], new.json()["has_more"], new.json()["next_cursor"]) == (len(found), False, None)
    assert names(old.json()) == found
    assert old.json()["meta"] == {"total": len(found), "taken": len(found), "skipped": 0}


async def test_by_the_entity_whether_it_is_named_or_the_default_one(books: Company) -> None:
    entities = {entity["name"]: entity["id"] for entity in (await books.hyper_get("/v1/invoicing-entities"))["data"]}
    default = next(id for name, id in entities.items() if name != "Two")
    assert names(await books.hyper_get("/v2/customers", invoicing_entity_id=entities["Two"])) == ["Martin"]
    assert names(await books.hyper_get("/v2/customers", invoicing_entity_id=default)) == ["Leroy", "Marchand", "Dupont"]
    assert names(await books.hyper_get("/v2/customers", invoicing_entity_id__not=default)) == ["Martin"]
    assert names(await books.hyper_get("/v2/customers", invoicing_entity_id__startsWith=entities["Two"][:20] + "zzzz")) == []
    assert names(await books.hyper_get("/v2/customers", invoicing_entity_id__startsWith="ive_")) == EVERYBODY
    assert names(await books.hyper_get("/v2/customers", invoicing_entity_id="nothing")) == []


async def test_by_the_millisecond_at_which_one_was_made(books: Company) -> None:
    martin = (await books.hyper_get("/v2/customers", name="Martin"))["data"][0]
    at = martin["created_at"]
    assert names(await books.hyper_get("/v2/customers", created_at=at)) == ["Martin"]
    assert names(await books.hyper_get("/v2/customers", created_at__gt=at)) == ["Leroy", "Marchand"]
    assert names(await books.hyper_get("/v2/customers", created_at__lte=at)) == ["Martin", "Dupont"]
    later = (datetime.fromisoformat(at) + timedelta(hours=2)).isoformat(timespec="milliseconds").replace("+00:00", "+02:00")
    assert names(await books.hyper_get("/v2/customers", updated_at__gte=later, updated_at__lte=martin["updated_at"])) == ["Martin"]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("limit=101", {"limit": ["Too big: expected number to be <=100"]}),
        ("limit=0", {"limit": ["Too small: expected number to be >0"]}),
        ("sort=name", {"sort": ['Invalid option: expected one of "created_at"|"updated_at"']}),
        ("order=up", {"order": ['Invalid option: expected one of "asc"|"desc"']}),
        ("include_total=1", {"include_total": ['Invalid option: expected one of "true"|"false"']}),
        ("updated_at__gte=2026-02-01", {"updated_at__gte": ["Invalid ISO datetime"]}),
        ("updated_at__isNull=true", {"updated_at__isNull": ["Invalid ISO datetime"]}),
        ("type=firm&limit=x", {"type": ['Invalid option: expected one of "corporate"|"person"|"automatically_created"'],
                               "limit": ["Invalid input: expected number, received NaN"]}),
    ],
)  # fmt: skip
async def test_bad_parameters_are_told_by_name_all_at_once(books: Company, query: str, errors: dict[str, list[str]]) -> None:
    answer = await books.hyper("GET", f"/v2/customers?{query}")
    told = {"statusCode": 400, "type": "ValidationError", "message": "Invalid query params", "errors": errors}
    assert (answer.status_code, answer.json()) == (400, told)


async def test_pages_by_offset_end_at_10000_rows(books: Company) -> None:
    for take, skip, status in ((100, 9_900, 200), (100, 9_901, 400), (0, 10_000, 200), (0, 10_001, 400), (101, 0, 400)):
        answer = await books.hyper("GET", "/v1/customers", params={"take": take, "skip": skip})
        assert answer.status_code == status, (take, skip)
    page = await books.hyper_get("/v1/customers", take=2, skip=1)
    assert (page["meta"], names(page)) == ({"total": 4, "taken": 2, "skipped": 1}, ["Marchand", "Martin"])
    assert (await books.hyper_get("/v1/customers", take=0))["meta"] == {"total": 4, "taken": 0, "skipped": 0}
    assert (await books.hyper_get("/v1/customers", skip=100))["meta"] == {"total": 4, "taken": 0, "skipped": 100}


async def walked(company: Company, **params: Any) -> list[list[str]]:
    """The pages from the first to the last, as a program walks them: with the cursor alone."""
    pages: list[list[str]] = []
    page = await company.hyper_get("/v2/customers", **params)
    while True:
        pages.append(names(page))
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            return pages
        page = await company.hyper_get("/v2/customers", limit=params["limit"], cursor=page["next_cursor"])


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
async def test_a_walk_by_cursor_meets_everybody_once_in_either_order(books: Company, limit: int) -> None:
    for order, everybody in (("desc", EVERYBODY), ("asc", EVERYBODY[::-1])):
        pages = await walked(books, limit=limit, order=order, sort="created_at")
        assert [name for page in pages for name in page] == everybody
        assert all(len(page) == limit for page in pages[:-1])
    by_update = [name for page in await walked(books, limit=limit, order="asc", sort="updated_at") for name in page]
    assert by_update == ["Dupont", "Martin", "Leroy", "Marchand"], "Marchand was changed last"


async def test_a_walk_in_order_of_updates_misses_nobody_when_the_last_one_seen_changes_meanwhile(acme: Company) -> None:
    made = [(await acme.hyper_post("/v1/customers", {"name": name}))["id"] for name in ("A", "B", "C", "D")]
    page = await acme.hyper_get("/v2/customers", sort="updated_at", order="asc", limit=2)
    assert names(page) == ["A", "B"]
    assert (await acme.hyper("PUT", f"/v1/customers/{made[1]}", json={"name": "B2"})).status_code == 200
    rest = await acme.hyper_get("/v2/customers", cursor=page["next_cursor"])
    assert names(rest) == ["C", "D", "B2"]


async def test_a_cursor_without_the_instant_finds_its_place_by_the_customer(acme: Company) -> None:
    made = [(await acme.hyper_post("/v1/customers", {"name": name}))["id"] for name in ("A", "B", "C")]
    id = ids.read(made[0], kind="customer")
    assert id is not None
    cursor = written_cursor(Cursor(id, "updated_at", False), kind="customer")
    assert names(await acme.hyper_get("/v2/customers", cursor=cursor)) == ["B", "C"]
    nobody = written_cursor(Cursor(UUID(int=1), "updated_at", False), kind="customer")
    answer = await acme.hyper("GET", "/v2/customers", params={"cursor": nobody})
    assert (answer.status_code, answer.json()["message"], answer.json()["errors"]) == (400, "Invalid cursor", [])


async def test_a_walk_goes_on_behind_a_customer_that_is_gone(acme: Company) -> None:
    made = [(await acme.hyper_post("/v1/customers", {"name": name}))["id"] for name in ("A", "B", "C")]
    page = await acme.hyper_get("/v2/customers", order="asc", limit=2)
    await acme.hyper("PUT", f"/v1/customers/{made[1]}/archive")
    assert (await acme.hyper("DELETE", f"/v1/customers/{made[1]}")).status_code == 204
    assert names(await acme.hyper_get("/v2/customers", cursor=page["next_cursor"])) == ["C"]


async def test_total_stands_only_where_it_was_asked_for_and_is_that_of_the_whole_set(books: Company) -> None:
    assert "total" not in await books.hyper_get("/v2/customers")
    page = await books.hyper_get("/v2/customers", include_total="true", limit=1, custom_properties="ignored")
    assert (page["total"], len(page["data"])) == (4, 1)
    assert list(page) == ["data", "next_cursor", "has_more", "total"]
    behind = await books.hyper_get("/v2/customers", include_total="true", limit=1, cursor=page["next_cursor"])
    assert behind["total"] == 4


async def test_another_company_sees_nobody(books: Company, bergeron: Company) -> None:
    assert (await bergeron.hyper_get("/v2/customers", status="all", include_total="true"))["total"] == 0
    assert (await bergeron.hyper_get("/v1/customers", status="all"))["data"] == []
