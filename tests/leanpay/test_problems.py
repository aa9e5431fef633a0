"""How the LeanPay door says no: keys in the contract's order, one status for many errors, positions and JSON paths."""

import json

import pytest

from duebook.core.refusal import Kind, Refusal
from duebook.leanpay.problems import ProblemWriter, error_body, error_items, json_path, status_of
from duebook.web.faults import MOST_FAULTS, Fault
from duebook.web.problem import Problem

AMOUNT = Fault(("invoices", 0, "amount"), "type", "amount must be a whole number of minor units, not 24000.5", 0)
UNKNOWN = Fault(("invoices", 3, "dueDat"), "unknown_field", "dueDat is not a field of an invoice import", 3)


def test_an_error_body_is_written_as_the_contract_shows_it() -> None:
    assert error_body(status=400, problems=[AMOUNT, UNKNOWN]).decode() == (
        '{"statusCode":400,"error":"Bad Request","message":"2 errors, nothing was stored","errors":['
        '{"index":0,"path":"$.invoices[0].amount","code":"type",'
        '"message":"amount must be a whole number of minor units, not 24000.5"},'
        '{"index":3,"path":"$.invoices[3].dueDat","code":"unknown_field",'
        '"message":"dueDat is not a field of an invoice import"}]}'
    )


def test_one_error_is_singular_and_outside_batches_has_no_position() -> None:
    told = json.loads(error_body(status=400, problems=[Fault(("dueDates", 1, "amount"), "type", "amount …")]))
    assert told["message"] == "1 error, nothing was stored"
    assert told["errors"][0] | {"message": ""} == {
        "index": None,
        "path": "$.dueDates[1].amount",
        "code": "type",
        "message": "",
    }
    assert "truncated" not in told


def test_more_than_can_be_told_is_cut_and_says_so_last() -> None:
    body = error_body(status=400, problems=[AMOUNT] * (MOST_FAULTS + 1))
    told = json.loads(body)
    assert len(told["errors"]) == MOST_FAULTS
    assert told["message"] == "more than 1000 errors, nothing was stored"
    assert body.endswith(b'"truncated":true}')
    assert json.loads(error_body(status=400, problems=[AMOUNT], truncated=True))["truncated"] is True


def test_errors_of_form_and_books_stand_together_by_position() -> None:
    refusal = Refusal("not_found", "not_found", "no such client", ("invoices", 1, "clientId"), 1)
    outside = Fault(("x",), "unknown_field", "x is not a field")
    items, more = error_items([UNKNOWN, refusal, AMOUNT, outside])
    assert [(item.index, item.code) for item in items] == [
        (None, "unknown_field"),
        (0, "type"),
        (1, "not_found"),
        (3, "unknown_field"),
    ]
    assert not more


@pytest.mark.parametrize(
    ("refusals", "status"),
    [
        ([("invalid", "sum_mismatch")], 400),
        ([("not_found", "not_found")], 404),
        ([("conflict", "over_allocation")], 409),
        ([("forbidden", "forbidden")], 403),
        ([("too_much", "body_too_large")], 413),
        ([("too_much", "rate_limit")], 429),
        ([("conflict", "conflict"), ("not_found", "not_found")], 404),
        ([("conflict", "conflict"), ("not_found", "not_found"), ("invalid", "duplicate")], 400),
    ],
)
def test_the_status_of_several_errors_is_that_of_the_most_basic_one(refusals: list[tuple[Kind, str]], status: int) -> None:
    told = [Refusal(kind, code, "…") for kind, code in refusals]
    assert status_of(refusals=told) == status
    assert status_of(refusals=reversed(told)) == status


def test_a_fault_of_the_form_makes_it_400_whatever_the_books_say() -> None:
    assert status_of(faults=[AMOUNT], refusals=[Refusal("not_found", "not_found", "…")]) == 400
    status, body = ProblemWriter().refused([AMOUNT], [Refusal("conflict", "conflict", "…", ("invoices", 2), 2)], truncated=False)
    assert (status, [error["index"] for error in json.loads(body)["errors"]]) == (400, [0, 2])


def test_what_stops_a_request_before_its_body_is_told_in_its_own_sentence() -> None:
    told = json.loads(ProblemWriter().problem(Problem(401, "unauthorized", "send an API key")))
    assert told == {
        "statusCode": 401,
        "error": "Unauthorized",
        "message": "send an API key",
        "errors": [{"index": None, "path": "$", "code": "unauthorized", "message": "send an API key"}],
    }


def test_an_error_answer_without_an_error_is_our_bug() -> None:
    with pytest.raises(ValueError, match="at least one"):
        error_body(status=400, problems=[])


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ((), "$"),
        (("invoices", 0, "amount"), "$.invoices[0].amount"),
        (("due dat",), '$["due dat"]'),
        (("",), '$[""]'),
        (('a"]b',), '$["a\\"]b"]'),
        (("Référence",), '$["Référence"]'),
        ((0, 1), "$[0][1]"),
    ],
)
def test_json_paths_quote_what_is_no_identifier(path: tuple[str | int, ...], written: str) -> None:
    assert json_path(path) == written


def test_names_that_no_answer_could_carry_are_spelt_out_and_cut() -> None:
    json_path(("\ud800", "a\0b")).encode()
    assert len(json_path(("x" * 100_000,))) < 300
