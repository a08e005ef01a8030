"""Writing a MaxMind database small enough for a test: a search tree over IPv4 bits, records behind it.

Follows the MaxMind DB file format 2.0: 24-bit records, every value written where it is used, no pointers.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
TEXT, DOUBLE, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 3, 5, 6, 7, 9, 11


def database(networks: dict[str, dict[str, Any]]) -> bytes:
    """A database that answers with the record of the network an address lies in."""
    nodes: list[list[Any]] = [[None, None]]
    for network, record in networks.items():
        block = ipaddress.ip_network(network)
        bits = f"{int(block.network_address):032b}"[: block.prefixlen]
        node = 0
        for bit in bits[:-1]:
            following = nodes[node][int(bit)]
            if following is None:
                nodes.append([None, None])
                following = nodes[node][int(bit)] = len(nodes) - 1
            node = following
        nodes[node][int(bits[-1])] = record
    data, places = b"", {}
    for record in networks.values():
        places[id(record)] = len(data)
        data += encoded(record)
    tree = b"".join(pointer(side, len(nodes), places) for node in nodes for side in node)
    metadata = {
        "node_count": (UINT32, len(nodes)),
        "record_size": (UINT16, 24),
        "ip_version": (UINT16, 4),
        "database_type": "Test-City",
        "languages": ["en"],
        "binary_format_major_version": (UINT16, 2),
        "binary_format_minor_version": (UINT16, 0),
        "build_epoch": (UINT64, 1_770_000_000),
        "description": {"en": "for tests"},
    }
    return tree + bytes(16) + data + MARKER + encoded(metadata)


def pointer(side: Any, count: int, places: dict[int, int]) -> bytes:
    """A record of the tree: another node, nothing, or the place of data behind the tree."""
    number = count if side is None else side if isinstance(side, int) else count + 16 + places[id(side)]
    return number.to_bytes(3, "big")


def encoded(value: Any) -> bytes:
    """A value of the data section."""
    match value:
        case str():
            return control(TEXT, len(value.encode())) + value.encode()
        case float():
            return control(DOUBLE, 8) + struct.pack(">d", value)
        case dict():
            inner = b"".join(encoded(key) + encoded(item) for key, item in value.items())
            return control(MAP, len(value)) + inner
        case list():
            return control(ARRAY, len(value)) + b"".join(encoded(item) for item in value)
        case (kind, number):
            digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
            return control(kind, len(digits)) + digits
        case int():
            return encoded((UINT16, value))
    raise TypeError(value)


def control(kind: int, size: int) -> bytes:
    """The byte or two before a value; sizes from 29 to 284 take one more."""
    first, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([kind << 5 | first]) if kind < 8 else bytes([first, kind - 7])) + more
