"""One attempt to tell an endpoint of an event: signed by Standard Webhooks, sent once, judged by its status.

What this module does not do: choose what is sent and when, try again, or keep an answer's body beyond a few words of what went wrong.
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final, NamedTuple

import httpx2
from standardwebhooks import Webhook

from duebook.core.delivery import LONGEST_ERROR, LONGEST_WAIT, Answer
from duebook.outbox.transport import PublicTransport

ATTEMPT_SECONDS: Final = 15.0
"""From the first look at the name to the last byte of the answer."""
_READ_BYTES: Final = 64 * 1024
"""As much of an answer is read, so that the connection can serve the next message; a longer one costs the connection."""
_TOLD_CHARACTERS: Final = 200

_SECONDS: Final = re.compile(r"[0-9]{1,9}")
_url = lru_cache(maxsize=4_096)(httpx2.URL)


class Letter(NamedTuple):
    """A message on its way: `body` goes out byte for byte, signed with each of `secrets`, the current one first."""

    id: str
    url: str
    body: bytes
    secrets: tuple[bytes, ...]
    sequence: int


async def send(transport: PublicTransport, letter: Letter, *, at: datetime, seconds: float = ATTEMPT_SECONDS) -> Answer:
    """Send a message once, within `seconds`; whatever goes wrong out there is an answer too. `at`: the real instant, which is signed."""
    try:
        async with asyncio.timeout(seconds):
            response = await transport.handle_async_request(_request(letter, at=at))
            try:
                return await _answer(response, at=at)
            finally:
                await response.aclose()
    except TimeoutError:
        return Answer(error=f"no answer within {seconds:g} s")
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        return Answer(error=_short(str(error) or type(error).__name__, LONGEST_ERROR))


def _request(letter: Letter, *, at: datetime) -> httpx2.Request:
    text = letter.body.decode("utf-8")
    signatures = " ".join([Webhook(secret).sign(letter.id, at, text) for secret in letter.secrets])
    headers = {
        "content-type": "application/json",
        "user-agent": "duebook",
        "webhook-id": letter.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures,
        "duebook-sequence": str(letter.sequence),
    }
    return httpx2.Request("POST", _url(letter.url), content=letter.body, headers=headers)


async def _answer(response: httpx2.Response, *, at: datetime) -> Answer:
    status = response.status_code
    is_good = 200 <= status < 300
    read = b""
    async for part in response.aiter_raw():
        read += part
        if len(read) > _READ_BYTES:
            break
    if is_good:
        return Answer(status=status)
    told = _short(read[: 4 * _TOLD_CHARACTERS].decode("utf-8", "replace"), _TOLD_CHARACTERS)
    wait = retry_after(response.headers.get("retry-after"), at=at)
    return Answer(status=status, error=f"status {status}: {told}" if told else f"status {status}", retry_after=wait)


def retry_after(text: str | None, *, at: datetime) -> timedelta | None:
    """How long a receiver wants to be left alone: seconds or an HTTP date, at most a day; None when it says nothing that can be read."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text.strip()):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:  # "-0000" says: UTC, of unknown origin
        until = until.replace(tzinfo=UTC)
    return min(max(until - at, timedelta()), LONGEST_WAIT)


def _short(text: str, most: int) -> str:
    """The beginning of a text on one line, without anything that is not printed."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 2 * most]).split())[:most]
