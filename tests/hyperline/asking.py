"""Requests at this door that are refused, and lists read page by page."""

from typing import Any

from tests.make import Company


async def refused(company: Company, method: str, path: str, body: Any = None, *, status: int = 400) -> Any:
    """The body of a refusal."""
    response = await company.hyper(method, path, **({} if body is None else {"json": body}))
    assert response.status_code == status, response.text
    return response.json()


async def pages(company: Company, path: str, *, limit: int, **params: Any) -> list[list[Any]]:
    """Every page of a list, by its iterator."""
    found: list[list[Any]] = []
    iterator: str | None = None
    while True:
        page = await company.hyper_get(path, limit=limit, **params, **({} if iterator is None else {"iterator": iterator}))
        found.append(page["data"])
        iterator = page["meta"]["iterator"]
        if iterator is None:
            return found
