"""Requests made from the OpenAPI document, good and bad, against a running server.

What the document allows is taken, what it forbids is refused, and every answer is one that it promises: all checks of schemathesis, and the
same requests on every run.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from duebook.leanpay import openapi
from duebook.store.db import Database
from tests.conftest import TODAY, copied
from tests.leanpay import sensible
from tests.make import PREFIX, Company, open_company, simple_credit_note, simple_invoice
from tests.serving import serving

# What the books may answer to a request that is well-formed and was meant to be valid.
THE_BOOKS_MAY_SAY = {"sum_mismatch", "duplicate", "currency", "over_allocation", "conflict", "not_found"}

SCHEMA = schemathesis.openapi.from_dict(
    openapi.document(),
    config=schemathesis.Config.from_dict(
        {
            "seed": 20260201,
            "generation": {
                "mode": "all",
                "max-examples": 40,
                "deterministic": True,
                "no-shrink": True,
                # The check ignored_auth sends the keys that must be refused.
                "with-security-parameters": False,
                # No HTTP header may hold a control character.
                "exclude-header-characters": "".join(map(chr, (*range(32), 127))),
            },
            "phases": {"examples": {"enabled": True}, "coverage": {"enabled": True}, "fuzzing": {"enabled": True}},
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx"]}},
        }
    ),
)

# The formats as this API means them: the years of its calendar, seconds that exist.
_DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
_INSTANTS = st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive by design
schemathesis.openapi.format("date", _DAYS.map(date.isoformat))
schemathesis.openapi.format("date-time", _INSTANTS.map(datetime.isoformat))


@dataclass(kw_only=True)
class Subject:
    """The server under test, and what became of the requests that were meant to be valid."""

    address: str
    session: requests.Session
    known: sensible.Known
    outcomes: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])


@pytest.fixture(scope="module")
async def subject(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Subject]:
    """A server with a company that has three clients, invoices and credit notes."""
    async with copied(server, template) as dsn:
        database = await Database.open(dsn)
        company = await open_company(database, day=TODAY)
        customers = [await customer(company, name) for name in ("Dupont", "Martin", "Leroy")]
        webhook = await company.call("POST", "/webhooks", json={"url": "https://hooks.dupont.example/"})
        await database.close()
        with (
            serving(dsn, logs=tmp_path_factory.mktemp("logs") / "server.log", today=TODAY.isoformat()) as address,
            requests.Session() as session,
        ):
            session.headers["Authorization"] = company.key
            made = Subject(
                address=address + PREFIX, session=session, known=sensible.Known(customers=customers, webhook=webhook.json()["id"])
            )
            yield made
    refused_always = {name for name, outcomes in made.outcomes.items() if not any(200 <= status < 300 for status in outcomes)}
    assert refused_always == set(), "of these operations no valid request was accepted, so nothing behind their form was tried"


async def customer(company: Company, name: str) -> sensible.Customer:
    """A client with a large invoice and a large credit note."""
    client = await company.customer(name)
    invoice = await company.post("/invoices", simple_invoice(client, amount=sensible.ROOM))
    credit_note = await company.post("/credit-notes", simple_credit_note(client, amount=sensible.ROOM))
    return sensible.Customer(client=client, invoice=invoice["id"], credit_note=credit_note["id"])


@SCHEMA.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_the_document_and_the_door_agree(case: schemathesis.Case, subject: Subject) -> None:
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if valid:
        made_sensible(case, subject.known)
    headers = {"Authorization": subject.session.headers["Authorization"]}
    response = case.call(subject.address, session=subject.session, headers=headers)
    excused = [positive_data_acceptance] if valid and is_answer_of_the_books(response) else []
    case.validate_response(response, headers=headers, excluded_checks=excused)
    if valid:
        subject.outcomes.setdefault(case.operation.label, Counter())[response.status_code] += 1


def made_sensible(case: schemathesis.Case, known: sensible.Known) -> None:
    """Name what exists, never use an Idempotency-Key twice, and store no amounts whose sums nobody could tell exactly."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known.path_id(name)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"{next(known.turn)}-{case.headers['Idempotency-Key']}"[:255].strip(" \t")
    if isinstance(case.body, dict):
        case.body = sensible.body(case.operation.definition.raw["operationId"], case.body, known)
        if sensible.is_large(case.body):
            case.query = {**(case.query or {}), "dryRun": "true"}


def is_answer_of_the_books(response: Any) -> bool:
    """Whether all that is wrong is something that no schema can say; 400 then for what contradicts itself, 404 for what is unknown."""
    if response.status_code not in (400, 404, 409):
        return False
    codes = {error["code"] for error in response.json()["errors"]}
    return (
        codes <= THE_BOOKS_MAY_SAY
        and (response.status_code != 404 or "not_found" in codes)
        and (response.status_code != 400 or codes != {"not_found"})
    )
