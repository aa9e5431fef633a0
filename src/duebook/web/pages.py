"""The API pages: each door's OpenAPI document, and /docs, which shows them with Scalar. (Routes only; the doors make the documents.)

Nothing on the page comes from another host, and its Content-Security-Policy lets the browser ask none.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STATIC: Final = Path(__file__).with_name("static")
# Scalar writes style attributes and style elements, which only 'unsafe-inline' lets through; its scripts are all files. The pictures that
# come as data: are drawn in its own style sheet.
_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Asked again each time and mostly answered 304, so that a new version shows at once.
    "Cache-Control": "no-cache",
}


def routes(documents: Mapping[str, Mapping[str, Any]]) -> list[BaseRoute]:
    """`/<name>/openapi.json` for each document by dialect name, and `/docs`, where the first is shown first; `/` leads there."""
    paths = {name: f"/{name}/openapi.json" for name in documents}
    return [
        Route("/", _to_docs),
        *(Route(path, _fixed(msgspec.json.encode(documents[name]), media_type="application/json")) for name, path in paths.items()),
        Route("/docs", _fixed(_page(paths, documents), media_type="text/html", headers=_HEADERS)),
        Mount("/docs/static", _Guarded(StaticFiles(directory=_STATIC))),
    ]


async def _to_docs(_: Request) -> Response:
    return RedirectResponse("/docs")


def _page(paths: Mapping[str, str], documents: Mapping[str, Mapping[str, Any]]) -> bytes:
    sources = [{"slug": name, "title": documents[name]["info"]["title"], "url": path} for name, path in paths.items()]
    links = ", ".join(f'<a href="{path}">{path}</a>' for path in paths.values())
    page = Template((_STATIC / "docs.html").read_text(encoding="utf-8"))
    return page.substitute(documents=escape(msgspec.json.encode(sources).decode()), links=links).encode()


def _fixed(body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Any:
    async def answer(_: Request) -> Response:
        return Response(body, media_type=media_type, headers=headers)

    return answer


class _Guarded:
    """Files with the headers of the page: what is shown on its own is held as strictly."""

    def __init__(self, files: ASGIApp) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *((name.lower().encode(), value.encode()) for name, value in _HEADERS.items())]
            await send(message)

        await self._files(scope, receive, guarded)
