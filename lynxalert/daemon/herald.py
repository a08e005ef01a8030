"""Commits of one tick → whoever waits for them, together: a storm over many chunks is met by one digest, not by one for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lynxalert.daemon.slots import Outcome


class Herald:
    """Tells *tell* what was committed: all at once when each of *chunks* has committed something, then as it comes."""

    def __init__(self, tell: Callable[[Sequence[Outcome]], None], chunks: int) -> None:
        self._tell = tell
        self._silent = chunks  # those that have not committed anything yet
        self._held: list[Outcome] = []

    def hear(self, written: Sequence[Outcome], *, is_first: bool) -> None:
        """*written* was committed; *is_first* of its chunk, which may have had nothing to write."""
        self._held += written
        self._silent -= is_first
        if self._silent <= 0:
            self.tell()

    def tell(self) -> None:
        """Hold nothing back any more."""
        held, self._held = self._held, []
        if held:
            self._tell(held)
