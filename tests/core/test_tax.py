"""Which tax a line gets: the rates on file by day, and the decision between not eligible, stated, exempt and the two countries."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from duebook.core.refusal import Refusal
from duebook.core.tax import EU, Scheme, Tax, Taxation, document_scheme, is_member, line_tax
from duebook.core.tax_rates import FIRST_DAY, RATES, RateClass, rate_on

WINTER = date(2026, 2, 1)
FRENCH = Taxation(entity_country="FR", customer_country="FR", day=WINTER)
ITALIAN = FRENCH._replace(customer_country="IT")
AMERICAN = FRENCH._replace(customer_country="US")

STANDARD_RATES_IN_2026 = """
AT 20 BE 21 BG 20 CH 8.1 CY 19 CZ 21 DE 19 DK 25 EE 24 ES 21 FI 25.5 FR 20 GB 20 GR 24 HR 25 HU 27 IE 23 IT 22 LT 21 LU 17 LV 21 MT 18 NL 21
NO 25 PL 23 PT 23 RO 21 SE 25 SI 22 SK 23
""".split()

CHANGES: list[tuple[str, RateClass, str, str | None, str | None]] = [
    ("AT", "reduced_rate_alt", "2016-01-01", None, "13"),
    ("CH", "standard_rate", "2018-01-01", "8", "7.7"),
    ("CH", "standard_rate", "2024-01-01", "7.7", "8.1"),
    ("CH", "reduced_rate", "2024-01-01", "3.7", "3.8"),
    ("CH", "reduced_rate_alt", "2024-01-01", "2.5", "2.6"),
    ("CZ", "reduced_rate", "2024-01-01", "15", "12"),
    ("CZ", "reduced_rate_alt", "2024-01-01", "10", None),
    ("DE", "standard_rate", "2020-07-01", "19", "16"),
    ("DE", "standard_rate", "2021-01-01", "16", "19"),
    ("DE", "reduced_rate", "2020-07-01", "7", "5"),
    ("DE", "reduced_rate", "2021-01-01", "5", "7"),
    ("EE", "standard_rate", "2024-01-01", "20", "22"),
    ("EE", "standard_rate", "2025-07-01", "22", "24"),
    ("FI", "standard_rate", "2024-09-01", "24", "25.5"),
    ("FI", "reduced_rate", "2026-01-01", "14", "13.5"),
    ("GR", "standard_rate", "2016-06-01", "23", "24"),
    ("IE", "standard_rate", "2020-09-01", "23", "21"),
    ("IE", "standard_rate", "2021-03-01", "21", "23"),
    ("IT", "reduced_rate_alt", "2016-01-01", None, "5"),
    ("LT", "reduced_rate", "2026-01-01", "9", "12"),
    ("LU", "standard_rate", "2023-01-01", "17", "16"),
    ("LU", "standard_rate", "2024-01-01", "16", "17"),
    ("LU", "parking_rate", "2023-01-01", "14", "13"),
    ("NL", "reduced_rate", "2019-01-01", "6", "9"),
    ("NO", "reduced_rate_alt", "2018-01-01", "10", "12"),
    ("NO", "reduced_rate_alt", "2020-04-01", "12", "6"),
    ("NO", "reduced_rate_alt", "2021-10-01", "6", "12"),
    ("RO", "standard_rate", "2016-01-01", "24", "20"),
    ("RO", "standard_rate", "2017-01-01", "20", "19"),
    ("RO", "standard_rate", "2025-08-01", "19", "21"),
    ("RO", "reduced_rate", "2025-08-01", "9", "11"),
    ("RO", "reduced_rate_alt", "2025-08-01", "5", None),
    ("SI", "reduced_rate_alt", "2020-01-01", None, "5"),
    ("SK", "standard_rate", "2025-01-01", "20", "23"),
    ("SK", "reduced_rate", "2025-01-01", "10", "19"),
]


@pytest.mark.parametrize(("country", "rate_class", "day", "before", "after"), CHANGES)
def test_a_rate_changes_on_its_day(country: str, rate_class: RateClass, day: str, before: str | None, after: str | None):
    changed_on = date.fromisoformat(day)

    assert rate_on(country, changed_on - timedelta(days=1), rate_class=rate_class) == (None if before is None else Decimal(before))
    assert rate_on(country, changed_on, rate_class=rate_class) == (None if after is None else Decimal(after))


def test_the_standard_rates_of_2026():
    expected = dict(zip(STANDARD_RATES_IN_2026[::2], map(Decimal, STANDARD_RATES_IN_2026[1::2]), strict=True))

    assert {country: rate_on(country, WINTER) for country, name in RATES if name == "standard_rate"} == expected
    assert set(expected) == EU | {"GB", "CH", "NO"}


def test_the_table_of_rates_is_in_order_and_whole():
    for (country, name), row in RATES.items():
        assert all(before.valid_from < after.valid_from and before.percent != after.percent for before, after in pairwise(row)), (
            country,
            name,
        )
        assert all(rate.valid_from >= FIRST_DAY for rate in row)
        for rate in row:
            standard = rate_on(country, rate.valid_from)
            assert standard is not None
            assert rate.percent is None or 0 < rate.percent <= standard, "no reduced rate is above the standard rate of its day"
            if name == "super_reduced_rate":
                assert rate.percent is not None
                assert rate.percent < 5


def test_nothing_is_on_file_before_2015_nor_for_other_countries():
    assert rate_on("FR", date(2014, 12, 31)) is None
    assert rate_on("FR", FIRST_DAY) == 20
    assert rate_on("US", WINTER) is None
    assert rate_on("DK", WINTER, rate_class="reduced_rate") is None


DECISIONS: list[tuple[str, Taxation, str | None, Scheme, str]] = [
    ("same country", FRENCH, None, "standard", "20"),
    ("same country with a tax id", FRENCH._replace(has_valid_tax_id=True), None, "standard", "20"),
    ("no country known", FRENCH._replace(customer_country=None), None, "standard", "20"),
    ("other member with a tax id", ITALIAN._replace(has_valid_tax_id=True), None, "reverse_charge", "0"),
    ("other member without, one-stop shop", ITALIAN, None, "standard", "22"),
    ("other member without, origin", ITALIAN._replace(between_members="origin"), None, "standard", "20"),
    ("outside the EU", AMERICAN, None, "exempt", "0"),
    ("outside the EU with a tax id", AMERICAN._replace(has_valid_tax_id=True), None, "exempt", "0"),
    ("Switzerland", FRENCH._replace(customer_country="CH"), None, "exempt", "0"),
    ("the United Kingdom today", FRENCH._replace(customer_country="GB", has_valid_tax_id=True), None, "exempt", "0"),
    (
        "the United Kingdom on its last day inside",
        FRENCH._replace(customer_country="GB", has_valid_tax_id=True, day=date(2020, 12, 31)),
        None,
        "reverse_charge",
        "0",
    ),
    ("the United Kingdom a day later", FRENCH._replace(customer_country="GB", day=date(2021, 1, 1)), None, "exempt", "0"),
    ("an overseas department counts as outside", FRENCH._replace(customer_country="RE"), None, "exempt", "0"),
    ("a Swiss entity at home", Taxation("CH", "CH", WINTER), None, "standard", "8.1"),
    ("a Swiss entity at home in 2017", Taxation("CH", "CH", date(2017, 12, 31)), None, "standard", "8"),
    ("a Swiss entity abroad", Taxation("CH", "FR", WINTER, has_valid_tax_id=True), None, "exempt", "0"),
    ("an American entity abroad", Taxation("US", "FR", WINTER), None, "exempt", "0"),
    ("German July 2020", Taxation("DE", "DE", date(2020, 7, 1)), None, "standard", "16"),
    ("destination rate of the issue day", ITALIAN._replace(customer_country="EE", day=date(2025, 6, 30)), None, "standard", "22"),
    ("a rate on the line", FRENCH, "5.5", "manual", "5.5"),
    ("a rate of 0 on the line", FRENCH, "0", "manual", "0"),
    ("the line before the document", FRENCH._replace(document_rate=Decimal(50)), "5.5", "manual", "5.5"),
    ("the document's rate", FRENCH._replace(document_rate=Decimal(50), customer_rate=Decimal(7)), None, "manual", "50"),
    ("the customer's rate", FRENCH._replace(customer_rate=Decimal(7)), None, "manual", "7"),
    ("the customer's rate of 0", FRENCH._replace(customer_rate=Decimal(0)), None, "manual", "0"),
    ("a rate on the line of an exempt customer", FRENCH._replace(is_exempt=True), "20", "manual", "20"),
    ("an exempt customer's own rate", FRENCH._replace(is_exempt=True, customer_rate=Decimal(7)), None, "manual", "7"),
    ("an exempt customer", FRENCH._replace(is_exempt=True), None, "exempt", "0"),
    ("not eligible, whatever else", FRENCH._replace(is_not_eligible=True, customer_rate=Decimal(7)), "20", "not_eligible", "0"),
    ("not eligible where no rate is on file", Taxation("US", "US", WINTER, is_not_eligible=True), None, "not_eligible", "0"),
    ("an American entity at home with a rate", Taxation("US", "US", WINTER), "8.875", "manual", "8.875"),
]


@pytest.mark.parametrize(("taxation", "rate", "scheme", "percent"), [pytest.param(*row[1:], id=row[0]) for row in DECISIONS])
def test_the_first_rule_that_holds_decides(taxation: Taxation, rate: str | None, scheme: Scheme, percent: str):
    assert line_tax(taxation, rate=None if rate is None else Decimal(rate)) == Tax(scheme, Decimal(percent))


@pytest.mark.parametrize(
    "taxation",
    [
        pytest.param(Taxation("US", "US", WINTER), id="at home, outside Europe"),
        pytest.param(Taxation("US", None, WINTER), id="no country known, outside Europe"),
        pytest.param(Taxation("FR", "FR", date(2014, 12, 31)), id="before the table begins"),
        pytest.param(Taxation("FR", "IT", date(2014, 12, 31)), id="in another member before the table begins"),
    ],
)
def test_where_no_rate_is_on_file_the_line_is_asked_for_one(taxation: Taxation):
    refusal = line_tax(taxation, path=("lines", 3, "tax_rate"))

    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.code, refusal.path) == ("invalid", "required", ("lines", 3, "tax_rate"))
    assert "tax_rate" in refusal.message


def test_the_union_has_27_members():
    assert len(EU) == 27
    assert not is_member("GB", WINTER)
    assert not is_member("NO", WINTER)


@pytest.mark.parametrize(
    ("schemes", "scheme"),
    [
        (["standard", "standard"], "standard"),
        (["standard", "manual"], "manual"),
        (["reverse_charge"], "reverse_charge"),
        (["manual", "exempt"], "manual"),
        (["not_eligible", "not_eligible"], "not_eligible"),
    ],
)
def test_the_scheme_of_a_document(schemes: list[Scheme], scheme: Scheme):
    assert document_scheme(schemes) == scheme
