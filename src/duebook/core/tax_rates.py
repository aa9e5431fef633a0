"""The value added tax rates of the EU-27, the United Kingdom, Switzerland and Norway since 2015, as dated data.

Each row of the table: country, class, then pairs of the first day and the percent in force from that day on; `-` says that from that day
the country has no such rate. A rate holds until the next pair of its row. A change of law is one more pair here and one row in the test.

Classes bear the names of the API: `reduced_rate` and `reduced_rate_alt` are the two reduced rates, each of the same goods over time as
far as the laws allow; `super_reduced_rate` lies below 5 %; `parking_rate` stands in for a reduced rate that EU law abolished. Not in the
table, so a line states it: third reduced rates (Malta's 12 %, Norway's 11.11 %), zero rates, Cyprus's 3 %, rates given to single goods for
a time, and special territories with rates of their own (overseas departments, Corsica, Azores, Madeira, the Canary Islands, Livigno, ...).

What this module does not do: say which rate a line gets (`core.tax`), or look up which goods belong to which class.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple, cast, get_args

RateClass = Literal["standard_rate", "reduced_rate", "reduced_rate_alt", "super_reduced_rate", "parking_rate"]

FIRST_DAY: Final = date(2015, 1, 1)
"""Before this day no rate is on file."""

_TABLE: Final = """
AT standard_rate      2015-01-01 20
AT reduced_rate       2015-01-01 10
AT reduced_rate_alt   2016-01-01 13
AT parking_rate       2015-01-01 12    2016-01-01 13
BE standard_rate      2015-01-01 21
BE reduced_rate       2015-01-01 12
BE reduced_rate_alt   2015-01-01 6
BE parking_rate       2015-01-01 12
BG standard_rate      2015-01-01 20
BG reduced_rate       2015-01-01 9
CH standard_rate      2015-01-01 8     2018-01-01 7.7   2024-01-01 8.1
CH reduced_rate       2015-01-01 3.8   2018-01-01 3.7   2024-01-01 3.8
CH reduced_rate_alt   2015-01-01 2.5   2024-01-01 2.6
CY standard_rate      2015-01-01 19
CY reduced_rate       2015-01-01 9
CY reduced_rate_alt   2015-01-01 5
CZ standard_rate      2015-01-01 21
CZ reduced_rate       2015-01-01 15    2024-01-01 12
CZ reduced_rate_alt   2015-01-01 10    2024-01-01 -
DE standard_rate      2015-01-01 19    2020-07-01 16    2021-01-01 19
DE reduced_rate       2015-01-01 7     2020-07-01 5     2021-01-01 7
DK standard_rate      2015-01-01 25
EE standard_rate      2015-01-01 20    2024-01-01 22    2025-07-01 24
EE reduced_rate       2015-01-01 9
EE reduced_rate_alt   2022-08-01 5     2025-01-01 13
ES standard_rate      2015-01-01 21
ES reduced_rate       2015-01-01 10
ES super_reduced_rate 2015-01-01 4
FI standard_rate      2015-01-01 24    2024-09-01 25.5
FI reduced_rate       2015-01-01 14    2026-01-01 13.5
FI reduced_rate_alt   2015-01-01 10
FR standard_rate      2015-01-01 20
FR reduced_rate       2015-01-01 10
FR reduced_rate_alt   2015-01-01 5.5
FR super_reduced_rate 2015-01-01 2.1
GB standard_rate      2015-01-01 20
GB reduced_rate       2015-01-01 5
GR standard_rate      2015-01-01 23    2016-06-01 24
GR reduced_rate       2015-01-01 13
GR reduced_rate_alt   2015-01-01 6.5   2015-07-20 6
HR standard_rate      2015-01-01 25
HR reduced_rate       2015-01-01 13
HR reduced_rate_alt   2015-01-01 5
HU standard_rate      2015-01-01 27
HU reduced_rate       2015-01-01 18
HU reduced_rate_alt   2015-01-01 5
IE standard_rate      2015-01-01 23    2020-09-01 21    2021-03-01 23
IE reduced_rate       2015-01-01 13.5
IE reduced_rate_alt   2015-01-01 9
IE super_reduced_rate 2015-01-01 4.8
IE parking_rate       2015-01-01 13.5
IT standard_rate      2015-01-01 22
IT reduced_rate       2015-01-01 10
IT reduced_rate_alt   2016-01-01 5
IT super_reduced_rate 2015-01-01 4
LT standard_rate      2015-01-01 21
LT reduced_rate       2015-01-01 9     2026-01-01 12
LT reduced_rate_alt   2015-01-01 5
LU standard_rate      2015-01-01 17    2023-01-01 16    2024-01-01 17
LU reduced_rate       2015-01-01 8     2023-01-01 7     2024-01-01 8
LU super_reduced_rate 2015-01-01 3
LU parking_rate       2015-01-01 14    2023-01-01 13    2024-01-01 14
LV standard_rate      2015-01-01 21
LV reduced_rate       2015-01-01 12
LV reduced_rate_alt   2018-01-01 5
MT standard_rate      2015-01-01 18
MT reduced_rate       2015-01-01 7
MT reduced_rate_alt   2015-01-01 5
NL standard_rate      2015-01-01 21
NL reduced_rate       2015-01-01 6     2019-01-01 9
NO standard_rate      2015-01-01 25
NO reduced_rate       2015-01-01 15
NO reduced_rate_alt   2015-01-01 8     2016-01-01 10    2018-01-01 12    2020-04-01 6    2021-10-01 12
PL standard_rate      2015-01-01 23
PL reduced_rate       2015-01-01 8
PL reduced_rate_alt   2015-01-01 5
PT standard_rate      2015-01-01 23
PT reduced_rate       2015-01-01 13
PT reduced_rate_alt   2015-01-01 6
PT parking_rate       2015-01-01 13
RO standard_rate      2015-01-01 24    2016-01-01 20    2017-01-01 19    2025-08-01 21
RO reduced_rate       2015-01-01 9     2025-08-01 11
RO reduced_rate_alt   2015-01-01 5     2025-08-01 -
SE standard_rate      2015-01-01 25
SE reduced_rate       2015-01-01 12
SE reduced_rate_alt   2015-01-01 6
SI standard_rate      2015-01-01 22
SI reduced_rate       2015-01-01 9.5
SI reduced_rate_alt   2020-01-01 5
SK standard_rate      2015-01-01 20    2025-01-01 23
SK reduced_rate       2015-01-01 10    2025-01-01 19
SK reduced_rate_alt   2023-01-01 5
"""


class DatedRate(NamedTuple):
    """A rate in percent and the first day it holds; `percent` None from the day on which a country gave up the class."""

    valid_from: date
    percent: Decimal | None


def _read(table: str) -> dict[tuple[str, RateClass], tuple[DatedRate, ...]]:
    rates: dict[tuple[str, RateClass], tuple[DatedRate, ...]] = {}
    for row in table.strip().splitlines():
        country, name, *pairs = row.split()
        if name not in get_args(RateClass):
            raise ValueError(f"{name} is no class of rates")
        rates[country, cast("RateClass", name)] = tuple(
            DatedRate(date.fromisoformat(day), None if percent == "-" else Decimal(percent))
            for day, percent in zip(pairs[::2], pairs[1::2], strict=True)
        )
    return rates


RATES: Final[Mapping[tuple[str, RateClass], tuple[DatedRate, ...]]] = _read(_TABLE)
"""All rates on file by country (ISO 3166-1 alpha-2; Greece is GR) and class, each row in order of day."""


def rate_on(country: str, day: date, *, rate_class: RateClass = "standard_rate") -> Decimal | None:
    """The percent in force in `country` on `day`; None when none is on file."""
    row = RATES.get((country, rate_class), ())
    place = bisect_right(row, day, key=lambda rate: rate.valid_from)
    return row[place - 1].percent if place else None
