"""Money: whole minor units and an ISO 4217 code. Two currencies never meet in one sum, and no float is ever made.

This module knows the currencies and their exponents (ISO 4217 table A.1, and A.3 for retired codes that documents still carry), the largest
amount, and the one rounding rule of default-currency shares.
"""

from collections.abc import Iterable, Sequence
from typing import Final

MAX_AMOUNT: Final = 9_007_199_254_740_991
"""Largest amount and largest sum, in minor units: what every JSON reader can hold exactly (2^53 - 1)."""

_TWO_DECIMALS: Final[Sequence[str]] = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP
DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
LSL MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD
SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VEF VES WST XCD XCG YER ZAR
ZMW ZWG ZWL
""".split()
_NO_DECIMALS: Final[Sequence[str]] = "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
_THREE_DECIMALS: Final[Sequence[str]] = "BHD IQD JOD KWD LYD OMR TND".split()

EXPONENTS: Final[dict[str, int]] = {
    code: decimals for codes, decimals in ((_TWO_DECIMALS, 2), (_NO_DECIMALS, 0), (_THREE_DECIMALS, 3)) for code in codes
}
"""Every currency the books know, with the number of decimals of its minor unit."""


class CurrenciesMix(Exception):
    """Amounts of two currencies were about to be added: always our own bug, never the user's."""


def converted(amount: int, *, whole: int, whole_converted: int) -> int:
    """`amount` at the ratio `whole_converted` / `whole`, half away from zero, in minor units; 0 when `whole` is 0."""
    if whole == 0:
        return 0
    return (2 * amount * whole_converted + whole) // (2 * whole)


def shares(amounts: Iterable[int], *, whole: int, whole_converted: int) -> list[int]:
    """The default-currency share of each amount, in order of recording.

    The k-th share is the converted running sum up to k less the converted running sum before it, so that shares add up to the converted
    whole, and a later amount never moves an earlier share.
    """
    if whole == whole_converted != 0:
        return list(amounts)
    result: list[int] = []
    running, before = 0, 0
    for amount in amounts:
        running += amount
        after = converted(running, whole=whole, whole_converted=whole_converted)
        result.append(after - before)
        before = after
    return result
