"""Which addresses may be dialled."""

from __future__ import annotations

import ipaddress

import pytest

from lynxalert.notify.addresses import may_dial

PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1", "2002:0101:0101::", "64:ff9b::101:101"]
PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.1.1", "172.16.0.1", "192.168.1.1",
    "192.0.0.8", "198.18.0.1", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "192.0.2.1",
    "198.51.100.7", "203.0.113.7", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "2002:0a00:0001::",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "::127.0.0.1", "100::1",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "169.254.170.2",
    "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::169.254.169.254", "64:ff9b:1::a9fe:a9fe",
    "fe80::a9fe:a9fe%eth0", "169.254.42.42", "169.254.0.23", "fd00:42::42",
]  # fmt: skip
ALL = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert may_dial(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_only_when_permitted(address: str) -> None:
    assert not may_dial(address)
    assert may_dial(address, ALL)


@pytest.mark.parametrize("address", METADATA)
def test_metadata_never(address: str) -> None:
    assert not may_dial(address)
    assert not may_dial(address, ALL)


def test_a_permitted_network_opens_only_itself() -> None:
    loopback = [ipaddress.ip_network("127.0.0.0/8")]
    assert may_dial("127.0.0.1", loopback)
    assert may_dial("::ffff:127.0.0.1", loopback)
    assert not may_dial("10.0.0.1", loopback)
    assert not may_dial("::1", loopback)
