"""What stops a request before or beside the books: no key, too large, not found, no database. Each door gives it its
own shape."""

from collections.abc import Mapping
from typing import Protocol

from duebook.core.refusal import Refusal
from duebook.web.faults import Fault


class Problem(Exception):
    """An answer of 4xx or 5xx with one code and sentence. `headers` go out with it (Allow, Retry-After)."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class KeyMissing(Problem):
    """401: no API key was sent at all."""

    def __init__(self) -> None:
        super().__init__(401, "unauthorized", "send the API key in the header Authorization")


class QueryRefused(Exception):
    """Query parameters with values they cannot have: a fault for each, its path the name of the parameter."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


class ProblemWriter(Protocol):
    """How a door writes what stops a request: the only place where it knows error shapes."""

    def status(self, problem: Problem) -> int:
        """The status that this door gives a problem: its own, unless the dialect has another one for it."""
        ...

    def problem(self, problem: Problem) -> bytes:
        """The body for one problem."""
        ...

    def query(self, faults: list[Fault]) -> bytes:
        """The body of the 400 for query parameters."""
        ...

    def refused(self, faults: list[Fault], refusals: list[Refusal], *, truncated: bool) -> tuple[int, bytes]:
        """Status and body for the faults of the form and the refusals of the books, together."""
        ...


class RequestRefused(Exception):
    """Form faults (paths as the body has them) and refusals of the books (paths translated by the door), all of one
    request."""

    def __init__(self, faults: list[Fault], refusals: list[Refusal], *, truncated: bool = False) -> None:
        super().__init__(f"{len(faults) + len(refusals)} errors")
        self.faults = faults
        self.refusals = refusals
        self.truncated = truncated


def unavailable(message: str, *, seconds: int = 1) -> Problem:
    """503: nothing was stored; ask again after `seconds`."""
    return Problem(503, "unavailable", message, headers={"Retry-After": str(seconds)})
