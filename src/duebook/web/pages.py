"""The API pages: each door's OpenAPI document, and /docs, which shows them. (Routes only; the documents are made by the doors.)"""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route


def routes(documents: Mapping[str, Mapping[str, Any]]) -> list[BaseRoute]:
    """Routes for the documents by dialect name: `/<name>/openapi.json`."""
    return [Route(f"/{name}/openapi.json", _document(document)) for name, document in documents.items()]


def _document(document: Mapping[str, Any]) -> Any:
    body = json.dumps(document, ensure_ascii=False).encode()

    async def answer(_: Request) -> Response:
        return Response(body, media_type="application/json")

    return answer
