"""The demo company: two years of a French company's receivables, entered through the LeanPay door itself.

Read in this order: `customers` (who owes), `habits` (how they pay), `trade` (what is invoiced, as request bodies), `callers` and `entry`
(through the door), `requests`, `keyring` and `greeting` (what `serve --demo` prints), `command` (`duebook demo`). What it does not do:
write to the books by another way, or touch books that hold somebody's data.
"""

from duebook.demo.entry import EntryRefused, enter, is_empty
from duebook.demo.greeting import greet

__all__ = ["EntryRefused", "enter", "greet", "is_empty"]
