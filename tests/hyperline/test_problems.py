"""How the Hyperline door says no: one body for each status, keys in order, fields blamed by dotted path, types by status."""

import json
from typing import Any

import pytest

from duebook.core.refusal import Kind, Refusal
from duebook.hyperline.problems import TAKEN, ProblemWriter, dotted, item_error
from duebook.hyperline.wire import encode
from duebook.web.faults import MOST_FAULTS, Facts, Fault
from duebook.web.problem import KeyMissing, Problem, unavailable

WRITER = ProblemWriter()
TOO_BIG = Facts("maximum", "number", limit=100)


def body_of(problem: Problem) -> tuple[int, dict[str, Any]]:
    return WRITER.status(problem), json.loads(WRITER.problem(problem))


def refused(*refusals: Refusal, faults: tuple[Fault, ...] = (), truncated: bool = False) -> tuple[int, dict[str, Any]]:
    status, body = WRITER.refused(list(faults), list(refusals), truncated=truncated)
    return status, json.loads(body)


@pytest.mark.parametrize(
    ("problem", "status", "kind", "message"),
    [
        (KeyMissing(), 401, "UnauthorizedError", "Missing authentication token"),
        (Problem(401, "unauthorized", "this API key is unknown"), 401, "UnauthorizedError", "Invalid authentication token"),
        (Problem(403, "forbidden", "this key may read"), 403, "ForbiddenError", "this key may read"),
        (Problem(404, "not_found", "there is nothing at /x"), 404, "NotFoundError", "Route not found"),
        (Problem(405, "method", "/x takes GET", headers={"Allow": "GET"}), 404, "NotFoundError", "Route not found"),
        (Problem(409, "running", "still running"), 409, "ConflictError", "still running"),
        (Problem(409, "key_reused", "used for another request"), 417, "IdempotencyError", "used for another request"),
        (Problem(413, "body_too_large", "too large"), 413, "ValidationError", "too large"),
        (Problem(415, "media_type", "send JSON"), 415, "ValidationError", "send JSON"),
        (Problem(429, "rate_limit", "wait 1 s"), 429, "TooManyRequestsError", "wait 1 s"),
        (Problem(500, "internal", "our bug"), 500, "InternalError", "our bug"),
        (Problem(500, "outcome_unknown", "send it again"), 500, "InternalError", "send it again"),
        (unavailable("no database"), 503, "UnavailableError", "no database"),
    ],
)
def test_what_stops_a_request_before_the_books_is_one_message(problem: Problem, status: int, kind: str, message: str) -> None:
    assert body_of(problem) == (status, {"statusCode": status, "type": kind, "message": message})


def test_the_keys_of_an_error_stand_in_order() -> None:
    assert WRITER.problem(KeyMissing()) == b'{"statusCode":401,"type":"UnauthorizedError","message":"Missing authentication token"}'
    assert (
        WRITER.problem(Problem(400, "format", "bad key")) == b'{"statusCode":400,"type":"ValidationError","message":"bad key","errors":[]}'
    )
    limit = Fault(("limit",), "format", "limit must be at most 100", facts=TOO_BIG)
    assert WRITER.query([limit]) == (
        b'{"statusCode":400,"type":"ValidationError","message":"Invalid query params",'
        b'"errors":{"limit":["Too big: expected number to be <=100"]}}'
    )


def test_all_bad_query_parameters_are_told_at_once_and_twice_the_same_one_too() -> None:
    told = [Fault((name,), "format", f"{name} {mend}") for name, mend in (("take", "a"), ("skip", "b"), ("take", "c"))]
    assert json.loads(WRITER.query(told))["errors"] == {"take": ["take a", "take c"], "skip": ["skip b"]}


@pytest.mark.parametrize(
    ("refusal", "status", "kind", "message"),
    [
        (Refusal("not_found", "not_found", "Invoice not found"), 404, "NotFoundError", "Invoice not found"),
        (Refusal("conflict", TAKEN, "external_id is taken"), 409, "ConflictError", "external_id is taken"),
        (Refusal("forbidden", "forbidden", "not yours"), 403, "ForbiddenError", "not yours"),
        (Refusal("too_much", "body_too_large", "too large"), 413, "ValidationError", "too large"),
        (Refusal("too_much", "rate_limit", "slower"), 429, "TooManyRequestsError", "slower"),
    ],
)
def test_a_refusal_of_the_books_is_one_message(refusal: Refusal, status: int, kind: str, message: str) -> None:
    assert refused(refusal) == (status, {"statusCode": status, "type": kind, "message": message})


@pytest.mark.parametrize(
    ("kind", "code", "path", "message"),
    [
        ("invalid", "sum_mismatch", (), "the total is below 0"),
        ("conflict", "in_use", (), "the product is in use"),
        ("conflict", "over_allocation", (), "more than is left"),
        ("not_found", "not_found", ("line_items", 0, "product_id"), "Product not found"),
    ],
)
def test_a_refusal_by_state_or_rule_is_400_with_no_field_blamed(kind: Kind, code: str, path: tuple[Any, ...], message: str) -> None:
    told = f"{dotted(path)}: {message}" if path else message
    assert refused(Refusal(kind, code, message, path)) == (
        400,
        {"statusCode": 400, "type": "ValidationError", "message": told, "errors": []},
    )


@pytest.mark.parametrize(
    ("refusals", "status"),
    [
        ([("conflict", TAKEN), ("not_found", "not_found")], 404),
        ([("conflict", TAKEN), ("conflict", "in_use")], 400),
        ([("not_found", "not_found"), ("invalid", "duplicate")], 400),
        ([("invalid", "duplicate"), ("forbidden", "forbidden")], 403),
    ],
)
def test_the_status_of_several_refusals_does_not_hang_on_their_order(refusals: list[tuple[Kind, str]], status: int) -> None:
    told = [Refusal(kind, code, f"{kind} {code}") for kind, code in refusals]
    assert refused(*told)[0] == refused(*reversed(told))[0] == status
    assert refused(*told)[1]["message"] == "; ".join(refusal.message for refusal in told)


def test_many_refusals_are_told_in_bounds() -> None:
    message = refused(*[Refusal("invalid", "x", f"reason {number}") for number in range(1_000)])[1]["message"]
    assert message.startswith("reason 0; reason 1; ")
    assert message.endswith("; and 980 more")
    assert refused(*[Refusal("invalid", "x", "same")] * 1_000)[1]["message"] == "same"


def test_faults_of_the_form_go_before_refusals_and_stand_with_them() -> None:
    fault = Fault(("invoices", 0, "tax_rate"), "too_large", "tax_rate must be at most 100", 0, facts=TOO_BIG)
    unknown = Refusal("not_found", "not_found", "Product not found", ("invoices", 1, "line_items", 0, "product_id"), 1)
    status, told = refused(unknown, faults=(fault,))
    assert (status, told["type"], told["message"]) == (400, "ValidationError", "Invalid body")
    assert told["errors"] == {
        "invoices.0.tax_rate": ["Too big: expected number to be <=100"],
        "invoices.1.line_items.0.product_id": ["Product not found"],
    }


def test_more_than_can_be_told_is_cut_and_says_so_last() -> None:
    faults = [Fault(("invoices", number), "shape", "…") for number in range(MOST_FAULTS + 1)]
    status, body = WRITER.refused(faults, [], truncated=False)
    told = json.loads(body)
    assert (status, len(told["errors"]), told["truncated"]) == (400, MOST_FAULTS, True)
    assert body.endswith(b'"truncated":true}')
    assert "truncated" not in json.loads(WRITER.refused(faults[:-1], [], truncated=False)[1])
    assert json.loads(WRITER.refused(faults[:1], [], truncated=True)[1])["truncated"] is True


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ((), "body"),
        (("invoices", 0, "customer_id"), "invoices.0.customer_id"),
        (("invoices", 2, "line_items", 0), "invoices.2.line_items.0"),
        (("properties", "a b"), "properties.a b"),
        (("a\0",), "a\\u0000"),
    ],
)
def test_places_are_dotted(path: tuple[str | int, ...], written: str) -> None:
    assert dotted(path) == written
    dotted(("\ud800", "x" * 100_000)).encode()
    assert len(dotted(("x" * 100_000,))) < 300


def test_why_an_item_of_a_batch_failed() -> None:
    missing = Refusal("not_found", "not_found", "Product not found", ("line_items", 0, "product_id"))
    negative = Refusal("invalid", "below_zero", "the total is below 0")
    assert json.loads(encode(item_error([missing]))) == {
        "type": "NotFoundError",
        "message": "Product not found",
        "errors": {"line_items.0.product_id": ["Product not found"]},
    }
    assert json.loads(encode(item_error([negative]))) == {"type": "BusinessRuleError", "message": "the total is below 0"}
    both = json.loads(encode(item_error([negative, missing])))
    assert (both["type"], both["message"]) == ("NotFoundError", "the total is below 0; Product not found")


def test_a_refusal_without_a_reason_is_our_bug() -> None:
    with pytest.raises(ValueError, match="empty"):
        WRITER.refused([], [], truncated=False)
