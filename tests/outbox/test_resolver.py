"""Names that hang, and names that many wait for."""

import asyncio
import threading
import time
from collections.abc import Sequence

from duebook.outbox.addresses import Found
from duebook.outbox.resolver import Resolver
from tests.outbox.names import leading_to


async def test_names_that_hang_hold_up_no_name_that_is_known():
    """A hundred names whose servers do not answer, and beside them one that did."""
    hanging = threading.Event()

    def lookup(host: str, port: int) -> Sequence[Found]:
        if host != "known.example.com":
            hanging.wait(5)
        return leading_to("127.0.0.1")(host, port)

    resolver = Resolver(lookup)
    await resolver.places("known.example.com", port=443)
    waiting = [asyncio.ensure_future(resolver.places(f"hung{n}.example.com", port=443)) for n in range(100)]
    try:
        await asyncio.sleep(0.05)
        async with asyncio.timeout(1):
            assert [str(place.address) for place in await resolver.places("known.example.com", port=443)] == ["127.0.0.1"]
        assert not any(task.done() for task in waiting)
    finally:
        hanging.set()
        await asyncio.gather(*waiting)


async def test_a_name_is_asked_for_once_at_a_time():
    asked: list[str] = []

    def lookup(host: str, port: int) -> Sequence[Found]:
        asked.append(host)
        time.sleep(0.05)
        return leading_to("127.0.0.1")(host, port)

    resolver = Resolver(lookup)
    found = await asyncio.gather(*[resolver.places("hooks.example.com", port=443) for _ in range(10)])

    assert asked == ["hooks.example.com"]
    assert [len(places) for places in found] == [1] * 10
