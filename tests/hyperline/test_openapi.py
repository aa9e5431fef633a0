"""The Hyperline door's OpenAPI document: valid, complete, what the contract promises of all that is served, with examples that hold."""

import copy
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis
import yaml
from msgspec import Struct

from duebook.hyperline import openapi, wire
from duebook.hyperline.examples import CUSTOMER, ENTITY, EXAMPLES, PRODUCT
from duebook.hyperline.operations import OPERATIONS
from duebook.hyperline.wire import webhooks
from duebook.hyperline.wire.parts import Answer
from duebook.web.body import decoder_for
from tests.hyperline import contract
from tests.hyperline.test_wire_contract import ANSWERS, DECIDED, REQUESTS, TOLD_ELSEWHERE
from tests.leanpay.contract import followed
from tests.make import Company

DOCUMENT = openapi.document()
PROMISED: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "contract" / "hyperline.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "put", "post", "patch", "delete")
# The contract's operations that this server does not have yet.
NOT_SERVED = set("""
    updateInvoice deleteInvoice validateInvoice chargeInvoice voidInvoice markInvoiceAsUncollectible createCreditNote sendInvoiceEmails
    uploadPdfToInvoice downloadInvoice listInvoiceEvents createInvoiceTransaction deleteInvoiceTransaction
""".split())  # fmt: skip
# Statuses that the contract's prose names for every operation, and its file for none or few.
BEYOND = {"400", "403", "404", "409", "413", "415"}


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The operations of a document by id, with their path's own parameters, references followed."""
    found: dict[str, dict[str, Any]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                parameters = [followed(document, given) for given in (*item.get("parameters", []), *operation.get("parameters", []))]
                found[operation["operationId"]] = {**operation, "at": f"{method.upper()} {path}", "parameters": parameters}
    return found


SERVED, THEIRS = operations(DOCUMENT), operations(PROMISED)
SHARED = sorted(SERVED.keys() & THEIRS.keys())


def struct_of(document: dict[str, Any], holder: Any) -> str | None:
    """The name of the schema of a body."""
    content = followed(document, holder).get("content", {})
    return content["application/json"]["schema"]["$ref"].rpartition("/")[2] if content else None


def plain(parameter: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """A query parameter as far as both documents say the same thing: bounds, values, default."""
    schema = followed(document, parameter["schema"])
    if schema.get("type") == "array":
        # Several values joined by commas: the contract lists one, or any text.
        schema = followed(document, schema["items"])
    for choice in schema.get("anyOf", ()):
        schema = schema | {key: value for key, value in choice.items() if key == "enum"}
    kinds = schema.get("type")
    facts = {key: schema[key] for key in ("format", "maximum", "default") if key in schema}
    if schema.get("exclusiveMinimum") == 0:
        facts["minimum"] = 1
    elif "minimum" in schema:
        facts["minimum"] = schema["minimum"]
    if "enum" in schema and kinds != "boolean" and schema["enum"] != ["true", "false"]:
        facts["enum"] = sorted(schema["enum"])
    return facts


def test_what_is_not_served_is_known_here() -> None:
    assert set(THEIRS) - set(SERVED) == NOT_SERVED
    assert len(SHARED) == len(THEIRS) - len(NOT_SERVED)


@pytest.mark.parametrize("name", SHARED)
def test_an_operation_is_the_one_that_the_contract_promises(name: str) -> None:
    ours, theirs = SERVED[name], THEIRS[name]
    assert ours["at"] == theirs["at"]
    assert (ours["tags"], ours.get("deprecated", False)) == (theirs["tags"], theirs.get("deprecated", False))
    assert ("requestBody" in ours) == ("requestBody" in theirs)
    if "requestBody" in ours:
        assert struct_of(DOCUMENT, ours["requestBody"]) == struct_of(PROMISED, theirs["requestBody"])
        assert ours["requestBody"]["required"] == theirs["requestBody"]["required"]
    assert set(theirs["responses"]) <= set(ours["responses"])
    assert set(ours["responses"]) - set(theirs["responses"]) <= BEYOND
    for code in theirs["responses"]:
        if code.startswith("2"):
            assert struct_of(DOCUMENT, ours["responses"][code]) == struct_of(PROMISED, theirs["responses"][code])


@pytest.mark.parametrize("name", SHARED)
def test_its_parameters_are_those_of_the_contract(name: str) -> None:
    ours = {(p["in"], p["name"]): p for p in SERVED[name]["parameters"]}
    theirs = {(p["in"], p["name"]): p for p in THEIRS[name]["parameters"]}
    # Its spelling of one operator, in good English too.
    beyond = {place for place in ours if not place[1].endswith("__endsWith")} - theirs.keys()
    assert (theirs.keys() - ours.keys(), beyond) == (set(), set())
    for place, parameter in theirs.items():
        assert ours[place].get("required", False) == parameter.get("required", False), place
        if place[0] == "query":
            mine, said = plain(ours[place], DOCUMENT), plain(parameter, PROMISED)
            # Values that the prose adds to the list of the file are taken too.
            more = set(mine.pop("enum", ())) - set(said.get("enum", ()))
            assert more <= WORDS.get(place[1].removesuffix("__in"), set()), place
            missing = set(said.pop("enum", ())) - set(plain(ours[place], DOCUMENT).get("enum", ()))
            assert (missing, mine) == (set(), said), place


WORDS = {
    "type": {"credit_note"},
    "status": {"settleable", "missing_info", "archived", "charged_on_parent", "pending_parent_concat"},
}
"""`type=credit_note` means `refund`; all statuses of the object are filters too."""


@pytest.mark.parametrize("struct", [*REQUESTS, *ANSWERS], ids=lambda struct: struct.__name__)
def test_a_schema_of_the_document_demands_what_the_contract_demands(struct: type[Struct]) -> None:
    """The document's own words, not only the struct's."""
    name = struct.__name__
    schemas = DOCUMENT["components"]["schemas"]
    made = contract._object({key: part for key, part in schemas[name].items() if part is not True}, schemas)
    apart = TOLD_ELSEWHERE.get(name, ("-",))
    found = {path: pair for path, pair in contract.differences(made, contract.theirs(name)).items() if not path.startswith(apart)}
    # That an answer holds nothing else is said of the document's structs, of which the contract writes two where they are used.
    closed = {path for path, pair in found.items() if path.endswith(".additionalProperties") and pair == (False, None)}
    assert {path: pair for path, pair in found.items() if path not in closed} == DECIDED.get(name, {})


@pytest.mark.parametrize(
    ("damage", "test"),
    [
        (lambda paths: paths["/v2/invoices"]["get"]["parameters"].pop(), "parameters"),
        (lambda paths: paths["/v2/invoices"]["get"]["parameters"][0]["schema"].update(maximum=99), "parameters"),
        (lambda paths: paths["/v2/invoices"]["get"]["responses"].pop("429"), "operation"),
        (lambda paths: paths["/v2/invoices"]["get"].update(tags=["Other"]), "operation"),
    ],
)
def test_the_comparison_sees(damage: Any, test: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is changed in the document of the door is found."""
    changed = copy.deepcopy(DOCUMENT)
    damage(changed["paths"])
    monkeypatch.setitem(SERVED, "listInvoices", operations(changed)["listInvoices"])
    compare = {
        "operation": test_an_operation_is_the_one_that_the_contract_promises,
        "parameters": test_its_parameters_are_those_of_the_contract,
    }
    with pytest.raises(AssertionError):
        compare[test]("listInvoices")


def test_every_operation_of_the_table_is_described() -> None:
    assert {name: facts["at"] for name, facts in SERVED.items()} == {o.id: f"{o.method} {o.path}" for o in OPERATIONS}
    assert len(SERVED) == len(OPERATIONS)


def test_it_is_an_openapi_3_1_document() -> None:
    schemathesis.openapi.from_dict(copy.deepcopy(DOCUMENT)).validate()
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        assert not re.search(r"\bUNSET\b|msgspec", str(schema)), name


def test_every_reference_leads_somewhere_and_every_schema_is_reached() -> None:
    reached: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str) and node["$ref"] not in reached:
                reached.add(node["$ref"])
                walk(followed(DOCUMENT, node))
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(DOCUMENT["paths"])
    walk(DOCUMENT["components"]["responses"])
    assert {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} <= reached
    assert {f"#/components/headers/{name}" for name in DOCUMENT["components"]["headers"]} <= reached


def test_the_key_goes_as_a_bearers_and_ids_in_paths_are_texts() -> None:
    assert DOCUMENT["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    in_path = [p for operation in SERVED.values() for p in operation["parameters"] if p["in"] == "path"]
    assert {str(p["schema"]) for p in in_path} == {"{'type': 'string'}"}
    assert {p["name"] for p in SERVED["deletePaymentMethod"]["parameters"] if p["in"] == "path"} == {"id", "payment_method_id"}


def test_what_writes_may_be_repeated_under_a_key() -> None:
    told = {name: {"417", "409"} <= set(operation["responses"]) for name, operation in SERVED.items()}
    keyed = {name: any(p["name"] == "Idempotency-Key" for p in operation["parameters"]) for name, operation in SERVED.items()}
    writes = {operation.id: operation.method != "GET" for operation in OPERATIONS}
    assert told == keyed == writes


async def test_the_errors_that_the_door_writes_fit_the_schema_it_promises(acme: Company) -> None:
    answers = [
        await acme.hyper("GET", "/v1/nowhere"),
        await acme.hyper("GET", "/v2/customers", headers={"Authorization": "wrong"}),
        await acme.hyper("GET", "/v2/customers", params={"limit": "0"}),
        await acme.hyper("GET", "/v2/customers", params={"cursor": "x"}),
        await acme.hyper("GET", "/v2/customers/x"),
        await acme.hyper("POST", "/v1/customers", content=b"{", headers={"Content-Type": "application/json"}),
        await acme.hyper("POST", "/v1/customers", content=b"{}", headers={"Content-Type": "text/plain"}),
        await acme.hyper("POST", "/v1/customers", json={"invoicing_entity_id": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 401, 400, 400, 404, 400, 415, 400]
    names = {400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 415: "UnsupportedMediaType"}
    for answer in answers:
        schema = DOCUMENT["components"]["responses"][names[answer.status_code]]["content"]["application/json"]["schema"]
        jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]}).validate(answer.json())


@pytest.mark.parametrize("form", EXAMPLES, ids=lambda form: getattr(form, "__name__", "Fees"))
def test_the_example(form: Any) -> None:
    """Each is read by the form it stands for, fits the schema beside it, and its keys stand in the order of the wire."""
    example = EXAMPLES[form]
    if isinstance(form, type):
        schema = {"$ref": f"#/components/schemas/{form.__name__}", "components": DOCUMENT["components"]}
        jsonschema_rs.validator_for(schema, validate_formats=True).validate(example)
    if isinstance(form, type) and issubclass(form, Answer):
        made = msgspec.json.decode(wire.encode(msgspec.convert(example, form)))
        assert made == example
        assert list(made) == list(example)
    else:
        decoder_for(form, unknown="ignore").read(msgspec.json.encode(example))


def test_every_body_that_is_taken_has_an_example() -> None:
    taken = {operation.request for operation in OPERATIONS if operation.request is not None}
    assert taken <= set(EXAMPLES)
    answered = {form for operation in OPERATIONS for form in operation.answers.values() if form is not None}
    assert set(EXAMPLES) - taken <= answered | {wire.Message}


async def test_the_examples_are_one_story_that_the_books_accept(acme: Company) -> None:
    """Sent in the order in which the page shows them, with the ids that the books gave, they answer as the page says."""
    entity = (await acme.hyper_post("/v1/invoicing-entities", EXAMPLES[wire.CreateInvoicingEntity]))["id"]
    default = next(e["id"] for e in (await acme.hyper_get("/v1/invoicing-entities"))["data"] if e["id"] != entity)
    customer = (await acme.hyper_post("/v1/customers", EXAMPLES[wire.CreateCustomer]))["id"]
    product = (await acme.hyper_post("/v1/products", EXAMPLES[wire.CreateProduct]))["id"]

    def named(body: Any) -> Any:
        text = msgspec.json.encode(body).decode()
        return msgspec.json.decode(text.replace(CUSTOMER, customer).replace(PRODUCT, product).replace(ENTITY, entity))

    shown = named(EXAMPLES[wire.CustomerDetails]) | {"invoicing_entity_id": default}
    answered = await acme.hyper_get(f"/v2/customers/{customer}")
    assert answered == shown | {key: answered[key] for key in ("created_at", "updated_at")}
    for path, form in (
        ("/v1/customers/batch", wire.CreateCustomersBatch),
        ("/v1/price-configurations", wire.CreatePriceConfiguration),
        ("/v1/coupons", wire.KeepCoupon),
        ("/v1/custom-properties", wire.KeepCustomProperty),
        (f"/v1/customers/{customer}/payment-methods", wire.CreatePaymentMethod),
        ("/v1/bank-accounts", wire.KeepBankAccount),
        ("/v1/taxes/rates", wire.CreateTaxRate),
        ("/v1/webhooks/endpoints", webhooks.CreateEndpoint),
        ("/v1/invoices", wire.CreateInvoice),
    ):
        await acme.hyper_post(path, named(EXAMPLES[form]))
    accepted = await acme.hyper_post("/v2/invoices/batch", named(EXAMPLES[wire.CreateInvoicesBatch]), status=202)
    assert accepted == EXAMPLES[wire.BatchAccepted]
    for path, form in ((f"/v1/customers/{customer}", wire.UpdateCustomer), (f"/v1/invoicing-entities/{entity}", wire.UpdateInvoicingEntity),
                       (f"/v1/products/{product}", wire.UpdateProduct)):  # fmt: skip
        assert (await acme.hyper("PUT", path, json=EXAMPLES[form])).status_code == 200
