"""The currencies of the Hyperline door, as its contract lists them, in its order: ISO 4217, with retired codes.

A list of names and nothing else; how many minor units each has is `core.money`'s business.
"""

from typing import Annotated, Literal

from msgspec import Meta

# fmt: off
Code = Literal[
    "EUR", "AED", "AFN", "XCD", "ALL", "AMD", "AOA", "ARS", "USD", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "XOF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "NOK", "BWP", "BYR", "BZD", "CAD", "CDF", "XAF",
    "CHF", "NZD", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "ANG", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "MAD",
    "ERN", "ETB", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG",
    "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW",
    "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRO",
    "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "XPF", "NGN", "NIO", "NPR", "OMR", "PAB", "PEN", "PGK", "PHP",
    "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLL",
    "SOS", "SRD", "SSP", "STD", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "UGX", "UYU", "UZS", "VEF", "VND", "VUV", "WST", "YER", "ZAR", "ZMW", "ZWL",
]
# fmt: on

Currency = Annotated[
    Code,
    Meta(
        extra_json_schema={"title": "Currency", "type": "string", "description": "ISO 4217, retired codes included"},
        extra={"code": "currency", "noun": "a currency code of ISO 4217 such as EUR"},
    ),
]
