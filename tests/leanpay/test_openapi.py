"""The LeanPay door's OpenAPI document: valid, complete, the same as the contract on everything that is served, with examples that hold."""

import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grimp
import jsonschema_rs
import msgspec
import pytest
import schemathesis
import yaml

from duebook.leanpay import openapi, wire
from duebook.leanpay.examples import EXAMPLES
from duebook.leanpay.operations import OPERATIONS
from duebook.leanpay.wire.answers import Answer
from duebook.leanpay.wire.scalars import ERROR_CODES
from duebook.web import complaints
from duebook.web.body import decoder_for
from tests.leanpay import contract
from tests.make import Company

DOCUMENT = openapi.document()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Values that the door's lists have beyond those of the contract, where a place ends so, and why."""

    where: str
    beyond: frozenset[Any]
    why: str


DIFFERENCES = (
    Difference(
        where=".errors[].code: enum",
        beyond=frozenset({"running", "key_reused", "internal", "outcome_unknown"}),
        why="a client must tell a held Idempotency-Key from a used one and from the books' own 409, and a 500 that may have stored "
        "something from one that did not",
    ),
    Difference(
        where=".defaultCurrencyAmount: type",
        beyond=frozenset({"null"}),
        why="a foreign document of the other door comes without a rate, and none is made up",
    ),
    Difference(
        where=".statusCode: enum", beyond=frozenset({500}), why="the contract is silent on our bugs, which are answered in its shape"
    ),
)


OF_THE_OTHER_DOOR = frozenset({"coupon", "custom_property", "negative_total", "tax_rate"})
"""Codes of drafts that only the other door takes: their modules are reached because both doors show the same documents."""


def disagreements(ours: dict[str, Any], theirs: dict[str, Any], used: set[Difference]) -> list[str]:
    """Every fact of one operation that the two documents do not share, but the named differences."""
    found: list[str] = []
    for place in sorted(ours.keys() | theirs.keys()):
        mine, said = ours.get(place, "nothing"), theirs.get(place, "nothing")
        if mine == said:
            continue
        named = next((known for known in DIFFERENCES if place.endswith(known.where) and set(mine) - known.beyond == set(said)), None)
        if named is None:
            found.append(f"{place}: the door says {mine}, the contract {said}")
        else:
            used.add(named)
    return found


@pytest.fixture(scope="module")
def promised() -> dict[str, dict[str, Any]]:
    """The operations of the contract."""
    text = (Path(__file__).parents[2] / "contract" / "leanpay.yaml").read_text(encoding="utf-8")
    return contract.operations(yaml.safe_load(text))


def test_what_is_served_is_what_the_contract_promises(promised: dict[str, dict[str, Any]]) -> None:
    served = contract.operations(DOCUMENT)
    used: set[Difference] = set()
    found = {name: disagreements(facts, promised.get(name, {}), used) for name, facts in served.items()}
    assert {name: places for name, places in found.items() if places} == {}
    assert used == set(DIFFERENCES), "a difference that no longer exists must go"


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda paths, schemas: paths["/invoices"]["get"].update(operationId="invoices"), "operationId"),
        (lambda paths, schemas: paths["/invoices"]["get"]["parameters"].pop(), "query sort: required"),
        (lambda paths, schemas: paths["/invoices"]["get"]["responses"].pop("429"), "429"),
        (lambda paths, schemas: schemas["Invoice"]["properties"]["externalId"].update(type="string"), "[].externalId: type"),
        (lambda paths, schemas: schemas["Invoice"]["properties"]["issueDate"].pop("pattern"), "[].issueDate: pattern"),
        (lambda paths, schemas: schemas["Invoice"]["properties"].update(id=schemas["Invoice"]["properties"].pop("id")), "in order"),
        (lambda paths, schemas: schemas["Invoice"]["required"].remove("payments"), "[]: required"),
        (lambda paths, schemas: schemas["Instalment"]["properties"]["amount"].update(minimum=1), ".amount: minimum"),
        (lambda paths, schemas: schemas["Currency"]["enum"].remove("EUR"), ".currency: enum"),
        (lambda paths, schemas: schemas["ErrorItem"]["properties"]["code"]["enum"].remove("required"), ".errors[].code: enum"),
        (lambda paths, schemas: schemas["InvoicePage"]["properties"]["data"].update(maxItems=99), ".data: maxItems"),
        (lambda paths, schemas: schemas["Invoice"].update(additionalProperties=True), ": additionalProperties"),
    ],
)  # fmt: skip
def test_the_comparison_sees(damage: Any, place: str, promised: dict[str, dict[str, Any]]) -> None:
    """Whatever is changed in the document of the door is found, where it was changed."""
    changed = copy.deepcopy(DOCUMENT)
    damage(changed["paths"], changed["components"]["schemas"])
    name = "GET /invoices"
    found = disagreements(contract.operations(changed)[name], promised[name], set())
    assert any(place in line for line in found), found


def test_every_operation_of_the_table_is_described() -> None:
    described = {(name.split()[0], name.split()[1]): facts["operationId"] for name, facts in contract.operations(DOCUMENT).items()}
    assert described == {(operation.method, operation.path): operation.id for operation in OPERATIONS}


def test_it_is_an_openapi_3_1_document() -> None:
    schemathesis.openapi.from_dict(copy.deepcopy(DOCUMENT)).validate()
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert not re.search(r"\bUNSET\b|msgspec", str(schema)), name


def test_every_reference_leads_somewhere_and_every_schema_is_reached() -> None:
    reached: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node and node["$ref"] not in reached:
                reached.add(node["$ref"])
                walk(contract.followed(DOCUMENT, node))
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(DOCUMENT["paths"])
    walk(DOCUMENT["components"]["responses"])
    assert {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} <= reached


def test_what_a_request_may_hold_is_closed_and_required_fields_are_named() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for operation in OPERATIONS:
        if operation.request is not None:
            schema = schemas[operation.request.__name__]
            assert schema["additionalProperties"] is False
            assert set(schema.get("required", [])) <= set(schema["properties"])
    assert schemas["InvoiceImport"]["required"] == ["clientId", "reference", "amount", "issueDate", "dueDate"]


async def test_the_errors_that_the_door_writes_fit_the_schema_it_promises(acme: Company) -> None:
    """The code and the status are plain values in Python, so their lists in the document must be held to what is sent."""
    validator = jsonschema_rs.validator_for({"$ref": "#/components/schemas/Error", "components": DOCUMENT["components"]})
    client_id = await acme.customer()
    answers = [
        await acme.call("GET", "/nowhere"),
        await acme.call("PATCH", "/invoices"),
        await acme.call("GET", "/invoices", headers={"Authorization": "wrong"}),
        await acme.call("GET", "/invoices", params={"page": "0"}),
        await acme.call("GET", "/invoices/not-a-uuid"),
        await acme.call("POST", "/invoices", content=b"{", headers={"Content-Type": "application/json"}),
        await acme.call("POST", "/invoices", content=b"{}", headers={"Content-Type": "text/plain"}),
        await acme.call("POST", "/invoices", json={"clientId": client_id}),
    ]
    assert {answer.status_code for answer in answers} == {400, 401, 404, 405, 415}
    for answer in answers:
        validator.validate(answer.json())


def test_every_code_that_the_door_can_say_is_promised(repository: Path) -> None:
    """A code that a client cannot find in the document is one it cannot act upon."""
    reached = grimp.build_graph("duebook").find_upstream_modules("duebook.leanpay", as_package=True)
    files = [repository / "src" / f"{module.replace('.', '/')}.py" for module in reached]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())
    written = set(re.findall(r'(?:Problem\(\d+|Refusal\("\w+"|Fault\([^"\n]*), "(\w+)"', text)) | set(complaints._CODES.values())
    assert {"running", "key_reused", "sum_mismatch", "over_allocation", "unknown_field", "unavailable"} <= written, "they are found no more"
    assert written - OF_THE_OTHER_DOOR <= set(ERROR_CODES)
    assert written >= OF_THE_OTHER_DOOR, "an exception that excepts nothing is taken out"


@pytest.mark.parametrize("struct", EXAMPLES, ids=lambda struct: struct.__name__)
def test_the_example(struct: type[msgspec.Struct]) -> None:
    """Each is read by the struct it stands for, fits the schema beside it, and its keys stand in the order of the wire."""
    example = EXAMPLES[struct]
    schema = {"$ref": f"#/components/schemas/{struct.__name__}", "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(example)
    if issubclass(struct, Answer):
        assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(example, struct))) == example
        assert list(example) == list(msgspec.to_builtins(msgspec.convert(example, struct)))
    else:
        decoder_for(struct).read(msgspec.json.encode(example))


def test_every_body_has_an_example() -> None:
    bodies = {operation.request for operation in OPERATIONS if operation.request is not None}
    bodies |= {struct for operation in OPERATIONS for struct in operation.answers.values() if struct is not None}
    assert bodies == set(EXAMPLES)


async def test_the_examples_are_one_story_that_the_books_accept(acme: Company) -> None:
    """Sent in the order in which the page shows them, with the ids that the books gave, they answer as the page says."""
    client_id = (await acme.post("/clients", EXAMPLES[wire.ClientImport]))["id"]
    await acme.post("/credit-notes", EXAMPLES[wire.CreditNoteImport] | {"clientId": client_id})
    await acme.post("/invoices", EXAMPLES[wire.InvoiceImport] | {"clientId": client_id})
    invoice = await acme.post("/invoices/complete", EXAMPLES[wire.CompleteInvoice] | {"client": {"id": client_id}})
    credit_note = (await acme.get("/credit-notes"))["data"][0]
    client = await acme.get(f"/clients/{client_id}")
    given = {"id", "tenantId", "clientId", "createdAt", "updatedAt", "creditNote", "invoice"}

    def compared(shown: Any) -> Any:
        if isinstance(shown, dict):
            return {key: compared(value) for key, value in shown.items() if key not in given}
        return [compared(row) for row in shown] if isinstance(shown, list) else shown

    assert compared(invoice) == compared(EXAMPLES[wire.Invoice])
    assert compared(credit_note) == compared(EXAMPLES[wire.CreditNote])
    assert compared(client) == compared(EXAMPLES[wire.Client])
