"""Functions of network addresses, IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
from typing import Any

from sqlglot import exp

from lynxalert.functions.coerce import Typed, as_text
from lynxalert.functions.nodes import (
    Node,
    binary,
    boolean,
    call,
    case,
    cast,
    coalesce,
    column,
    every,
    is_present,
    lambda_,
    number,
    text,
    try_cast,
)
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.function import Complaint

OCTET = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
IPV4 = rf"({OCTET}\.){{3}}{OCTET}"
IPV6 = r"[0-9a-fA-F:]*:[0-9a-fA-F:]*"


def ipv4_digits(address: Node) -> Node:
    """A dotted quad as eight hex digits, so that ranges compare as text."""
    parts = call("string_split", address, text("."))
    octet = call("format", text("{:02x}"), try_cast(column("o"), "INTEGER"))
    return call("array_to_string", call("list_transform", parts, lambda_("o", octet)), text(""))


def ipv6_digits(address: Node) -> Node:
    """An IPv6 address as 32 hex digits: `::` filled with zeros, every group padded."""
    halves = call("string_split", call("lower", address), text("::"))

    def groups(half: int) -> Node:
        part = call("list_extract", halves, number(half))
        split = call(
            "list_filter",
            call("string_split", part, text(":")),
            lambda_("g", binary("!=", column("g"), text(""))),
        )
        return coalesce(split, call("list_value"))

    missing = binary("-", number(8), binary("+", call("len", groups(1)), call("len", groups(2))))
    zeros = call("repeat", text("0000"), call("greatest", missing, number(0)))

    def digits(half: int) -> Node:
        padded = call("lpad", column("g"), number(4), text("0"))
        return call("array_to_string", call("list_transform", groups(half), lambda_("g", padded)), text(""))

    return call("concat", digits(1), zeros, digits(2))


def sortable(address: Node) -> Node:
    """An address as text in the order of addresses, IPv4 first; null for what is none."""
    long = ipv6_digits(address)
    return case(
        (call("regexp_full_match", address, text(IPV4)), call("concat", text("4"), ipv4_digits(address))),
        (
            call("regexp_full_match", address, text(IPV6)),
            case((binary("=", call("length", long), number(32)), call("concat", text("6"), long))),
        ),
    )


def in_network(network: Typed, address: Typed) -> Node:
    """Whether *address* lies in the CIDR block *network*; text that is no address does not."""
    block = ipaddress.ip_network(str(network.value).strip(), strict=False)
    width = 8 if block.version == 4 else 32
    low, high = (text(f"{int(edge):0{width}x}") for edge in (block.network_address, block.broadcast_address))
    value = as_text(address)
    shape, digits = (IPV4, ipv4_digits) if block.version == 4 else (IPV6, ipv6_digits)
    spelled = digits(value)
    inside = every(
        [
            binary(">=", spelled, low),
            binary("<=", spelled, high),
            binary("=", call("length", spelled), number(width)),
        ]
    )
    is_address = call("regexp_full_match", value, text(shape))
    known = case((is_address, coalesce(inside, boolean(value=False))), default=boolean(value=False))
    return case((is_present(value), known))


def _network(arguments: tuple[Any, ...]) -> Complaint | None:
    try:
        ipaddress.ip_network(str(arguments[0]).strip(), strict=False)
    except ValueError:
        return Complaint(f"`{arguments[0]}` is no network", 'write for example "10.0.0.0/8"', 0)
    return None


function(
    "cidrmatch",
    "v! v",
    Type.BOOLEAN,
    in_network,
    "Whether an address lies in a CIDR block, IPv4 or IPv6.",
    ('cidrmatch("10.0.0.0/8", "10.1.2.3")', True),
    _network,
)


def masked(mask: Typed, address: Typed) -> Node:
    """The address with the bits that the mask lacks at zero; what is no IPv4 address gives nothing."""
    value = as_text(address)
    parts = call("string_split", value, text("."))
    octets = []
    for place, kept in enumerate(ipaddress.IPv4Address(str(mask.value)).packed, 1):
        octet = try_cast(call("list_extract", parts, number(place)), "INTEGER")
        octets.append(cast(exp.BitwiseAnd(this=octet, expression=number(kept)), "VARCHAR"))
    joined = call("concat_ws", text("."), *octets)
    return case((call("regexp_full_match", value, text(IPV4)), joined))


def _mask(arguments: tuple[Any, ...]) -> Complaint | None:
    try:
        ipaddress.IPv4Address(str(arguments[0]))
    except ValueError:
        return Complaint(f"`{arguments[0]}` is no mask", 'write for example "255.255.255.0"', 0)
    return None


function(
    "ipmask",
    "v! v",
    Type.TEXT,
    masked,
    "An IPv4 address with a mask laid over it.",
    ('ipmask("255.255.255.0", "10.1.2.130")', "10.1.2.0"),
    _mask,
)
