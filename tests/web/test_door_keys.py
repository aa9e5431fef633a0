"""Who may come in: keys, their scopes, and the wall between companies. Nothing that is refused leaves a trace."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from duebook.actions.open_tenant import create_key
from duebook.store import tenants
from duebook.web.today import now
from tests.leanpay.footprint import unchanged
from tests.make import PREFIX, Company, complete_credit_note, complete_invoice, simple_credit_note, simple_invoice, some_id

ITEM = {"name": "Dupont", "externalId": "dupont"}


async def with_scope(company: Company, scope: str) -> Company:
    """The same company with another key."""
    async with company.database.owner() as connection:
        new = await create_key(connection, tenant=company.tenant, scope=scope, at=now())
    return replace(company, key=new.key)


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer", "test_no_such_key", "Basic dGVzdDp0ZXN0", "x" * 5_000, "é"])
async def test_without_a_known_key_nobody_comes_in(acme: Company, sent: str) -> None:
    async with unchanged(acme):
        answer = await acme.call("POST", "/clients", json=ITEM, headers={"Authorization": sent.encode("latin-1")})
    assert answer.status_code == 401
    body = answer.json()
    assert list(body) == ["statusCode", "error", "message", "errors"]
    assert (body["statusCode"], body["error"]) == (401, "Unauthorized")
    assert [(error["index"], error["path"], error["code"]) for error in body["errors"]] == [(None, "$", "unauthorized")]


async def test_without_the_header_nobody_comes_in(acme: Company) -> None:
    async with acme.client() as client:
        del client.headers["Authorization"]
        answer = await client.post(f"{PREFIX}/clients", json=ITEM)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("written", ["{key}", "Bearer {key}", "bearer {key}", "BEARER   {key}"])
async def test_a_key_is_taken_alone_or_as_a_bearer(acme: Company, written: str) -> None:
    answer = await acme.call("GET", "/clients", headers={"Authorization": written.format(key=acme.key)})
    assert answer.status_code == 200


async def test_a_key_is_taken_with_more_blanks_around_it_than_are_remembered(acme: Company) -> None:
    for _ in range(2):
        assert (await acme.call("GET", "/clients", headers={"Authorization": f"Bearer {' ' * 1_000}{acme.key}"})).status_code == 200


async def test_a_key_with_one_character_changed_is_no_key(acme: Company) -> None:
    for key in (acme.key[:-1], acme.key + "x", acme.key.swapcase(), acme.key[:12]):
        answer = await replace(acme, key=key).call("GET", "/invoices")
        assert answer.status_code == 401, key


async def test_a_revocation_holds_within_a_second_in_a_process_that_knows_the_key(acme: Company) -> None:
    async with acme.client() as client:
        assert (await client.get(f"{PREFIX}/clients")).status_code == 200
        async with acme.database.owner() as connection:
            prefix = await connection.fetchval("SELECT prefix FROM keys WHERE tenant_id = $1", acme.tenant.id)
            assert await tenants.revoke_key(connection, prefix=prefix, at=now()) == 1
        await asyncio.sleep(1)
        async with unchanged(acme):
            answer = await client.post(f"{PREFIX}/clients", json=ITEM)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "unauthorized")


async def test_a_revoked_key_is_answered_like_an_unknown_one(acme: Company) -> None:
    async with acme.database.owner() as connection:
        await connection.execute("UPDATE keys SET revoked_at = now() WHERE tenant_id = $1", acme.tenant.id)
    revoked = await acme.call("GET", "/clients")
    unknown = await replace(acme, key="test_no_such_key").call("GET", "/clients")
    assert (revoked.status_code, revoked.content) == (401, unknown.content)


async def test_a_key_that_may_only_read_changes_nothing(acme: Company) -> None:
    client_id = await acme.customer()
    reader = await with_scope(acme, "read")
    writes: list[tuple[str, str, Any]] = [
        ("POST", "/clients", ITEM),
        ("POST", "/clients/batch", {"clients": [ITEM]}),
        ("PUT", f"/clients/{client_id}", {"name": "Durand"}),
        ("POST", "/invoices", simple_invoice(client_id)),
        ("POST", "/invoices/batch", {"invoices": [simple_invoice(client_id)]}),
        ("POST", "/invoices/complete", complete_invoice(client_id)),
        ("POST", "/credit-notes", simple_credit_note(client_id)),
        ("POST", "/credit-notes/batch", {"creditNotes": [simple_credit_note(client_id)]}),
        ("POST", "/credit-notes/complete", complete_credit_note(client_id)),
    ]
    async with unchanged(acme):
        for method, path, body in writes:
            answer = await reader.call(method, path, json=body)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "forbidden"), path
    for path in ("/clients", f"/clients/{client_id}", "/invoices", "/credit-notes"):
        assert (await reader.call("GET", path)).status_code == 200


async def test_the_scopes_write_and_admin_may_read_and_write(acme: Company) -> None:
    for scope in ("write", "admin"):
        company = await with_scope(acme, scope)
        await company.customer()
        await company.get("/clients")


async def test_another_company_is_answered_as_if_the_document_did_not_exist(acme: Company, bergeron: Company) -> None:
    client_id = await acme.customer()
    invoice = await acme.post("/invoices", simple_invoice(client_id, externalId="shared"))
    note = await acme.post("/credit-notes", simple_credit_note(client_id, externalId="shared"))
    nothing = some_id()
    for resource, id in (("invoices", invoice["id"]), ("credit-notes", note["id"]), ("clients", client_id)):
        foreign = await bergeron.call("GET", f"/{resource}/{id}")
        unknown = await bergeron.call("GET", f"/{resource}/{nothing}")
        assert (foreign.status_code, foreign.json()["errors"][0]["code"]) == (404, "not_found")
        assert foreign.text == unknown.text.replace(str(nothing), id)
        page = await bergeron.get(f"/{resource}")
        assert (page["data"], page["total"], page["pageCount"]) == ([], 0, 0)
        assert (await bergeron.get(f"/{resource}", externalId="shared"))["total"] == 0


async def test_another_companys_ids_cannot_be_named_in_a_body(acme: Company, bergeron: Company) -> None:
    theirs, mine = await acme.customer(), await bergeron.customer()
    invoice = await acme.post("/invoices", simple_invoice(theirs, externalId="theirs"))
    note = await acme.post("/credit-notes", simple_credit_note(theirs, externalId="theirs"))
    link = {"date": "2026-01-10", "amount": 1}
    async with unchanged(acme, bergeron):
        assert await bergeron.refused("/invoices", simple_invoice(theirs), status=404) == [("$.clientId", "not_found")]
        assert await bergeron.refused("/credit-notes", simple_credit_note(theirs), status=404) == [("$.clientId", "not_found")]
        assert await bergeron.refused("/invoices/complete", complete_invoice(theirs), status=404) == [("$.client.id", "not_found")]
        for named in ({"id": note["id"]}, {"externalId": "theirs"}):
            body = complete_invoice(mine, creditNoteLinks=[link | {"creditNote": named}])
            (place,) = named
            told = await bergeron.refused("/invoices/complete", body, status=404)
            assert told == [(f"$.creditNoteLinks[0].creditNote.{place}", "not_found")]
        for named in ({"id": invoice["id"]}, {"externalId": "theirs"}):
            body = complete_credit_note(mine, invoiceLinks=[link | {"invoice": named}])
            (place,) = named
            told = await bergeron.refused("/credit-notes/complete", body, status=404)
            assert told == [(f"$.invoiceLinks[0].invoice.{place}", "not_found")]
        answer = await bergeron.call("PUT", f"/clients/{theirs}", json={"name": "Mine now"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


async def test_an_external_id_names_another_document_in_another_company(acme: Company, bergeron: Company) -> None:
    ours = await acme.post("/invoices", simple_invoice(await acme.customer(), externalId="FA-1", reference="Acme's"))
    async with unchanged(acme):
        theirs = await bergeron.post("/invoices", simple_invoice(await bergeron.customer(), externalId="FA-1", reference="Bergeron's"))
    assert ours["id"] != theirs["id"]
    assert (await acme.get(f"/invoices/{ours['id']}"))["reference"] == "Acme's"


async def test_the_live_and_the_sandbox_tenant_of_a_company_share_nothing(acme: Company) -> None:
    client_id = await acme.customer()
    async with acme.database.owner() as connection:
        live = next(t for t in await tenants.by_name(connection, name=acme.tenant.name) if t.mode == "prod")
        key = (await create_key(connection, tenant=live, scope="admin", at=now())).key
    assert key.startswith("prod_")
    assert acme.key.startswith("test_")
    real = replace(acme, tenant=live, key=key)
    assert (await real.call("GET", f"/clients/{client_id}")).status_code == 404
    assert (await real.get("/clients"))["total"] == 0
