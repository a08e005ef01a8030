"""What providers told that holds for longer than a request: a chat's new id, the id of a severity.

Most of it is asked again after a restart. What cannot be asked is *lasting*: kept by whoever was given to keep it, under
the digest of its place, because a place may hold a token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

Place: TypeAlias = tuple[str, ...]
Keep: TypeAlias = Callable[[str, str], Awaitable[None]]


async def keep_nothing(_: str, __: str) -> None:
    """There is nowhere to keep it: until the process ends."""


class Learned(dict[Place, str]):
    """Values by place; *kept* those that last, by the digest of theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}
        self._keep: Keep = keep_nothing

    def keeping(self, kept: Mapping[str, str], keep: Keep) -> None:
        """Go on from what was *kept* before; *keep* stores what is told from now on."""
        self.kept, self._keep = dict(kept), keep

    def lasting(self, place: Place) -> str | None:
        """What was told of *place* for good."""
        return self.kept.get(_digest(place))

    async def last(self, place: Place, value: str) -> None:
        """Remember *value* for good; durable when this returns."""
        self.kept[_digest(place)] = value
        await self._keep(_digest(place), value)


def _digest(place: Place) -> str:
    return hashlib.sha256("\x00".join(place).encode()).hexdigest()
