"""Messages at the Hyperline door: listed as they are sent, narrowed, expunged, and sent again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from duebook.hyperline import ids
from duebook.store import messages
from duebook.store.ids import Ids
from duebook.web.instants import instant
from duebook.web.today import now
from tests.hyperline.asking import pages, refused
from tests.jobs.told import listens, tell, told
from tests.make import Company

MESSAGES = "/v1/webhooks/messages"


async def test_messages_come_newest_first_and_can_be_narrowed(acme: Company) -> None:
    await listens(acme)
    for name in ("Dupont", "Martin", "Leroy"):
        await acme.customer(name)
    await tell(acme)
    before = instant(now() + timedelta(milliseconds=1))
    id = await acme.customer("Petit")
    await acme.call("PUT", f"/clients/{id}", json={"name": "Petit et fils"})
    await tell(acme)

    page = await acme.hyper_get(MESSAGES)
    assert list(page["data"][0]) == ["id", "event_id", "payload", "sent_at"]
    assert page["data"][0]["id"].startswith("msg_")
    assert page["data"][0]["event_id"].startswith("evt_")
    assert shown(page["data"]) == ["Petit et fils", "Petit", "Leroy", "Martin", "Dupont"]
    assert [shown(one) for one in await pages(acme, MESSAGES, limit=2)] == [["Petit et fils", "Petit"], ["Leroy", "Martin"], ["Dupont"]]
    assert shown((await acme.hyper_get(MESSAGES, before=before))["data"]) == ["Leroy", "Martin", "Dupont"]
    assert shown((await acme.hyper_get(MESSAGES, after=before))["data"]) == ["Petit et fils", "Petit"]
    assert shown((await acme.hyper_get(MESSAGES, before=before, after=before))["data"]) == []
    assert shown((await acme.hyper_get(MESSAGES, before="1901-07-18T17:33:03.000Z", after="1901-01-01T00:00:00.000Z"))["data"]) == []
    updated = await acme.hyper_get(MESSAGES, event_types="customer.updated,invoice.created")
    assert shown(updated["data"]) == ["Petit et fils"]
    assert shown((await acme.hyper_get(MESSAGES, event_types=["customer.updated", "customer.deleted"]))["data"]) == ["Petit et fils"]
    assert shown((await acme.hyper_get(MESSAGES, event_types="", before="", limit=""))["data"]) == shown(page["data"])


@pytest.mark.parametrize("most", [0, 1, 700, 1_500, 1 << 20])
async def test_a_page_ends_early_where_its_messages_are_long(acme: Company, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(messages, "PAGE_BYTES", most)
    await listens(acme)
    for number in range(5):
        await acme.customer(f"N{number}")
    await tell(acme)

    found = await pages(acme, MESSAGES, limit=3)
    assert [name for page in found for name in shown(page)] == ["N4", "N3", "N2", "N1", "N0"]
    sizes = [len(page) for page in found]
    assert sizes == {0: [1] * 5, 1: [1] * 5, 1 << 20: [3, 2]}.get(most, sizes)


def shown(told: Sequence[Any]) -> list[str]:
    """The names of the customers that messages tell of."""
    return [message["payload"]["data"]["name"] for message in told]


async def test_a_payload_is_shown_as_it_is_sent(acme: Company) -> None:
    await listens(acme)
    await acme.customer()
    (message,) = await told(acme)
    response = await acme.hyper("GET", MESSAGES)
    assert message.raw in response.content
    assert response.json()["data"][0]["payload"] == message.body


async def older(company: Company, days: int) -> str:
    """The id of the company's one message, made so many days earlier."""
    old = Ids(at=now() - timedelta(days=days)).new()
    async with company.database.owner() as connection:
        await connection.execute("UPDATE messages SET id = $2 WHERE tenant_id = $1", company.tenant.id, old)
    return ids.shown(old, kind="message")


async def test_after_ninety_days_a_payload_is_expunged(acme: Company) -> None:
    await listens(acme)
    await acme.customer()
    await tell(acme)
    kept = await older(acme, 89)
    assert (await acme.hyper_get(MESSAGES))["data"][0]["payload"]["event_type"] == "customer.created"
    assert (await acme.hyper("POST", f"{MESSAGES}/{kept}/replay")).status_code == 202
    gone = await older(acme, 91)
    assert (await acme.hyper_get(MESSAGES))["data"][0]["payload"] == "EXPUNGED"
    assert "90 days" in (await refused(acme, "POST", f"{MESSAGES}/{gone}/replay"))["message"]


# Replay


async def as_sent(company: Company, *, status: str = "sent") -> None:
    """The company's messages as a delivery leaves them."""
    async with company.database.owner() as connection:
        await connection.execute(
            "UPDATE messages SET status = $2, next_at = NULL, attempts = 3, last_error = 'late',"
            " sent_at = CASE WHEN $2 = 'sent' THEN now() END WHERE tenant_id = $1",
            company.tenant.id,
            status,
        )


@pytest.mark.parametrize("status", ["sent", "given_up"])
async def test_a_replayed_message_is_due_again_with_its_id_and_bytes(status: str, acme: Company) -> None:
    await listens(acme)
    await acme.customer()
    (before,) = await told(acme)
    await as_sent(acme, status=status)
    listed = (await acme.hyper_get(MESSAGES))["data"][0]
    assert (listed["sent_at"] is not None) == (status == "sent")

    response = await acme.hyper("POST", f"{MESSAGES}/{listed['id']}/replay")
    assert (response.status_code, response.json()) == (202, listed)
    (after,) = await told(acme)
    assert after == before
    async with acme.database.owner() as connection:
        row = await connection.fetchrow("SELECT status, next_at, attempts, last_error FROM messages WHERE tenant_id = $1", acme.tenant.id)
    assert row is not None
    assert (row["status"], row["attempts"], row["last_error"]) == ("pending", 0, None)
    assert row["next_at"] <= now()


async def test_nothing_is_replayed_to_a_disabled_endpoint(acme: Company) -> None:
    await listens(acme)
    await acme.customer()
    await tell(acme)
    await as_sent(acme)
    async with acme.database.owner() as connection:
        await connection.execute("UPDATE endpoints SET disabled_at = now() WHERE tenant_id = $1", acme.tenant.id)
    id = (await acme.hyper_get(MESSAGES))["data"][0]["id"]
    assert "disabled" in (await refused(acme, "POST", f"{MESSAGES}/{id}/replay"))["message"]


@pytest.mark.parametrize("id", ["msg_000000000000000000000A", "evt_1", "x"])
async def test_a_message_that_is_not_there(id: str, acme: Company) -> None:
    assert (await refused(acme, "POST", f"{MESSAGES}/{id}/replay", status=404))["message"] == "Webhook message not found"
