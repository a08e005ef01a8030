"""Who asks: the value that a request's key becomes, passed along to whatever it changes."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from lynxalert.access.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """*name* is what `who` says. *indexes*, *sources*: patterns of where it may send events; empty: anywhere."""

    name: str
    role: Role
    key_id: str | None = None
    address: str | None = None
    indexes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def may_send(self, index: str, source: str) -> bool:
        """Whether events of *source* may go to *index*."""
        return _fits(index, self.indexes) and _fits(source, self.sources)


# Whoever asks where nobody is asked for a key.
ANYONE = Actor(name="api", role=Role.ADMIN)


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)
