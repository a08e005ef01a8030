"""Which addresses a message may be sent to: address, permitted networks → allowed or not. Pure.

An explicit list, because `ipaddress.is_global` calls NAT64 of a metadata address, 6to4 and multicast global,
and `is_private` overlooks 100.64.0.0/10. Follows RFC 6890 and the metadata services of the large clouds.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# Answer with credentials to whoever asks: no setting opens them.
METADATA: frozenset[Address] = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.0.23",
        "169.254.42.42",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd00:42::42",
        "fe80::a9fe:a9fe",
        "fd20:ce::254",
    )
)
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
NAT64 = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48"))


def may_dial(text: str, permitted: Sequence[Network] = ()) -> bool:
    """Whether the address *text* (an IPv6 zone is ignored) may be dialled, *permitted* networks opened."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    hidden = _embedded(address)
    if METADATA & {address, hidden}:
        return False
    if hidden is not None and not may_dial(str(hidden), permitted):
        return False
    return any(address in network for network in permitted) or not any(
        address in network for network in PRIVATE
    )


def is_metadata(host: str) -> bool:
    """Whether *host* is a metadata service by number, in any spelling that some resolver takes: `0xa9fea9fe`."""
    try:
        spelled = socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, ValueError):
        spelled = host.strip("[]").partition("%")[0]
    try:
        return not may_dial(spelled, EVERYWHERE)
    except ValueError:
        return False


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translator on the way would really reach."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in NAT64) or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour
