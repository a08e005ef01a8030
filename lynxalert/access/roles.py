"""The four roles, each of which may do what those before it may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a key may do: send events; also read; also change alerts and silences; also everything else."""

    INGEST = "ingest"
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what *needed* may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
