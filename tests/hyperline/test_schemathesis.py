"""Requests made from the OpenAPI document, good and bad, against a running server.

What the document allows is taken, what it forbids is refused, and every answer is one that it promises: all checks of schemathesis, and the
same requests on every run.
"""

import copy
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance, unsupported_method

from duebook.hyperline import openapi
from duebook.store.db import Database
from tests.conftest import TODAY, copied
from tests.hyperline import sensible
from tests.make import open_company
from tests.serving import serving

ALWAYS_REFUSED = {"POST /v1/webhooks/messages/{id}/replay"}
"""Nothing is sent to anybody here, so that nothing can be sent again."""

TWINS = ["createInvoice", "createCustomers", "updateCoupon", "updateBankAccount", "updateCustomProperty"]
"""Whose form another operation has too, alone or as a row: they cost a quarter of the time and would tell the same."""


def smaller(document: dict[str, Any]) -> dict[str, Any]:
    """The document with one parameter of each schema at each operation, and with short lists of currencies and countries: each parameter
    and each listed value costs requests, by the thousand, and those of a kind are made by one function.
    """
    made = copy.deepcopy(document)
    for item in made["paths"].values():
        for operation in item.values():
            first = {str(sorted(parameter["schema"].items())): parameter for parameter in reversed(operation["parameters"])}
            named = {(parameter["in"], parameter["name"]) for parameter in first.values()}
            operation["parameters"] = [p for p in operation["parameters"] if p["in"] == "path" or (p["in"], p["name"]) in named]
    for schema in made["components"]["schemas"].values():
        if len(schema.get("enum", ())) > 20:
            schema["enum"] = [value for value in schema["enum"] if value in ("EUR", "JPY", "FR", "ES-CE", "CA-ON", None)]
    return made


SCHEMA = (
    schemathesis.openapi.from_dict(
        smaller(openapi.document()),
        config=schemathesis.Config.from_dict(
            {
                "seed": 20260201,
                "generation": {
                    "mode": "all",
                    "max-examples": 8,
                    "deterministic": True,
                    "no-shrink": True,
                    # The check ignored_auth sends the keys that must be refused.
                    "with-security-parameters": False,
                    # No HTTP header may hold a control character.
                    "allow-x00": False,
                    "exclude-header-characters": "".join(map(chr, (*range(32), 127))),
                },
                "phases": {"examples": {"enabled": True}, "coverage": {"enabled": True}, "fuzzing": {"enabled": True}},
                "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx"]}},
            }
        ),
    )
    .exclude(tag="Empty lists")
    .exclude(operation_id=TWINS)
)

_INSTANTS = st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive by design
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
    """A server with a company that has one of everything, and more of what may be deleted."""
    async with copied(server, template) as dsn:
        database = await Database.open(dsn)
        company = await open_company(database, day=TODAY)
        known = sensible.Known()
        await sensible.fill(company, known)
        await database.close()
        with (
            serving(dsn, logs=tmp_path_factory.mktemp("logs") / "server.log", today=TODAY.isoformat()) as address,
            requests.Session() as session,
        ):
            session.headers["Authorization"] = f"Bearer {company.key}"
            made = Subject(address=address, session=session, known=known)
            yield made
    refused_always = {name for name, outcomes in made.outcomes.items() if not any(200 <= status < 300 for status in outcomes)}
    assert refused_always == ALWAYS_REFUSED, "of these operations no valid request was accepted, so nothing behind their form was tried"


@SCHEMA.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_the_document_and_the_door_agree(case: schemathesis.Case, subject: Subject) -> None:
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if valid:
        made_sensible(case, subject.known)
    headers = {"Authorization": subject.session.headers["Authorization"]}
    response = case.call(subject.address, session=subject.session, headers=headers)
    # This door has no 405 (see test_door.py).
    excused = [unsupported_method]
    if valid and is_answer_of_the_books(response):
        excused.append(positive_data_acceptance)
    if not valid and "" in (case.query or {}).values():
        # An empty value is none, which no schema of the value can say.
        excused.append(negative_data_rejection)
    case.validate_response(response, headers=headers, excluded_checks=excused)
    if valid:
        subject.outcomes.setdefault(case.operation.label, Counter())[response.status_code] += 1


def made_sensible(case: schemathesis.Case, known: sensible.Known) -> None:
    """Name what exists, and never use an Idempotency-Key twice."""
    for name in case.path_parameters or {}:
        id = sensible.path_id(case.operation.path, name, known, deletes=case.method == "DELETE")
        if id is not None:
            case.path_parameters[name] = id
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = known.unique(case.headers["Idempotency-Key"]).strip(" \t")
    if case.query:
        case.query = sensible.query(case.query)
    if isinstance(case.body, dict | list):
        case.body = sensible.body(case.body, known)


def is_answer_of_the_books(response: Any) -> bool:
    """Whether all that is wrong is something that no schema can say: one message and no field of the form."""
    if response.status_code not in (400, 404, 409):
        return False
    return not response.json().get("errors")
