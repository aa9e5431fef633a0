"""Who tells the stories: one accountant, who speaks to both doors of the same books."""

from tests.journeys.invoicing import Invoicing
from tests.journeys.running import Running
from tests.journeys.telling import Teller


class Accountant(Teller, Invoicing, Running):
    """Everything that a story can say."""
