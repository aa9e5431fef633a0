"""The settings: environment variables DUEBOOK_…, read once and documented in docs/operating.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from duebook.web.limits import READS, WRITES, Rate


class BadSetting(Exception):
    """A DUEBOOK_… variable has a value it cannot have; the message names the variable and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the books live, where the server listens and is found by customers, and its bounds. A rate of None is off."""

    database_url: str | None
    data_dir: Path
    host: str
    port: int
    today: date | None
    body_bytes: int
    request_seconds: float
    grace_seconds: float
    in_flight: int
    connections: int
    reads: Rate | None
    writes: Rate | None
    log_level: str
    public_url: str | None = None
    webhook_allow_private: bool = False
    """For development: endpoints may have http URLs and private addresses."""


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises BadSetting."""
    env = os.environ if environment is None else environment
    return Settings(
        database_url=_database_url(env),
        data_dir=Path(env.get("DUEBOOK_DATA_DIR") or ".duebook"),
        host=env.get("DUEBOOK_HOST") or "127.0.0.1",
        port=int(_number(env, "DUEBOOK_PORT", 8080, least=0, most=65_535)),
        today=_day(env, "DUEBOOK_TODAY"),
        body_bytes=int(_number(env, "DUEBOOK_BODY_BYTES", 5 * 1024 * 1024, least=1_024, most=1_073_741_824)),
        request_seconds=_number(env, "DUEBOOK_REQUEST_SECONDS", 30, least=1, most=3_600),
        grace_seconds=_number(env, "DUEBOOK_GRACE_SECONDS", 20, least=1, most=3_600),
        in_flight=int(_number(env, "DUEBOOK_IN_FLIGHT", 1_000, least=1, most=100_000)),
        connections=int(_number(env, "DUEBOOK_CONNECTIONS", 16, least=1, most=1_000)),
        reads=_rate(env, "DUEBOOK_READS_PER_SECOND", usual=READS),
        writes=_rate(env, "DUEBOOK_WRITES_PER_SECOND", usual=WRITES),
        log_level=_log_level(env),
        public_url=_public_url(env),
        webhook_allow_private=_switch(env, "DUEBOOK_WEBHOOK_ALLOW_PRIVATE"),
    )


def _database_url(env: Mapping[str, str]) -> str | None:
    url = env.get("DUEBOOK_DATABASE_URL")
    if url and not (url.startswith(("postgresql://", "postgres://")) and _has_whole_port(url)):
        # The value is not repeated: it may hold a password.
        raise BadSetting("DUEBOOK_DATABASE_URL must begin with postgresql://, as in postgresql://duebook@db.example.net/duebook")
    return url or None


def _public_url(env: Mapping[str, str]) -> str | None:
    url = (env.get("DUEBOOK_PUBLIC_URL") or "").rstrip("/")
    if url and not (url.startswith(("https://", "http://")) and urlsplit(url).netloc and _has_whole_port(url)):
        raise BadSetting(f"DUEBOOK_PUBLIC_URL must be an address such as https://duebook.example, not {url!r}")
    return url or None


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name) or "0"
    if text not in ("0", "1"):
        raise BadSetting(f"{name} must be 1 or 0, not {text!r}")
    return text == "1"


def _has_whole_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _number(env: Mapping[str, str], name: str, default: float, *, least: float, most: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise BadSetting(f"{name} must be a number, not {text!r}") from None
    if not least <= value <= most:
        raise BadSetting(f"{name} must be between {least:g} and {most:g}, not {text}")
    return value


def _rate(env: Mapping[str, str], name: str, *, usual: Rate) -> Rate | None:
    """A limit: `on` is the usual one, a number so many requests a second, 0 none."""
    if env.get(name) == "on":
        return usual
    number = _number(env, name, 0, least=0, most=1_000_000)
    return Rate(number) if number else None


def _day(env: Mapping[str, str], name: str) -> date | None:
    text = env.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadSetting(f"{name} must be a day such as 2026-02-01, not {text!r}") from None


def _log_level(env: Mapping[str, str]) -> str:
    level = (env.get("DUEBOOK_LOG_LEVEL") or "info").lower()
    if level not in ("debug", "info", "warning", "error"):
        raise BadSetting(f"DUEBOOK_LOG_LEVEL must be debug, info, warning or error, not {level!r}")
    return level
