"""When a message to a webhook endpoint is tried again, and when it is given up: the table of delays, and what an answer means.

What this module does not do: know the network, a clock or chance; the instant and the share of jitter are arguments.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""What lies between one attempt and the next; the first attempt is at once, so there is one more attempt than there are delays."""
JITTER_STEPS: Final = 1_000
"""A tenth of a delay, in so many steps, is added to it by chance, so that what failed together does not come back together."""
LONGEST_WAIT: Final = timedelta(hours=24)
"""However long a receiver asks to be left alone."""
LONGEST_ERROR: Final = 500
"""Characters kept of what went wrong."""

_GONE: Final = 410


class Answer(NamedTuple):
    """How an attempt ended: an HTTP status (None: no answer came), what went wrong, and the pause that the receiver asks for."""

    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_good(self) -> bool:
        """Whether the receiver took the message."""
        return self.error is None and self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == _GONE


class Verdict(NamedTuple):
    """What becomes of a message after an attempt: `sent`, `given_up`, or `pending` until `next_at`."""

    status: Literal["sent", "pending", "given_up"]
    next_at: datetime | None = None


def judged(answer: Answer, *, earlier: int, at: datetime, steps: int) -> Verdict:
    """What an answer at the instant `at` means for a message that was tried `earlier` times before; `steps` of jitter are added.

    A receiver's Retry-After moves the next attempt later, never earlier, and spends an attempt like any failure.
    """
    if answer.is_good:
        return Verdict("sent")
    if earlier >= len(DELAYS):
        return Verdict("given_up")
    wait = DELAYS[earlier] + DELAYS[earlier] * steps // (10 * JITTER_STEPS)
    if answer.retry_after is not None:
        wait = max(wait, min(answer.retry_after, LONGEST_WAIT))
    return Verdict("pending", at + wait)
