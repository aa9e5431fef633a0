"""How the LeanPay door says no: faults of the form and refusals of the books as the contract's error body.

Five kinds of refusal become status codes here and nowhere else in this door. What is wrong is decided elsewhere; this
only words it.
"""

import json
import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus

import msgspec

from duebook.core.refusal import Refusal
from duebook.leanpay.wire import Error, ErrorItem
from duebook.web.faults import MOST_FAULTS, Fault, Path, shortened, speakable
from duebook.web.problem import Problem

_LONGEST_NAME = 200
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STATUS_OF_KIND = {"invalid": 400, "not_found": 404, "conflict": 409, "forbidden": 403}
# Of several errors the first status here that occurs is the answer's: what is no valid request at all comes before
# what the books do not know, and that before what they do not allow.
_PRECEDENCE = (413, 429, 403, 400, 404, 409)
_encode = msgspec.json.Encoder().encode


# A refusal's path has been translated to the place in the body before it comes here.
Told = Fault | Refusal


class ProblemWriter:
    """The door's error shapes, as `web.problem.ProblemWriter` asks for them."""

    def status(self, problem: Problem) -> int:
        """The problem's own: this door's contract has the same statuses as the house."""
        return problem.status

    def problem(self, problem: Problem) -> bytes:
        """The body of what stops a request before the books: its own sentence, at the whole body."""
        fault = Fault((), problem.code, problem.message)
        return error_body(status=problem.status, problems=[fault], message=problem.message)

    def query(self, faults: Sequence[Fault]) -> bytes:
        """The body for query parameters: one sentence on all of them, for a query is no place in the body."""
        message = "; ".join(fault.message for fault in faults)
        return error_body(status=400, problems=[Fault((), "format", message)], message=message)

    def refused(self, faults: Sequence[Fault], refusals: Sequence[Refusal], *, truncated: bool) -> tuple[int, bytes]:
        """Status and body for the faults of the form and the refusals of the books, together."""
        status = status_of(faults=faults, refusals=refusals)
        return status, error_body(status=status, problems=[*faults, *refusals], truncated=truncated)


def error_body(*, status: int, problems: Sequence[Told], truncated: bool = False, message: str | None = None) -> bytes:
    """The body of a 4xx or 5xx. `message` replaces the count of errors where there was no body to find them in."""
    if not problems:
        raise ValueError("an error answer tells at least one error")
    items, more = error_items(problems)
    cut = truncated or more
    return _encode(
        Error(
            statusCode=status,
            error=HTTPStatus(status).phrase,
            message=message or _counted(len(items), truncated=cut),
            errors=items,
            truncated=True if cut else msgspec.UNSET,
        )
    )


def error_items(problems: Iterable[Told]) -> tuple[list[ErrorItem], bool]:
    """The rows of `errors`, by the position of the batch item, and whether there were more than may be told."""
    items = [ErrorItem(index=told.item, path=json_path(told.path), code=told.code, message=told.message) for told in problems]
    # What lies outside the items comes first; sorting keeps the order of the errors of one item.
    items.sort(key=lambda item: -1 if item.index is None else item.index)
    return items[:MOST_FAULTS], len(items) > MOST_FAULTS


def status_of(*, faults: Iterable[Fault] = (), refusals: Iterable[Refusal] = ()) -> int:
    """The one status code for everything that is wrong with a request."""
    found = {_status(refusal) for refusal in refusals} | {400 for _ in faults}
    return min(found, key=_PRECEDENCE.index)


def json_path(path: Path) -> str:
    """A place as a JSON path: `$.invoices[0].amount`; a name that is no identifier stands in brackets and quotes."""
    return "$" + "".join(_step(step) for step in path)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    name = shortened(step, longest=_LONGEST_NAME)
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{json.dumps(speakable(name), ensure_ascii=False)}]"


def _status(refusal: Refusal) -> int:
    if refusal.kind == "too_much":
        return 413 if refusal.code == "body_too_large" else 429
    return _STATUS_OF_KIND[refusal.kind]


def _counted(count: int, *, truncated: bool) -> str:
    if truncated:
        return f"more than {count} errors, nothing was stored"
    return f"{count} {'error' if count == 1 else 'errors'}, nothing was stored"
