"""The HTTP application: mounts the doors, health and the API pages; and the body of one HTTP process.

Wiring only: no rule of a door and no statement of the books stands here.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebook import __version__
from duebook.hyperline import events as hyperline_events
from duebook.hyperline import ids
from duebook.hyperline import openapi as hyperline_openapi
from duebook.hyperline import operations as hyperline_operations
from duebook.hyperline import problems as hyperline_problems
from duebook.jobs.deliveries import Names
from duebook.leanpay import events as leanpay_events
from duebook.leanpay import openapi
from duebook.leanpay.operations import OPERATIONS
from duebook.leanpay.problems import ProblemWriter
from duebook.settings import Settings
from duebook.store.db import LOST, OUT_OF_ROOM, TIMED_OUT, Database
from duebook.store.facts import Tellers
from duebook.store.room import Room
from duebook.web import pages
from duebook.web.connection import Connection
from duebook.web.door import Door
from duebook.web.keys import Keys
from duebook.web.limits import Limits
from duebook.web.request_ids import new_request_id
from duebook.web.work import Work


def build(*, settings: Settings, database: Database, room: Room | None = None) -> ASGIApp:
    """The application on an open database, which is closed when the application ends. `room` is that of an embedded PostgreSQL."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await database.close()

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live", "version": __version__})

    async def ready(_: Request) -> Response:
        try:
            # Not from the pool of the requests: a server with all hands full is ready all the same.
            async with asyncio.timeout(2):
                await database.ping()
        except (*LOST, *TIMED_OUT, *OUT_OF_ROOM):
            return JSONResponse({"status": "waiting for the database"}, status_code=503, headers={"Retry-After": "1"})
        return JSONResponse({"status": "ready"})

    rest = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            *pages.routes({"leanpay": openapi.document(), "hyperline": hyperline_openapi.document()}),
        ],
    )
    return _Front(rest, doors=_doors(settings=settings, database=database, room=room))


def _doors(*, settings: Settings, database: Database, room: Room | None) -> Sequence[tuple[str, str, Door]]:
    """Both doors as `_Front` takes them, on one unit of work, one memory of keys and one set of limits."""
    work = Work(database, seconds=settings.request_seconds, room=room)
    keys = Keys(database)
    limits = Limits(
        body_bytes=settings.body_bytes,
        body_seconds=settings.request_seconds,
        in_flight=settings.in_flight,
        reads=settings.reads,
        writes=settings.writes,
    )
    leanpay = Door(
        OPERATIONS,
        problems=ProblemWriter(),
        database=database,
        work=work,
        keys=keys,
        limits=limits,
        pinned=settings.today,
        calls_private=settings.webhook_allow_private,
    )
    hyperline = Door(
        hyperline_operations.OPERATIONS,
        problems=hyperline_problems.ProblemWriter(),
        database=database,
        work=work,
        keys=keys,
        limits=limits,
        pinned=settings.today,
        types_empty_bodies=False,
        tells_rate=True,
        address=settings.public_url,
        calls_private=settings.webhook_allow_private,
    )
    # In this order: the first has a longer prefix within the second's. The second's paths say their version themselves.
    return ((openapi.PREFIX, openapi.PREFIX, leanpay), ("/v1", "", hyperline), ("/v2", "", hyperline))


def tellers(settings: Settings) -> Tellers:
    """How each dialect tells its webhook endpoints what happened."""
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    return {leanpay_events.DIALECT: leanpay_events.events, hyperline_events.DIALECT: hyperline_events.teller(address=address)}


def message_names() -> Names:
    """How each dialect shows the id of a message to its webhook endpoints; the LeanPay one shows ids as they are."""
    return {hyperline_events.DIALECT: lambda id: ids.shown(id, kind="message")}


class _Front:
    """Sends a request to its door before any other routing: the hot path is a comparison or two.

    `doors`: the prefix of the paths that are a door's, how much of it the door's own paths leave out, and the door.
    """

    def __init__(self, rest: ASGIApp, *, doors: Sequence[tuple[str, str, Door]]) -> None:
        self._rest = rest
        self._doors = [(prefix + "/", prefix, under, door) for prefix, under, door in doors]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            path: str = scope["path"]
            for start, prefix, under, door in self._doors:
                if path.startswith(start) or path == prefix:
                    scope["root_path"] = under
                    return door(scope, receive, send)
            send = _with_request_id(send)
        return self._rest(scope, receive, send)


def _with_request_id(send: Send) -> Send:
    """Adds a request id to the answers of health and pages; the doors put their own, which their logs name."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"request-id", new_request_id().encode())]
        await send(message)

    return sending


async def serve(*, settings: Settings, dsn: str, listener: socket.socket, room: Room) -> None:
    """The body of an HTTP process: serves on an inherited listening socket until SIGTERM, then lets requests in flight finish."""
    database = await Database.open(dsn, connections=settings.connections, statement_seconds=settings.request_seconds)
    config = uvicorn.Config(
        build(settings=settings, database=database, room=room),
        loop="uvloop",
        interface="asgi3",
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=round(settings.grace_seconds),
        timeout_keep_alive=75,
        backlog=2048,
    )
    # Handed over rather than named by number: so its last descriptor is closed, and nobody waits in its queue, when the stop begins.
    await uvicorn.Server(config).serve(sockets=[listener])
