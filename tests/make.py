"""What tests make: companies that talk to the application in process, byte for byte as over HTTP, and documents with sensible defaults."""

import itertools
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx2

from duebook import app
from duebook.actions.open_tenant import create_key, open_tenant
from duebook.settings import Settings, read
from duebook.store.db import Database
from duebook.store.unit import Tenant
from duebook.web.today import now

_numbers = itertools.count(1)
PREFIX = "/v1/public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company at both doors; what does not say `hyper` is at the LeanPay door. `on(day)` is the same company on another day."""

    database: Database
    tenant: Tenant
    key: str
    settings: Settings

    def on(self, day: date | str) -> "Company":
        """The same books on another day."""
        return replace(self, settings=replace(self.settings, today=date.fromisoformat(day) if isinstance(day, str) else day))

    def client(self) -> httpx2.AsyncClient:
        """An HTTP client that speaks to the application in process, with this company's key."""
        transport = httpx2.ASGITransport(app=app.build(settings=self.settings, database=self.database), raise_app_exceptions=True)
        return httpx2.AsyncClient(transport=transport, base_url="http://duebook.test", headers={"Authorization": self.key})

    async def call(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """One request below /v1/public; `json`, `content`, `params` and `headers` as httpx takes them."""
        async with self.client() as client:
            return await client.request(method, PREFIX + path, **arguments)

    async def get(self, path: str, **params: Any) -> Any:
        """GET that must succeed; gives the JSON."""
        response = await self.call("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: Any, **arguments: Any) -> Any:
        """POST that must succeed; gives the JSON."""
        response = await self.call("POST", path, json=body, **arguments)
        assert response.status_code == 200, response.text
        return response.json()

    async def refused(self, path: str, body: Any, *, status: int, **arguments: Any) -> list[tuple[str, str]]:
        """POST that must be refused with `status`; gives (path, code) of every error."""
        response = await self.call("POST", path, json=body, **arguments)
        assert response.status_code == status, response.text
        return [(error["path"], error["code"]) for error in response.json()["errors"]]

    async def hyper(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """One request at the Hyperline door, `path` with its version; the key goes as a bearer's."""
        headers = {"Authorization": f"Bearer {self.key}"} | arguments.pop("headers", {})
        async with self.client() as client:
            return await client.request(method, path, headers=headers, **arguments)

    async def hyper_get(self, path: str, **params: Any) -> Any:
        """GET at the Hyperline door that must succeed; gives the JSON."""
        response = await self.hyper("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def hyper_post(self, path: str, body: Any, *, status: int = 201, **arguments: Any) -> Any:
        """POST at the Hyperline door that must be answered with `status`; gives the JSON."""
        response = await self.hyper("POST", path, json=body, **arguments)
        assert response.status_code == status, response.text
        return response.json()

    async def customer(self, name: str = "Dupont", **fields: Any) -> str:
        """A customer; gives the id."""
        return (await self.post("/clients", {"name": name, "externalId": f"{name}-{next(_numbers)}"} | fields))["id"]


async def open_company(database: Database, *, day: date, name: str | None = None, **settings: str) -> Company:
    """A new company with a sandbox key. Settings: currency, timezone, country."""
    async with database.owner() as connection, connection.transaction():
        tenants = await open_tenant(
            connection,
            name=name or f"Acme {uuid4().hex[:8]}",
            currency=settings.get("currency", "EUR"),
            timezone=settings.get("timezone", "Europe/Paris"),
            country=settings.get("country", "FR"),
            at=now(),
        )
        sandbox = next(tenant for tenant in tenants if tenant.mode == "test")
        new = await create_key(connection, tenant=sandbox, scope="admin", at=now())
    environment = {"DUEBOOK_TODAY": day.isoformat(), "DUEBOOK_LOG_LEVEL": "warning"}
    return Company(database=database, tenant=sandbox, key=new.key, settings=read(environment))


def simple_invoice(client_id: str, **fields: Any) -> dict[str, Any]:
    """The body of a simple invoice import: 12000 minor units, issued 2026-01-01, due 2026-01-31."""
    number = next(_numbers)
    body = {
        "clientId": client_id,
        "reference": f"FA-{number}",
        "amount": 12_000,
        "issueDate": "2026-01-01",
        "dueDate": "2026-01-31",
        "externalId": f"inv-{number}",
    }
    return body | fields


def complete_invoice(client_id: str, *, amount: int = 12_000, due: str = "2026-01-31", **fields: Any) -> dict[str, Any]:
    """The body of a complete invoice import with one instalment in EUR."""
    number = next(_numbers)
    body = {
        "reference": f"FA-{number}",
        "amount": amount,
        "issueDate": "2026-01-01",
        "dueDates": [{"dueDate": due, "currency": "EUR", "amount": amount}],
        "externalId": f"inv-{number}",
        "client": {"id": client_id},
    }
    return body | fields


def simple_credit_note(client_id: str, **fields: Any) -> dict[str, Any]:
    """The body of a simple credit note import: 2000 minor units."""
    number = next(_numbers)
    body = {
        "clientId": client_id,
        "reference": f"AV-{number}",
        "amount": 2_000,
        "issueDate": "2026-01-15",
        "dueDate": "2026-01-15",
        "externalId": f"cn-{number}",
    }
    return body | fields


def complete_credit_note(client_id: str, *, amount: int = 2_000, **fields: Any) -> dict[str, Any]:
    """The body of a complete credit note import in EUR."""
    number = next(_numbers)
    body = {
        "reference": f"AV-{number}",
        "amount": amount,
        "issueDate": "2026-01-15",
        "currency": "EUR",
        "externalId": f"cn-{number}",
        "client": {"id": client_id},
    }
    return body | fields


def some_id() -> UUID:
    """An id that names nothing."""
    return uuid4()
