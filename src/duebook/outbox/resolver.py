"""Names to addresses by the system's own resolver, in threads of its own, so that names that hang hold up no others.

A name server that does not answer holds a thread for half a minute, longer than an attempt may last. So names that answered the last time
and all others have separate bounds, a name is asked for once at a time however many wait for it, and the threads hold up no exit. What
this module does not do: judge an address, or remember one.
"""

import asyncio
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from duebook.outbox.addresses import Found, Place, places, spelled

Lookup = Callable[[str, int], Sequence[Found]]

_THREADS: Final = 32
"""Names that are asked for at the same time, of each kind."""
_NAMES: Final = 10_000
"""Names that are remembered to have answered."""


def system_lookup(host: str, port: int) -> Sequence[Found]:
    """What the machine is configured to answer: hosts file, name servers, and the order that it prefers. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Resolver:
    """Asks `lookup`, which may block. For one event loop."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._known: OrderedDict[str, None] = OrderedDict()
        self._running: dict[tuple[str, int], asyncio.Future[list[Place]]] = {}
        self._turns = {True: asyncio.Semaphore(_THREADS), False: asyncio.Semaphore(_THREADS)}

    async def places(self, host: str, *, port: int) -> list[Place]:
        """The addresses of a host, at least one. Raises OSError when it has none."""
        if found := spelled(host, port=port):
            return found
        key = (host, port)
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = asyncio.ensure_future(self._asked(host, port))
            running.add_done_callback(lambda done: self._ended(key, done))
        # Whoever gives up waiting does not take the answer from the others, nor the thread's place before it is free.
        return await asyncio.shield(running)

    def _ended(self, key: tuple[str, int], done: "asyncio.Future[list[Place]]") -> None:
        del self._running[key]
        if not done.cancelled():
            done.exception()  # it was told to whoever waited; nobody may be left

    async def _asked(self, host: str, port: int) -> list[Place]:
        async with self._turns[host in self._known]:
            try:
                found = places(await self._in_thread(host, port))
            except OSError:
                self._known.pop(host, None)
                raise
        if not found:
            raise OSError(f"{host} has no address")
        self._known[host] = None
        self._known.move_to_end(host)
        if len(self._known) > _NAMES:
            self._known.popitem(last=False)
        return found

    def _in_thread(self, host: str, port: int) -> "asyncio.Future[Sequence[Found]]":
        """The lookup on a thread that dies with the process, whatever it waits for."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[Found]] = loop.create_future()

        def tell(found: Sequence[Found] | BaseException) -> None:
            if not answer.done():
                if isinstance(found, BaseException):
                    answer.set_exception(found)
                else:
                    answer.set_result(found)

        def ask() -> None:
            found: Sequence[Found] | BaseException
            try:
                found = self._lookup(host, port)
            except OSError as error:
                found = error
            except UnicodeError as error:
                found = OSError(str(error))
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, found)

        threading.Thread(target=ask, name="resolver", daemon=True).start()
        return answer
