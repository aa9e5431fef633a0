"""Money: exponents are those of ISO 4217, currencies never meet, and shares of a conversion never move."""

from fractions import Fraction
from math import floor

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.core.customer import Balance, added
from duebook.core.money import EXPONENTS, MAX_AMOUNT, CurrenciesMix, converted, shares
from tests.core.drawn import amounts

RETIRED = {
    "ANG": (2, "Netherlands Antillean guilder, XCG since 2025"),
    "BGN": (2, "Bulgarian lev, EUR since 2026"),
    "BYR": (0, "Belarusian ruble before 2016"),
    "HRK": (2, "Croatian kuna, EUR since 2023"),
    "MRO": (2, "Mauritanian ouguiya before 2018"),
    "SLL": (2, "Sierra Leonean leone before 2022"),
    "STD": (2, "São Tomé dobra before 2018"),
    "VEF": (2, "Venezuelan bolívar before 2018"),
    "ZWL": (2, "Zimbabwean dollar before 2024"),
}
"""Codes that the standard has retired and documents still carry, with their decimals while they lived."""

NOT_MONEY_TO_INVOICE_IN = {
    "funds and units of account": "BOV CHE CHW CLF COU MXV USN UYI UYW XAD XDR XSU XUA",
    "metals and bond markets": "XAG XAU XBA XBB XBC XBD XPD XPT",
    "testing and no currency": "XTS XXX",
    "a second code of VES": "VED",
}
"""Codes of the standard that the books do not take, by reason."""


def test_exponents_are_those_of_the_standard():
    standard = {currency.code: currency.exponent for currency in iso4217.Currency}
    untaken = {code for codes in NOT_MONEY_TO_INVOICE_IN.values() for code in codes.split()}

    assert {code: exponent for code, exponent in EXPONENTS.items() if code not in RETIRED} == {
        code: exponent for code, exponent in standard.items() if code not in untaken
    }
    assert {code: EXPONENTS[code] for code in RETIRED} == {code: decimals for code, (decimals, _) in RETIRED.items()}
    assert not set(RETIRED) & set(standard), "a code that lives again is no longer retired"


def test_the_three_exponents_by_name():
    assert (EXPONENTS["JPY"], EXPONENTS["EUR"], EXPONENTS["KWD"]) == (0, 2, 3)


def test_two_balances_of_one_customer_add_only_in_one_currency():
    euros = Balance("EUR", outstanding=10, overdue=5, disputed=3, recovery=1, unapplied=2, credit=4)
    dollars = euros._replace(currency="USD")

    assert added(euros, euros) == Balance("EUR", 20, 10, 6, 2, 4, 8)
    assert euros.balance == 10 - 2 - 4
    with pytest.raises(CurrenciesMix, match="USD was about to be added to EUR"):
        added(euros, dollars)


def exact(amount: int, whole: int, whole_converted: int) -> Fraction:
    return Fraction(amount * whole_converted, whole)


@given(amounts, st.integers(1, MAX_AMOUNT), amounts)
def test_a_conversion_is_the_nearest_minor_unit_and_halves_go_up(amount: int, whole: int, whole_converted: int):
    assert converted(amount, whole=whole, whole_converted=whole_converted) == floor(exact(amount, whole, whole_converted) + Fraction(1, 2))


@given(st.lists(amounts, max_size=8), amounts, st.integers(1, MAX_AMOUNT), amounts)
def test_shares_never_move_when_a_payment_is_added(before: list[int], later: int, whole: int, whole_converted: int):
    old = shares(before, whole=whole, whole_converted=whole_converted)

    assert shares([*before, later], whole=whole, whole_converted=whole_converted)[: len(before)] == old


@given(st.lists(amounts, max_size=8), st.integers(1, MAX_AMOUNT), amounts)
def test_shares_sum_to_the_conversion_of_their_sum(paid: list[int], whole: int, whole_converted: int):
    found = shares(paid, whole=whole, whole_converted=whole_converted)

    assert sum(found) == converted(sum(paid), whole=whole, whole_converted=whole_converted)
    for amount, share in zip(paid, found, strict=True):
        assert share >= 0
        assert abs(share - exact(amount, whole, whole_converted)) <= 1, "no payment carries the rounding of more than one minor unit"


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=8), amounts)
def test_payments_of_the_whole_share_the_whole(paid: list[int], whole_converted: int):
    whole = sum(paid)

    assert sum(shares(paid, whole=whole, whole_converted=whole_converted)) == (whole_converted if whole else 0)


def test_an_invoice_of_100_dollars_paid_in_thirds():
    """Worth 91.33 euros: each third is rounded where it stands, and nothing is lost."""
    assert shares([3_333, 3_333, 3_334], whole=10_000, whole_converted=9_133) == [3_044, 3_044, 3_045]


def test_an_amount_of_nothing_has_shares_of_nothing():
    assert shares([5, 7], whole=0, whole_converted=0) == [0, 0]


def test_at_par_each_amount_is_its_own_share():
    assert shares([3, 0, 4], whole=5, whole_converted=5) == [3, 0, 4]


def test_what_is_paid_above_the_amount_is_converted_at_the_same_ratio():
    assert shares([100, 50], whole=100, whole_converted=90) == [90, 45]
