"""Webhook endpoints: where a company wants to be told, of what, and in which dialect.

The secret that signs what is sent is no part of this value, so that it is never journalled. What this module does not do: look at the
network, or know any dialect's events.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

MOST_ENDPOINTS: Final = 2_000
"""Of one tenant, those of both dialects together: each fact is written once for each of them."""
LONGEST_URL: Final = 2_000
LONGEST_DESCRIPTION: Final = 500
MOST_PER_SECOND: Final = 10_000
OVERLAP: Final = timedelta(hours=24)
"""How long the previous secret signs too."""


class Endpoint(NamedTuple):
    """An endpoint. `event_types` empty: all of its dialect; `rate_limit`: the most requests a second, None: no limit of its own.

    `disabled_reason` says why it is told nothing since `disabled_at`.
    """

    id: UUID
    dialect: str
    url: str
    description: str | None = None
    rate_limit: int | None = None
    event_types: tuple[str, ...] = ()
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    updated_at: datetime | None = None

    def wants(self, event_type: str) -> bool:
        """Whether it asks for events of this type."""
        return not self.event_types or event_type in self.event_types
