"""The worker's side of the queue: a connection on which it hears of wake-ups, takes them in turn, and lets them go.

PgQueuer picks them, each for one worker, and says when there are new ones; what a wake-up means, and that it is no promise, is in
`store/wakeups.py`. What this module does not do: know what is done about one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from pgqueuer import AsyncpgDriver, Job, Queries, QueueManager
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.ports.driver import NotifyCallback

from duebook.store import wakeups
from duebook.store.db import Connection
from duebook.store.wakeups import ENTRYPOINT, SESSION, Asked

NAMES: Final = DBSettings(
    prefix="",
    db_schema="public",
    channel="ch_pgqueuer",  # pyright: ignore[reportArgumentType] - a NewType of str that pydantic makes of it
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.balanced,
    widen_id=False,
)
"""What the migration made, name by name: the library would read them from variables as common as CHANNEL."""

Serve = Callable[[int, UUID], Awaitable[None]]
"""What is done about a wake-up: its id, and the tenant."""

_MERGED_SECONDS: Final = 0.02
_LOOK_AGAIN: Final = timedelta(seconds=5)
"""How often the queue is looked at although nobody said anything."""
_PAUSED: Final = timedelta(seconds=10)
"""A worker that says nothing for so long has lost what it had picked, though its session still stands."""
_CUT_SECONDS: Final = 5
_PATIENCE_SECONDS: Final = 10
_LOCK_MILLISECONDS: Final = 200


def queries_on(driver: AsyncpgDriver) -> Queries:
    """The library's statements, on the tables of our migration."""
    return Queries(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES))


class Queue:
    """One worker on the queue, until its connection ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver = _Driver(connection)

    @classmethod
    async def open(cls, dsn: str) -> "Queue":
        """Connect as the owner. Raises what a lost database raises."""
        connection = await asyncpg.connect(
            dsn,
            timeout=_PATIENCE_SECONDS,
            command_timeout=_PATIENCE_SECONDS,
            # Hints are no promise: what is lost of them in a crash is found by the sweep, so nobody waits for the disk here.
            # And nobody waits for a submitter who has entered a wake-up and does not commit: all tenants are served on this connection.
            server_settings={
                "application_name": SESSION,
                "search_path": "public",
                "synchronous_commit": "off",
                "jit": "off",
                "lock_timeout": str(_LOCK_MILLISECONDS),
            },
        )
        return cls(connection)

    @property
    def asked(self) -> Asked:
        """For statements of `store/wakeups.py`: the connection, of which several tasks may ask at the same time."""
        return self._driver

    async def run(self, serve: Serve, *, at_once: int, stop: asyncio.Event) -> None:
        """Call `serve` for each wake-up, up to `at_once` (2 or more) at the same time, until `stop`; then those in hand are waited for.

        Cancelled, it cancels them. Raises what a lost database raises.
        """
        manager = QueueManager(queries_on(self._driver), channel=NAMES.channel)
        serving: set[asyncio.Task[None]] = set()

        async def one(job: Job) -> None:
            task: Any = asyncio.current_task()
            serving.add(task)
            task.add_done_callback(serving.discard)
            await serve(job.id, UUID(bytes=job.payload or b""))

        manager.entrypoint(ENTRYPOINT, accepts_context=False)(one)
        await wakeups.be_seen(self.asked, id=manager.queue_manager_id)
        running = asyncio.create_task(
            manager.run(
                dequeue_timeout=_LOOK_AGAIN,
                batch_size=at_once // 2,
                max_concurrent_tasks=at_once,
                shutdown_on_listener_failure=True,
                heartbeat_timeout=_PAUSED,
                log_aggregation_interval=timedelta(0),
            )
        )
        running.add_done_callback(lambda task: task.cancelled() or task.exception())  # heard, although a cancelled caller does not ask
        lost = asyncio.Event()
        self._connection.add_termination_listener(lambda _: lost.set())
        ends = (asyncio.create_task(stop.wait()), asyncio.create_task(lost.wait()))
        try:
            await asyncio.wait((running, *ends), return_when=asyncio.FIRST_COMPLETED)
            manager.shutdown.set()
            await asyncio.wait((running,))
            running.result()
            if lost.is_set():
                raise ConnectionError("the queue's connection ended")
        except FailingListenerError as error:
            raise ConnectionError("the queue's connection no longer hears anything") from error
        except asyncio.CancelledError:
            manager.shutdown.set()
            for task in serving:
                task.cancel()
            await asyncio.wait((running,), timeout=_CUT_SECONDS)
            raise
        finally:
            for task in (running, *ends):
                task.cancel()

    async def close(self) -> None:
        """End the connection, politely if it answers."""
        if not self._connection.is_closed():
            try:
                await self._connection.close(timeout=2)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                self._connection.terminate()


class _Driver(AsyncpgDriver):
    """The library's way to ask. Of many changes at once it is told once: it looks at the whole queue each time."""

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        await super().add_listener(channel, _Merged(callback))


class _Merged:
    """Passes on at most one change in `_MERGED_SECONDS`, the last one always; everything else at once."""

    def __init__(self, callback: NotifyCallback) -> None:
        self._callback = callback
        self._quiet_until = 0.0
        self._is_coming = False

    def __call__(self, payload: str | bytes | bytearray) -> None:
        loop = asyncio.get_running_loop()
        if "table_changed_event" not in str(payload):
            self._callback(payload)
        elif loop.time() >= self._quiet_until:
            self._pass(payload)
        elif not self._is_coming:
            self._is_coming = True
            loop.call_at(self._quiet_until, self._pass, payload)

    def _pass(self, payload: str | bytes | bytearray) -> None:
        self._is_coming = False
        self._quiet_until = asyncio.get_running_loop().time() + _MERGED_SECONDS
        self._callback(payload)
