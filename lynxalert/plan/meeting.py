"""A lookup and values to meet it by → the rows that fit, in the order of the lookup. Pure.

Where cells are patterns or networks, or letters do not count, equality in SQL cannot say it.
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TypeAlias

from lynxalert.plan.knowledge import Lookup, Matching

Find: TypeAlias = Callable[[str], frozenset[int]]  # a value → the numbers of the rows it fits


class Meeting:
    """The rows of a lookup by the columns *keys*."""

    def __init__(self, lookup: Lookup, keys: Sequence[str]) -> None:
        self.lookup = lookup
        matching = lookup.matching
        self._finders = [
            finder(
                name,
                [(number, cell) for number, row in enumerate(lookup.rows) if (cell := row[place])],
                matching,
            )
            for name in keys
            for place in [lookup.columns.index(name)]
        ]

    def rows(self, values: Sequence[str]) -> list[tuple[str | None, ...]]:
        """The rows that fit all *values*, one per key."""
        found = reduce(
            frozenset.intersection, (find(value) for find, value in zip(self._finders, values, strict=True))
        )
        return [self.lookup.rows[number] for number in sorted(found)]


def finder(name: str, cells: Iterable[tuple[int, str]], matching: Matching) -> Find:
    """What finds the rows by the column *name*, whose *cells* are numbered."""
    fold = str if matching.letters_count else str.lower
    if name in matching.networks:
        return _networks(cells)
    numbers: dict[str, set[int]] = defaultdict(set)
    patterns: dict[re.Pattern[str], set[int]] = defaultdict(set)
    for number, cell in cells:
        if name in matching.wildcards and "*" in cell:
            pattern = ".*".join(re.escape(part) for part in fold(cell).split("*"))
            patterns[re.compile(pattern, re.DOTALL)].add(number)
        else:
            numbers[fold(cell)].add(number)

    def find(value: str) -> frozenset[int]:
        folded = fold(value)
        fitting = (rows for pattern, rows in patterns.items() if pattern.fullmatch(folded))
        return frozenset(numbers.get(folded, ())).union(*fitting)

    return find


def _networks(cells: Iterable[tuple[int, str]]) -> Find:
    """By CIDR blocks; a cell that is none fits nothing. One question for each length of prefix there is."""
    blocks: dict[tuple[int, int], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for number, cell in cells:
        try:
            block = ipaddress.ip_network(cell.strip(), strict=False)
        except ValueError:
            continue
        shift = block.max_prefixlen - block.prefixlen
        blocks[block.version, shift][int(block.network_address) >> shift].add(number)

    def find(value: str) -> frozenset[int]:
        try:
            address = ipaddress.ip_address(value.strip())
        except ValueError:
            return frozenset()
        fitting = (
            rows.get(int(address) >> shift, ())
            for (version, shift), rows in blocks.items()
            if version == address.version
        )
        return frozenset().union(*fitting)

    return find
