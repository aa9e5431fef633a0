"""One door as an ASGI app: from a table of operations to routes, in the order that the contract checks a request.

Path (404, 405), key (401, 403), rate (429), size (413), media type (415), form (400), books (404, 409). What a handler raises becomes
the door's own error shape here; anything unforeseen is our bug: 500 with the request's id and nothing else, the trace in the log.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from urllib.parse import unquote

import structlog
from starlette.types import Message, Receive, Scope, Send

from duebook.store.db import LOST, OUT_OF_ROOM, TIMED_OUT, Database, is_bug
from duebook.store.ids import read_id
from duebook.web.faults import FormRefused
from duebook.web.gathering import Gathering
from duebook.web.instants import instant
from duebook.web.keys import SCOPES, Caller, Keys
from duebook.web.limits import Limits
from duebook.web.operations import Ask, Operation
from duebook.web.problem import Problem, ProblemWriter, QueryRefused, RequestRefused, unavailable
from duebook.web.query import read_query
from duebook.web.request_ids import new_request_id
from duebook.web.routes import Routes
from duebook.web.today import now, today
from duebook.web.work import Answer, KeyedRequest, Work, request_sha256

_log = structlog.get_logger("duebook.door")

LONGEST_KEY: Final = 255
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_JSON: Final = re.compile(r"application/json\s*(;.*)?", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_EMPTY_OBJECT: Final = b"{}"


class Door:
    """A dialect's table, served under the path it is mounted at. `types_empty_bodies`: an empty body too must name its media type.
    `tells_rate`: while there is a limit, every answer says how its key stands.

    `address` is where customers reach this server, None: wherever a request was sent to.
    """

    def __init__(
        self, operations: Sequence[Operation], *, problems: ProblemWriter, database: Database, work: Work, keys: Keys, limits: Limits,
        pinned: date | None, types_empty_bodies: bool = True, tells_rate: bool = False, address: str | None = None,
        calls_private: bool = False,
    ) -> None:  # fmt: skip
        self._problems = problems
        self._database, self._work, self._keys, self._limits, self._pinned = database, work, keys, limits, pinned
        self._gathering = Gathering(work)
        self._types_empty_bodies, self._tells_rate = types_empty_bodies, tells_rate
        self._address = address
        self._calls_private = calls_private
        self._routes = Routes(operations)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = new_request_id()
        operation: Operation | None = None
        extra: dict[str, str] = {}
        try:
            self._limits.enter()
            try:
                operation, names = self._route(scope)
                caller = await self._caller(operation, headers)
                self._admit(operation, caller, extra)
                body = b"" if operation.request is None else await self._body(operation, headers, receive)
                ask = self._ask(operation, caller, names, scope, headers, body)
                answer = await operation.handler(ask)
            finally:
                self._limits.leave()
        except Problem as problem:
            extra |= problem.headers
            answer = Answer(self._problems.status(problem), self._problems.problem(problem))
        except QueryRefused as refused:
            answer = Answer(400, self._problems.query(refused.faults))
        except FormRefused as refused:
            answer = Answer(*self._problems.refused(refused.faults, [], truncated=refused.truncated))
        except RequestRefused as refused:
            answer = Answer(*self._problems.refused(refused.faults, refused.refusals, truncated=refused.truncated))
        except ClientGone:
            return
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever is not foreseen becomes an answer in the door's shape
            problem = _unforeseen(error, request_id=request_id, operation=operation)
            extra |= problem.headers
            answer = Answer(self._problems.status(problem), self._problems.problem(problem))
        await _send(send, answer, request_id=request_id, extra=extra)

    def _route(self, scope: Scope) -> tuple[Operation, tuple[str, ...]]:
        path: str = scope["path"]
        under: str = scope.get("root_path", "")
        found = self._routes.find(path, raw=scope["raw_path"], under=under)
        if found is None:
            raise Problem(404, "not_found", f"there is nothing at {_shown(path[len(under) :])}")
        operation = found.methods.get(scope["method"])
        if operation is None:
            allowed = ", ".join(sorted(found.methods))
            raise Problem(405, "method", f"{_shown(path[len(under) :])} takes {allowed}", headers={"Allow": allowed})
        return operation, found.names

    async def _caller(self, operation: Operation, headers: Mapping[bytes, bytes]) -> Caller:
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        caller = self._keys.remembered(authorization) or await self._keys.caller(authorization)
        if SCOPES[caller.scope] < SCOPES[operation.scope]:
            raise Problem(403, "forbidden", f"this key may {caller.scope}; {operation.id} needs a key that may {operation.scope}")
        return caller

    def _admit(self, operation: Operation, caller: Caller, extra: dict[str, str]) -> None:
        """Count the request against the rate of its key; what the answer says of it goes into `extra`."""
        standing = self._limits.rate((caller.tenant.id, caller.actor.id), writes=operation.writes)
        if standing is None:
            return
        if self._tells_rate:
            extra["X-RateLimit-Limit"], extra["X-RateLimit-Remaining"] = str(standing.limit), str(standing.remaining)
            extra["X-RateLimit-Reset"] = instant(now() + timedelta(seconds=standing.full_in))
        if standing.wait is not None:
            message = f"too many requests for the limit of this server: wait {standing.wait} s"
            raise Problem(429, "rate_limit", message, headers={"Retry-After": str(standing.wait)})

    async def _body(self, operation: Operation, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        most = self._limits.body_bytes
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                body = await _received(receive, most=most)
        except TimeoutError:
            # Whoever drips a body would hold one of the places that in-flight requests have.
            message = f"the body did not arrive within {self._limits.body_seconds:g} s: nothing was stored"
            raise Problem(503, "unavailable", message, headers={"Retry-After": "1", "Connection": "close"}) from None
        if not body and not self._types_empty_bodies:
            return _EMPTY_OBJECT if operation.body_optional else body
        media_type = headers.get(b"content-type", b"").decode("latin-1")
        if not _JSON.fullmatch(media_type.strip()):
            raise Problem(415, "media_type", "send the body as Content-Type: application/json")
        return body or (_EMPTY_OBJECT if operation.body_optional else body)

    def _ask(
        self, operation: Operation, caller: Caller, names: tuple[str, ...], scope: Scope, headers: Mapping[bytes, bytes], body: bytes
    ) -> Ask:
        at = now()
        id = None
        if operation.path_parameter is not None:
            if not _UUID.fullmatch(names[0]):
                raise Problem(400, "format", f"{operation.path_parameter} must be a UUID, not {_shown(names[0])}")
            id = read_id(names[0])
        query_string: bytes = scope["query_string"]
        return Ask(
            operation=operation,
            database=self._database,
            work=self._work,
            gathering=self._gathering,
            tenant=caller.tenant,
            actor=caller.actor,
            day=today(timezone=caller.tenant.timezone, at=at, pinned=self._pinned),
            at=at,
            query=read_query(operation, query_string) if query_string else {},
            id=id,
            names=names,
            address=self._address or _sent_to(scope, headers),
            calls_private=self._calls_private,
            body=body,
            keyed=_keyed(operation, scope, headers, body),
        )


class ClientGone(Exception):
    """The client left before its request was whole: nothing was begun, and nobody reads an answer."""


async def _received(receive: Receive, *, most: int) -> bytes:
    """The whole body. Raises Problem 413 above `most` bytes, and ClientGone."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_large(most: int) -> Problem:
    return Problem(413, "body_too_large", f"the body is larger than {most} bytes: send smaller batches")


def _sent_to(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    return f"{scope.get('scheme', 'http')}://{headers.get(b'host', b'localhost').decode('latin-1')}"


def _keyed(operation: Operation, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> KeyedRequest | None:
    if not operation.keyed or b"idempotency-key" not in headers:
        return None
    # Whatever HTTP lets a header hold is taken: any byte but control characters, without the blanks around it.
    key = headers[b"idempotency-key"].decode("latin-1").strip(" \t")
    if not 1 <= len(key) <= LONGEST_KEY or _CONTROL.search(key):
        raise Problem(400, "format", f"Idempotency-Key must have 1 to {LONGEST_KEY} characters, none of them a control character")
    target = scope["raw_path"].decode("latin-1") + "?" + scope["query_string"].decode("latin-1")
    return KeyedRequest(key, request_sha256(method=scope["method"], target=target, body=body))


def _unforeseen(error: BaseException, *, request_id: str, operation: Operation | None) -> Problem:
    """What went wrong outside the request: the database, the end of the server, or else our bug, told by id and logged with its trace."""
    if isinstance(error, asyncio.CancelledError):
        # Only a server that stops cancels requests, and only those that outlast its patience; what they did was rolled back.
        _log.warning("cut off by the end of the server", request_id=request_id)
        return unavailable("the server is stopping and did not wait longer: nothing was stored")
    if isinstance(error, (*LOST, *TIMED_OUT, *OUT_OF_ROOM)) and not is_bug(error):
        _log.warning("database away", request_id=request_id, error=type(error).__name__)
        return unavailable("the database is away or too busy: ask again in a moment")
    _log.error("bug", request_id=request_id, operation=operation.id if operation else None, exc_info=error)
    return Problem(500, "internal", f"our bug: tell the operator the request id {request_id}")


def _shown(text: str) -> str:
    text = unquote(text)
    printable = "".join(c if c.isprintable() else "�" for c in text)
    return printable if len(printable) <= 100 else printable[:99] + "…"


async def _send(send: Send, answer: Answer, *, request_id: str, extra: Mapping[str, str]) -> None:
    headers = [(b"request-id", request_id.encode())]
    # 204 has no body, and HTTP lets it have neither a type nor a length.
    if answer.status != 204:
        headers += [(b"content-type", answer.content_type.encode()), (b"content-length", str(len(answer.body)).encode())]
    if extra:
        headers += [(name.lower().encode(), value.encode()) for name, value in extra.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
