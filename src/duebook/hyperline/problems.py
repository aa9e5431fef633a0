"""How the Hyperline door says no: faults of the form and refusals of the books as the contract's error bodies.

Faults blame fields: the long form, messages by dotted path. Everything else is one message. Five kinds of refusal, and the problems
that stop a request before the books, become this dialect's statuses here and nowhere else. What is wrong is decided elsewhere.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import UNSET

from duebook.core.refusal import Refusal
from duebook.hyperline import wire
from duebook.hyperline.wire.answers import ErrorKind
from duebook.hyperline.wording import worded
from duebook.web.faults import MOST_FAULTS, Fault, Path, shortened, speakable
from duebook.web.problem import KeyMissing, Problem

TAKEN: Final = "taken"
"""The code of a conflict refusal that is 409 here: a unique value, or a batch_id, that something else has. Any other conflict is a rule
that does not allow the change, which is 400 at this door.
"""

# This door has no 405, and 417 for a key that was used for another request.
_STATUSES: Final = {"method": 404, "key_reused": 417}
_KINDS: Final[dict[int, ErrorKind]] = {
    400: "ValidationError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    409: "ConflictError",
    413: "ValidationError",
    415: "ValidationError",
    417: "IdempotencyError",
    429: "TooManyRequestsError",
    503: "UnavailableError",
}
# Of several refusals the first status here that occurs is the answer's.
_PRECEDENCE: Final = (413, 429, 403, 400, 404, 409)
_MOST_JOINED: Final = 20
_LONGEST_NAME: Final = 200
_WHOLE_BODY: Final = "body"


class ProblemWriter:
    """The door's error shapes, as `web.problem.ProblemWriter` asks for them."""

    def status(self, problem: Problem) -> int:
        """The problem's own status, or this dialect's for it."""
        return _STATUSES.get(problem.code, problem.status)

    def problem(self, problem: Problem) -> bytes:
        """The body of what stops a request before the books: one message."""
        return _short(self.status(problem), _sentence(problem))

    def query(self, faults: Sequence[Fault]) -> bytes:
        """The body of the 400 for query parameters: messages by the name of the parameter."""
        return _long("Invalid query params", [(fault.path, worded(fault)) for fault in faults], truncated=False)

    def refused(self, faults: Sequence[Fault], refusals: Sequence[Refusal], *, truncated: bool) -> tuple[int, bytes]:
        """Status and body for the faults of the form and the refusals of the books. Where the form has faults, the refusals stand
        among them.
        """
        if faults:
            told = [(fault.path, worded(fault)) for fault in faults] + [(refusal.path, refusal.message) for refusal in refusals]
            return 400, _long("Invalid body", told, truncated=truncated)
        status = min({_status(refusal) for refusal in refusals}, key=_PRECEDENCE.index)
        return status, _short(status, _joined(_placed(refusal) for refusal in refusals))


def item_error(refusals: Sequence[Refusal]) -> wire.ItemError:
    """Why an item of a batch failed, from the refusals of its draft (paths as in the item): `NotFoundError` where something that it
    names does not exist, else `BusinessRuleError`.
    """
    missing = any(refusal.kind == "not_found" for refusal in refusals)
    blamed, _ = _grouped((refusal.path, refusal.message) for refusal in refusals if refusal.path)
    return wire.ItemError(
        type="NotFoundError" if missing else "BusinessRuleError",
        message=_joined(refusal.message for refusal in refusals),
        errors=blamed or UNSET,
    )


def dotted(path: Path) -> str:
    """A place in a body as this door writes it: `invoices.0.customer_id`; the whole body is `body`."""
    return ".".join(speakable(shortened(str(step), longest=_LONGEST_NAME)) for step in path) or _WHOLE_BODY


def _long(message: str, told: Iterable[tuple[Path, str]], *, truncated: bool) -> bytes:
    errors, more = _grouped(told)
    body = wire.ValidationError(statusCode=400, type="ValidationError", message=message, errors=errors)
    if truncated or more:
        body.truncated = True
    return wire.encode(body)


def _short(status: int, message: str) -> bytes:
    kind = _KINDS.get(status, "InternalError")
    return wire.encode(wire.Message(statusCode=status, type=kind, message=message, errors=[] if status == 400 else UNSET))


def _grouped(told: Iterable[tuple[Path, str]]) -> tuple[dict[str, list[str]], bool]:
    """Messages by dotted path, at most `MOST_FAULTS` of them, and whether there were more."""
    grouped: dict[str, list[str]] = {}
    for count, (path, message) in enumerate(told):
        if count >= MOST_FAULTS:
            return grouped, True
        grouped.setdefault(dotted(path), []).append(message)
    return grouped, False


def _sentence(problem: Problem) -> str:
    if problem.status in (404, 405):
        return "Route not found"
    if problem.status == 401:
        return "Missing authentication token" if isinstance(problem, KeyMissing) else "Invalid authentication token"
    return problem.message


def _status(refusal: Refusal) -> int:
    match refusal.kind:
        case "not_found":
            # What the path names is 404; what the body names and the books do not know is a body that is refused.
            return 400 if refusal.path else 404
        case "conflict":
            return 409 if refusal.code == TAKEN else 400
        case "forbidden":
            return 403
        case "too_much":
            return 413 if refusal.code == "body_too_large" else 429
        case "invalid":
            return 400


def _placed(refusal: Refusal) -> str:
    return f"{dotted(refusal.path)}: {refusal.message}" if refusal.path else refusal.message


def _joined(messages: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(messages))
    rest = len(distinct) - _MOST_JOINED
    return "; ".join(distinct[:_MOST_JOINED]) + (f"; and {rest} more" if rest > 0 else "")
