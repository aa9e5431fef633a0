"""The frame that the documents of an answer are shown in."""

from zoneinfo import ZoneInfo

from duebook.core.terms import business_moment
from duebook.hyperline.translate.documents import Frame
from duebook.web.operations import Ask


def frame(ask: Ask) -> Frame:
    """What the documents of an answer are shown in."""
    moment = business_moment(ask.at, day=ask.day, zone=ZoneInfo(ask.tenant.timezone))
    return Frame(address=ask.address, moment=moment, timezone=ask.tenant.timezone)
