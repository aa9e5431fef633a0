"""Logs: JSON lines on standard error, our own events and those of the libraries alike.

They tell what happened and to which request id. They carry no key and no body: a trace shows places and no variables, and of what an error
says only the first line stands, without its quotations, which may come from a request.
"""

import logging
import re
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final

import structlog

_MOST_FRAMES: Final = 50
_LONGEST: Final = 300
_QUOTED: Final = re.compile(r"\"[^\"]*\"?|'[^']*'?")
_NAMES_ONLY: Final = ("08", "25", "3D", "40", "42", "53", "55", "57", "58", "XX")
"""Classes of SQLSTATE whose messages quote names of the schema and no values."""
_QUOTES_CODE: Final = (OSError, AttributeError, NameError, ImportError)
"""Errors whose messages quote names of ours, or files."""


def configure(*, level: str) -> None:
    """Log from `level` on (debug, info, warning, error); of the libraries, warnings and worse."""
    number = getattr(logging, level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    trace: structlog.typing.Processor = structlog.processors.ExceptionRenderer(_told)
    line: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, trace, line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    theirs = logging.StreamHandler(sys.stderr)
    theirs.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, trace, line]
        )
    )
    logging.basicConfig(handlers=[theirs], level=max(number, logging.WARNING), force=True)
    sys.excepthook = _ended


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("duebook").critical("ended by a bug", exc_info=(kind, error, trace))


def _told(exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
    """The error and what caused it, outermost first: type, words and the places it went through."""
    told: list[dict[str, Any]] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(told) < 10:
        frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
        told.append(
            {
                "type": type(error).__name__,
                "message": words(error),
                "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def words(error: BaseException) -> str:
    """What an error says, without what it quotes of a request. PostgreSQL's DETAIL, which shows rows, is not in it."""
    said = str(error.args[0]) if error.args and not isinstance(error, OSError) else str(error)
    line = said.split("\n", 1)[0]
    sqlstate: str | None = getattr(error, "sqlstate", None)
    if not isinstance(error, _QUOTES_CODE) and not (sqlstate or "").startswith(_NAMES_ONLY):
        line = _QUOTED.sub("…", line)
    return line[:_LONGEST]
