"""One HTTP connection, as uvicorn keeps it, with two things done once where uvicorn does them twice for every answer: an answer that is
whole goes out in one write, head and body together, and the connection has one timer for its idle time instead of one for each answer.

Whatever is not such an answer (streams, HEAD, no body, a connection that ends) is uvicorn's own, and nothing that is sent differs by a
byte: tests/web/test_connection.py holds both together, for an upgrade of uvicorn may move what stands here.
"""

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HEADER_VALUE_RE, STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

_WHOLE: Final = frozenset((b"request-id", b"content-type", b"content-length"))
"""The headers of a whole answer: none of them asks anything of the connection."""


class _Cycle(RequestResponseCycle):
    """A request and its answer. Nothing is written before it is known how the answer goes on, as ASGI asks of a server."""

    _start: Any = None

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start" and not self.response_started:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            if (head := self._head(start, message)) is not None:
                self.response_started = self.response_complete = True
                self.waiting_for_100_continue = False
                self.transport.writelines((head, message.get("body", b"")))
                self.message_event.set()
                self.on_response()
                return
            await super().send(start)
        await super().send(message)

    def _head(self, start: Any, message: Any) -> bytes | None:
        """The status line and the headers of a whole answer; None for anything else, or where writing has to wait or to end."""
        if not self.keep_alive or self.disconnected or self.flow.write_paused or self.scope["method"] == "HEAD":
            return None
        if message["type"] != "http.response.body" or message.get("more_body"):
            return None
        given = start.get("headers", ())
        headers: dict[bytes, bytes] = dict(given)
        if len(given) != len(_WHOLE) or headers.keys() != _WHOLE or HEADER_VALUE_RE.search(b"".join(headers.values())):
            return None
        if int(headers[b"content-length"]) != len(message.get("body", b"")):
            return None
        lines = [STATUS_LINE[start["status"]]]
        for name, value in (*self.default_headers, *headers.items()):
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)


class Connection(HttpToolsProtocol):
    """What uvicorn makes for each connection, by its option `http`."""

    _idle_since: float | None = None

    def on_headers_complete(self) -> None:
        """A request begins: its cycle, which has not run yet, becomes ours."""
        super().on_headers_complete()
        self.cycle.__class__ = _Cycle

    def on_response_complete(self) -> None:
        """Go on with the next request that has come, or be idle."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that has been idle for so long; one that was in use meanwhile is looked at again later."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended, and its timer with it."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    def _unset_keepalive_if_required(self) -> None:
        """Something came: no longer idle. The timer stays, and will see."""
        self._idle_since = None
