"""The molds of the outlines asked lately. One is made when an outline comes a second time: most never do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lynxalert.engine.shared.known import Known
from lynxalert.engine.shared.mold import Learn, Mold, free_gaps, mold_of
from lynxalert.lang.outline import Outline

MOST = 16_384  # outlines
Key: TypeAlias = tuple[object, ...]
# What is known against an older catalog → the same against the present one; None: learn anew.
Renew: TypeAlias = Callable[[Known], Known | None]


class Molds:
    """Casts what is known of queries, where that needs no compiling."""

    def __init__(self) -> None:
        self._seen: set[Key] = set()
        self._free: dict[Key, frozenset[int]] = {}
        self._molds: dict[Key, Mold | None] = {}

    def cast(self, outline: Outline, setting: tuple[str, ...], learn: Learn, renew: Renew) -> Known | None:
        """What is known of the query of *outline*; None: go the long way.

        *setting* is what else it is compiled for, the same that *learn* compiles for.
        """
        key = (*setting, *outline.key)
        if not self._is_met_again(key):
            return None
        free = self._free.get(key)
        if free is None:
            self._free[key] = free = free_gaps(outline, learn)
        fixed = (*key, *(gap.text for place, gap in enumerate(outline.gaps) if place not in free))
        mold = self._molds.get(fixed)
        known = renew(mold.known) if mold is not None else None
        if mold is not None and known is not None:
            if known is not mold.known:
                self._molds[fixed] = mold = Mold(mold.outline, known, mold.sources)
            return mold.cast(outline)
        if not free or not self._is_met_again(fixed):
            return None
        mold = mold_of(outline, free, learn)
        if mold is None:  # fields changed: what was free may be so no longer
            self._free.pop(key, None)
            return None
        self._molds[fixed] = mold
        return mold.cast(outline)

    def _is_met_again(self, key: Key) -> bool:
        if key in self._seen:
            return True
        if len(self._seen) >= MOST:
            self._seen.clear()
            self._free.clear()
            self._molds.clear()
        self._seen.add(key)
        return False
