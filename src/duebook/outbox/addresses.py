"""Which addresses may be called: public ones, however an address is spelled or whatever name leads to it.

The judgement is made on the address that the system's own resolver gives, and the transport connects to that very address, so no spelling
(decimal, octal, hexadecimal, mapped, with a dot at the end) and no second answer of a name server passes it. The tables follow the
registries of special-purpose addresses (RFC 6890, RFC 8190). What this module does not do: connect.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

FOR_DEVELOPMENT: Final = "for development, start the server with DUEBOOK_WEBHOOK_ALLOW_PRIVATE=1"
"""The way out that a refused URL is told."""

_REFUSED_V4: Final = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own, some clouds' metadata
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, metadata of a cloud
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks of devices
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # a cloud's own services behind a public address
    )
)
_UNICAST_V6: Final = ipaddress.IPv6Network("2000::/3")
"""The only IPv6 addresses that are routed: loopback, link-local, unique local, multicast and all that embeds are outside it."""
_REFUSED_V6: Final = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: leads to any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""How an IPv6-only network reaches IPv4: the address inside is what is called."""

_HOST: Final = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")

SockAddr = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, SockAddr]
"""A row of what `socket.getaddrinfo` answers."""


class Place(NamedTuple):
    """An address to connect to, as the resolver gave it."""

    family: socket.AddressFamily
    address: IPAddress
    sockaddr: SockAddr


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public internet, seen through the two notations that carry an IPv4 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    if address.scope_id is not None:
        return False
    if address in _MAPPED or address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _UNICAST_V6 and not any(address in network for network in _REFUSED_V6)


def is_local_name(host: str) -> bool:
    """Whether a name means the machine itself by definition (RFC 6761), whatever a resolver says."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def fault_of(places: Iterable[Place], *, host: str) -> str | None:
    """Why none of what a host leads to may be called; None when all of it may. One private address spoils the host."""
    if is_local_name(host):
        return f"{host} is this machine"
    private = [place.address for place in places if not is_public(place.address)]
    if not private:
        return None
    way = "" if host == private[0].compressed else f" leads to {private[0]}, which"
    return f"{host}{way} is no public address"


def fault_of_url(url: str, *, allow_private: bool) -> str | None:
    """Why no endpoint may have this URL, as far as that can be told without asking a resolver; None when it may.

    With `allow_private`, http and private addresses are allowed, for development.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or port == 0 or not _HOST.fullmatch(host) or not url.isprintable() or " " in url:
        return "is not an https:// URL"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or a password"
    if allow_private:
        return None
    if parts.scheme != "https":
        return f"must begin with https:// ({FOR_DEVELOPMENT})"
    fault = fault_of(spelled(host, port=443), host=host)
    return fault and f"{fault} ({FOR_DEVELOPMENT})"


def spelled(host: str, *, port: int) -> list[Place]:
    """What a host that is an address leads to, in every spelling that the system takes for one; nothing when it is a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return places(found)


def places(found: Iterable[Found]) -> list[Place]:
    """The resolver's answer as places, in its order."""
    return [
        Place(family, ipaddress.ip_address(str(sockaddr[0])), sockaddr)
        for family, _, _, _, sockaddr in found
        if family in (socket.AF_INET, socket.AF_INET6)
    ]
