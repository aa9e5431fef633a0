"""What the reads of documents share: one moment of the books for all statements of an answer, and the frame that documents are shown in."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from duebook.core.terms import business_moment
from duebook.hyperline.translate.documents import Frame
from duebook.store.db import Connection
from duebook.web.operations import Ask


@asynccontextmanager
async def one_moment(ask: Ask) -> AsyncGenerator[Connection]:
    """A connection on which every statement sees the books as they were at the first one: amounts, rows and lists agree."""
    async with ask.database.tenant(ask.tenant.id) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


def frame(ask: Ask) -> Frame:
    """What the documents of an answer are shown in."""
    moment = business_moment(ask.at, day=ask.day, zone=ZoneInfo(ask.tenant.timezone))
    return Frame(address=ask.address, moment=moment, timezone=ask.tenant.timezone)
