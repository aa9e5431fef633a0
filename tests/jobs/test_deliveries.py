"""Deliveries on real books and real receivers: what goes out, when it comes again, and who is not slowed by whom."""

import asyncio
import time
from datetime import timedelta
from uuid import uuid4

from duebook.web.today import now
from tests.jobs.posting import SECRET, Post, stored_endpoint, waits
from tests.jobs.working import until
from tests.receiving import OK, Call, always, answer, receiver


async def test_every_message_goes_out_once_signed_and_is_marked_as_sent(post: Post):
    async with receiver() as there, post.delivering():
        ids = await post.write(await post.endpoint(there.url()), number=50)
        await post.all_are("sent", tried=1)
        calls = {call.headers["webhook-id"]: call for call in there.calls}

    assert len(there.calls) == 50
    assert set(calls) == {f"msg_{id.hex}" for id in ids}
    for place, id in enumerate(ids):
        call = calls[f"msg_{id.hex}"]
        assert call.verified(SECRET)["data"] == {"number": place}
        assert call.headers["duebook-sequence"] == str(place + 1)
    for row in await post.messages():
        assert (row["last_status"], row["last_error"], row["next_at"]) == (204, None, None)
        assert row["sent_at"] is not None


async def test_a_dialect_without_ids_of_its_own_shows_the_uuid(post: Post):
    async with receiver() as there, post.delivering():
        (id,) = await post.write(await post.endpoint(there.url(), dialect="leanpay"))
        await post.all_are("sent")

    assert [call.headers["webhook-id"] for call in there.calls] == [str(id)]


async def test_a_new_message_goes_out_at_once(post: Post):
    """From its commit to the receiver: a fraction of a second, the first time and every time after."""
    async with receiver() as there, post.delivering():
        endpoint_id = await post.endpoint(there.url())
        await asyncio.sleep(0.5)
        took: list[float] = []
        for number in range(1, 6):
            began = time.monotonic()
            await post.write(endpoint_id)

            async def came(number: int = number) -> bool:
                return len(there.calls) == number

            await until(came)
            took.append(there.calls[-1].at - began)

    assert sorted(took)[2] < 0.25, took


async def test_what_no_notice_told_of_is_found_by_a_sweep(post: Post):
    async with receiver() as there:
        await post.write(await post.endpoint(there.url()), silently=True)
        async with post.delivering():
            await post.all_are("sent", seconds=3)


async def test_a_failed_attempt_is_repeated_with_the_same_id_and_bytes(post: Post):
    """The first delay is waited for in earnest: five seconds."""
    async with receiver(always(answer(500, body=b"we are moving house"))) as there, post.delivering():
        await post.write(await post.endpoint(there.url()))
        await post.all_are("pending", tried=1)
        row = await post.message()
        there.answering = always(OK)
        await post.all_are("sent", tried=2)
        first, second = there.calls

    assert (row["last_status"], row["last_error"], row["sent_at"]) == (500, "status 500: we are moving house", None)
    assert 4.5 < waits(row) <= 5.5
    assert 4.9 < second.at - first.at < 8
    assert (first.body, first.headers["webhook-id"], first.headers["duebook-sequence"]) == (
        second.body, second.headers["webhook-id"], second.headers["duebook-sequence"],
    )  # fmt: skip
    assert second.headers["webhook-timestamp"] > first.headers["webhook-timestamp"]
    assert first.verified(SECRET) == second.verified(SECRET)


async def test_after_ten_attempts_a_message_is_given_up(post: Post):
    async with receiver(always(answer(500))) as there, post.delivering():
        await post.write(await post.endpoint(there.url()))
        delays: list[float] = []
        for tried in range(1, 10):
            await post.all_are("pending", tried=tried)
            delays.append(waits(await post.message()))
            await post.make_due()
        await post.all_are("given_up", tried=10)

    assert len(there.calls) == 10
    expected = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert all(delay - 1 < waited <= delay * 1.1 + 1 for delay, waited in zip(expected, delays, strict=True)), delays


async def test_retry_after_is_honoured(post: Post):
    async with receiver(always(answer(503, Retry_After="40"))) as there, post.delivering():
        await post.write(await post.endpoint(there.url()))
        await post.all_are("pending", tried=1)
        row = await post.message()

    assert 39.5 < waits(row) < 41


async def test_a_receiver_that_says_too_many_is_left_alone(post: Post):
    """429 with Retry-After holds the endpoint's other messages back too."""

    async def once(call: Call) -> bytes:
        return answer(429, Retry_After="1") if call is there.calls[0] else OK

    async with receiver(once) as there, post.delivering():
        endpoint_id = await post.endpoint(there.url(), rate_limit=20)
        await post.write(endpoint_id, number=3)

        async def the_others_came() -> bool:
            return len(there.calls) >= 3

        await until(the_others_came)
        assert there.calls[2].at - there.calls[0].at >= 0.9


async def test_what_an_old_address_says_last_does_not_disable_the_new_one(post: Post):
    async def slowly_gone(_: Call) -> bytes:
        await asyncio.sleep(0.5)
        return answer(410)

    async with receiver(slowly_gone) as old, receiver(always(OK)) as new, post.delivering():
        endpoint_id = await post.endpoint(old.url())
        await post.write(endpoint_id)

        async def called() -> bool:
            return bool(old.calls)

        await until(called)
        async with post.database.owner() as connection:
            await connection.execute("UPDATE endpoints SET url = $1", new.url())

        async def told() -> bool:
            return [row["attempts"] for row in await post.messages()] == [1]

        await until(told)
        assert (await stored_endpoint(post.database, endpoint_id))["disabled_at"] is None
        await post.make_due()
        await post.all_are("sent")
        assert len(new.calls) == 1


async def test_gone_disables_the_endpoint_and_its_messages_stay(post: Post):
    async with receiver(always(answer(410))) as there, post.delivering():
        endpoint_id = await post.endpoint(there.url(), rate_limit=1)
        await post.write(endpoint_id, number=3)

        async def disabled() -> bool:
            return (await stored_endpoint(post.database, endpoint_id))["disabled_at"] is not None

        await until(disabled)
        await post.write(endpoint_id)
        await post.make_due()
        await asyncio.sleep(0.5)

        assert len(there.calls) == 1
        assert (await stored_endpoint(post.database, endpoint_id))[
            "disabled_reason"
        ] == "the receiver answered 410: it wants no more messages"
        assert sorted(row["attempts"] for row in await post.messages()) == [0, 0, 0, 1]
        assert {row["status"] for row in await post.messages()} == {"pending"}

        there.answering = always(OK)
        async with post.database.owner() as connection:
            await connection.execute("UPDATE endpoints SET disabled_at = NULL, disabled_reason = NULL")
        await post.make_due()
        await post.all_are("sent")


async def test_after_an_exchange_of_secrets_both_sign_until_the_old_one_ends(post: Post):
    old = bytes(range(32, 64))
    until_later, before = now() + timedelta(hours=1), now() - timedelta(seconds=1)
    async with receiver() as there, post.delivering():
        endpoint_id = await post.endpoint(there.url(), previous_secret=old, previous_secret_until=until_later)
        await post.write(endpoint_id)
        await post.all_are("sent")
        async with post.database.owner() as connection:
            await connection.execute("UPDATE endpoints SET previous_secret_until = $1", before)
        await post.write(endpoint_id)
        await post.all_are("sent")
        both, one = there.calls

    assert both.verified(SECRET) == both.verified(old)
    assert len(one.headers["webhook-signature"].split()) == 1
    assert one.verified(SECRET)


async def test_a_secret_that_was_just_exchanged_signs_the_next_message(post: Post):
    """An endpoint that is held by a worker is called as it is now."""
    new = bytes(range(64, 96))
    async with receiver() as there, post.delivering():
        endpoint_id = await post.endpoint(there.url())
        await post.write(endpoint_id)
        await post.all_are("sent")
        async with post.database.owner() as connection:
            await connection.execute("UPDATE endpoints SET secret = $1, url = $2", new, there.url("/elsewhere"))
        await post.write(endpoint_id)
        await post.all_are("sent")

    assert there.calls[1].path == "/elsewhere"
    assert there.calls[1].verified(new)


async def test_deleted_endpoints_get_nothing(post: Post):
    async with receiver() as there, post.delivering():
        await post.write(await post.endpoint(there.url(), deleted_at=now()))
        await post.write(await post.endpoint(there.url(), disabled_at=now()))
        await post.write(await post.endpoint(there.url()))

        async def came() -> bool:
            return len(there.calls) > 0

        await until(came)
        await asyncio.sleep(0.2)

    assert len(there.calls) == 1


async def test_notices_from_strangers_are_harmless(post: Post):
    async with receiver() as there, post.delivering():
        await asyncio.sleep(0.2)
        async with post.database.owner() as connection:
            for text in ("", "nonsense", str(uuid4()), "'; DROP TABLE messages; --"):
                await connection.execute("SELECT pg_notify('duebook_deliveries', $1)", text)
        await post.write(await post.endpoint(there.url()))
        await post.all_are("sent")
