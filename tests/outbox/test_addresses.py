"""Which addresses and URLs may be called: a table of what people have tried, and laws over all addresses."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.outbox.addresses import FOR_DEVELOPMENT, fault_of_url, is_public, spelled

PUBLIC = (
    "1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "192.0.1.1", "198.17.255.255",
    "223.255.255.255", "2606:4700::1111", "2a00:1450:4007:80e::200e", "2001:4860:4860::8888", "2001:200::1", "::ffff:8.8.8.8",
    "64:ff9b::808:808",
)  # fmt: skip
PRIVATE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254", "168.63.129.16",
    "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1",
    "fe80::1%1", "fec0::1", "ff02::1", "ff0e::1", "4000::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address: str):
    assert not is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_what_the_standard_library_calls_special_is_refused(address: ipaddress.IPv4Address):
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_public(address)


@given(st.ip_addresses(v=6))
def test_the_same_for_the_longer_ones(address: ipaddress.IPv6Address):
    if is_public(address):
        inside = address.ipv4_mapped or (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None)
        assert is_public(inside) if inside else address.is_global and not address.is_multicast


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "64:ff9b::", "::", "2002::", "2001::"]))
def test_an_address_inside_another_is_no_way_around(inside: ipaddress.IPv4Address, prefix: str):
    carrier = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(inside))

    assert is_public(carrier) <= is_public(inside)


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

SPELLINGS = (
    "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0x7f.1", "127.0x0.1", "0",
    "0x0a000001", "10.1", "192.168.257", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "::ffff:7f00:1", "0:0:0:0:0:0:0:1",
    "::ffff:0x7f000001", "0000::1", "::FFFF:127.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_is_taken_for_a_public_address(host: str):
    """What the system reads as an address is private; what it does not read is no address."""
    assert not any(is_public(place.address) for place in spelled(host, port=443))


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://hooks.example.com/duebook", None),
        ("https://hooks.example.com:8443/a?b=c", None),
        ("https://xn--exmple-cua.com/", None),
        ("https://1.1.1.1/", None),
        ("https://[2606:4700::1111]/", None),
        ("http://hooks.example.com/", "must begin with https://"),
        ("ftp://hooks.example.com/", "is not an https:// URL"),
        ("hooks.example.com", "is not an https:// URL"),
        ("https://", "is not an https:// URL"),
        ("https:///path", "is not an https:// URL"),
        ("https://hooks.example.com:0/", "is not an https:// URL"),
        ("https://hooks.example.com:99999/", "is not a URL"),
        ("https://[::1/", "is not a URL"),
        ("https://hooks example.com/", "is not an https:// URL"),
        ("https://hooks.example.com/\n", "is not an https:// URL"),
        ("https://%31%32%37.0.0.1/", "is not an https:// URL"),
        ("https://127。0。0。1/", "is not an https:// URL"),
        ("https://１２７.0.0.1/", "is not an https:// URL"),
        ("https://[fe80::1%25lo]/", "is not an https:// URL"),
        ("https://user:word@hooks.example.com/", "must not hold a user name or a password"),
        ("https://user@hooks.example.com/", "must not hold a user name or a password"),
        ("https://localhost/", "localhost is this machine"),
        ("https://LOCALHOST./", "localhost. is this machine"),
        ("https://books.localhost:8080/", "books.localhost is this machine"),
        ("https://127.0.0.1/", "127.0.0.1 is no public address"),
        ("https://2130706433/", "2130706433 leads to 127.0.0.1, which is no public address"),
        ("https://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1 leads to ::ffff:a00:1, which is no public address"),
        ("https://169.254.169.254/latest", "169.254.169.254 is no public address"),
    ],
)  # fmt: skip
def test_urls_of_endpoints(url: str, fault: str | None):
    told = fault_of_url(url, allow_private=False)
    assert told is None if fault is None else told in (fault, f"{fault} ({FOR_DEVELOPMENT})")
    # Whoever is refused for the place alone is told how to try it out.
    assert (told or "").endswith(")") == (fault is not None and fault_of_url(url, allow_private=True) is None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost/", "https://10.0.0.1/", "http://receiver:80/"])
def test_for_development_http_and_private_addresses_are_allowed(url: str):
    assert fault_of_url(url, allow_private=True) is None
    assert fault_of_url(url, allow_private=False) is not None


def test_for_development_a_url_must_still_be_one():
    assert fault_of_url("file:///etc/passwd", allow_private=True) == "is not an https:// URL"
    assert fault_of_url("http://user:word@127.0.0.1/", allow_private=True) == "must not hold a user name or a password"
