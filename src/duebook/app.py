"""The HTTP application: mounts the doors, health and the API pages; and the body of one HTTP process.

Wiring only: no rule of a door and no statement of the books stands here.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebook import __version__
from duebook.leanpay import openapi
from duebook.leanpay.operations import OPERATIONS
from duebook.leanpay.problems import ProblemWriter
from duebook.settings import Settings
from duebook.store.db import LOST, OUT_OF_ROOM, TIMED_OUT, Database
from duebook.store.room import Room
from duebook.web import logs, pages
from duebook.web.door import Door
from duebook.web.keys import Keys
from duebook.web.limits import Limits
from duebook.web.request_ids import new_request_id
from duebook.web.work import Work


def configure_logs(level: str) -> None:
    """Structured logs as JSON lines on standard error: what happened and to which request id; no keys, no bodies."""
    logs.configure(level=level)


def build(*, settings: Settings, database: Database, room: Room | None = None) -> ASGIApp:
    """The application on an open database, which is closed when the application ends. `room` is that of an embedded PostgreSQL."""
    work = Work(database, seconds=settings.request_seconds, room=room)
    keys = Keys(database)
    limits = Limits(
        body_bytes=settings.body_bytes,
        body_seconds=settings.request_seconds,
        in_flight=settings.in_flight,
        reads=settings.reads_per_second,
        writes=settings.writes_per_second,
    )
    door = Door(OPERATIONS, problems=ProblemWriter(), database=database, work=work, keys=keys, limits=limits, pinned=settings.today)

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
            *pages.routes({"leanpay": openapi.document()}),
        ],
    )
    return _Front(rest, doors={openapi.PREFIX: door})


class _Front:
    """Sends a request to its door before any other routing: the hot path is one comparison."""

    def __init__(self, rest: ASGIApp, *, doors: dict[str, Door]) -> None:
        self._rest = rest
        self._doors = [(prefix + "/", prefix, door) for prefix, door in doors.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            for start, prefix, door in self._doors:
                if path.startswith(start) or path == prefix:
                    scope["root_path"] = prefix
                    await door(scope, receive, send)
                    return
            send = _with_request_id(send)
        await self._rest(scope, receive, send)


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
        http="httptools",
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
