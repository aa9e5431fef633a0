"""Many deliveries at once: who is not slowed by whom, and what workers do that share the work, are killed, or lose the database."""

import asyncio
import signal
import sys
import time

from tests.jobs.posting import Post, stored_endpoint
from tests.jobs.working import until
from tests.receiving import OK, Call, always, answer, receiver


async def test_at_least_eight_messages_of_one_endpoint_are_on_their_way_at_once(post: Post):
    async def thinking(_: Call) -> bytes:
        await asyncio.sleep(1.5)
        return OK

    async with receiver(thinking) as there, post.delivering():
        await post.write(await post.endpoint(there.url()), number=16)
        await post.all_are("sent")

    assert there.at_once >= 8


async def test_a_rate_limit_is_kept(post: Post):
    async with receiver() as there, post.delivering():
        await post.write(await post.endpoint(there.url(), rate_limit=10), number=15)
        await post.all_are("sent")
        at = [call.at for call in there.calls]

    assert all(later - earlier > 0.95 for earlier, later in zip(at, at[10:], strict=False)), "never more than ten in a second"
    assert at[-1] - at[0] < 2.5, "and not much slower"


async def test_slow_and_dead_receivers_slow_no_other(post: Post):
    """Sixty receivers that never answer, sixty that refuse, each with many messages, and one that is well: it is served all the time."""

    async def never(_: Call) -> bytes:
        await asyncio.sleep(60)
        return OK

    async with receiver(never) as silent, receiver() as well:
        for _ in range(60):
            await post.write(await post.endpoint(silent.url()), number=20)
            await post.write(await post.endpoint("http://127.0.0.1:1/"), number=20)
        good = await post.endpoint(well.url())
        async with post.delivering():
            await asyncio.sleep(1.5)
            took: list[float] = []
            for number in range(1, 11):
                began = time.monotonic()
                await post.write(good)

                async def came(number: int = number) -> bool:
                    return len(well.calls) == number

                await until(came)
                took.append(well.calls[-1].at - began)
            await post.write(good, number=500)

            async def all_came() -> bool:
                return len(well.calls) == 510

            many = await until(all_came, seconds=20)
            silent.hang_up()  # they would hold the end of the worker up for 15 s

    assert sorted(took)[7] < 0.5, took
    assert many < 5


async def test_an_attempt_that_our_death_cut_is_repeated_right_after_the_start_and_does_not_count(post: Post):
    """kill -9 while a receiver thinks; the next worker sends the same message again at once."""

    async def thinking(_: Call) -> bytes:
        await asyncio.sleep(30)
        return OK

    async with receiver(thinking) as there:
        await post.write(await post.endpoint(there.url()))
        victim = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.jobs.victim", post.dsn)

        async def came() -> bool:
            return len(there.calls) == 1

        try:
            await until(came, seconds=30)
        finally:
            victim.kill()
            await victim.wait()
        row = await post.message()
        assert (row["status"], row["attempts"]) == ("pending", 0)

        there.answering = always(OK)
        async with post.delivering():
            took = await post.all_are("sent", tried=1)
        first, second = there.calls

    assert took < 2
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


async def test_two_workers_share_the_work_and_send_nothing_twice(post: Post):
    async with receiver() as there:
        for _ in range(20):
            await post.write(await post.endpoint(there.url()), number=20, silently=True)
        async with post.delivering(), post.delivering():
            await post.all_are("sent", tried=1)

    ids = [call.headers["webhook-id"] for call in there.calls]
    assert len(ids) == len(set(ids)) == 400


async def test_a_worker_takes_over_what_another_leaves(post: Post):
    async with receiver() as there, post.delivering() as first:
        endpoint_id = await post.endpoint(there.url())
        await post.write(endpoint_id)
        await post.all_are("sent")
        held_by = (await stored_endpoint(post.database, endpoint_id))["held_by"]
        async with post.delivering():
            first.set()
            await asyncio.sleep(0.3)
            await post.write(endpoint_id)
            await post.all_are("sent")

        assert (await stored_endpoint(post.database, endpoint_id))["held_by"] != held_by


async def test_the_end_waits_for_what_is_on_its_way_and_writes_it_down(post: Post):
    async def thinking(_: Call) -> bytes:
        await asyncio.sleep(0.7)
        return OK

    async with receiver(thinking) as there:
        async with post.delivering():
            await post.write(await post.endpoint(there.url()), number=30)

            async def some_came() -> bool:
                return there.open == 8

            await until(some_came)
        rows = await post.messages()

    assert sorted(row["status"] for row in rows) == ["pending"] * 22 + ["sent"] * 8
    assert sum(row["attempts"] for row in rows) == 8


async def test_a_lost_database_loses_no_outcome(post: Post):
    """The sessions die while a message is on its way: its outcome is written when the database is there again, and it goes out once."""

    async def thinking(_: Call) -> bytes:
        await asyncio.sleep(0.5)
        return OK

    async with receiver(thinking) as there, post.delivering():
        endpoint_id = await post.endpoint(there.url())
        await post.write(endpoint_id, number=4)

        async def came() -> bool:
            return len(there.calls) == 4

        await until(came)
        async with post.database.owner() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await post.all_are("sent", tried=1)
        await post.write(endpoint_id)
        await post.all_are("sent", tried=1)

    assert len(there.calls) == 5


async def test_a_worker_that_was_paused_finds_its_outcome_no_longer_asked_for(post: Post):
    """Its hold ran out while it slept; the next worker sent the message and wrote that down, once."""
    let_go = asyncio.Event()

    async def thinking(_: Call) -> bytes:
        await let_go.wait()
        return answer(500)

    async with receiver(thinking) as there:
        await post.write(await post.endpoint(there.url()))
        sleeper = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.jobs.victim", post.dsn)
        try:

            async def came(number: int) -> bool:
                return len(there.calls) == number

            await until(lambda: came(1), seconds=30)
            sleeper.send_signal(signal.SIGSTOP)
            async with post.database.owner() as connection:
                await connection.execute("UPDATE endpoints SET held_until = now()")
            there.answering = always(OK)
            async with post.delivering():
                await post.all_are("sent", tried=1)
            sleeper.send_signal(signal.SIGCONT)
            let_go.set()
            await asyncio.sleep(0.5)
            (row,) = await post.messages()
        finally:
            sleeper.kill()
            await sleeper.wait()

    assert (row["status"], row["attempts"], row["last_status"]) == ("sent", 1, 204)
    assert [call.headers["webhook-id"] for call in there.calls] == [f"msg_{row['id'].hex}"] * 2


async def test_a_worker_in_its_own_process_waits_and_tries_again(post: Post):
    """On the event loop that workers really have, with more failures than the pace of the failing lets through at once."""
    async with receiver(always(answer(500))) as there:
        await post.write(await post.endpoint(there.url()), number=30)
        worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.jobs.victim", post.dsn, stderr=asyncio.subprocess.PIPE)
        try:
            await post.all_are("pending", tried=1, seconds=30)
            there.answering = always(OK)
            await post.all_are("sent", tried=2, seconds=30)
        finally:
            worker.kill()
            _, said = await worker.communicate()

    assert said == b""
    assert len(there.calls) == 60
