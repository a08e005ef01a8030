"""The audit, read. Its rows are written by whatever changes something, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence

from lynxalert.state import Database, audit
from lynxalert.state.audit import Change


class Audit:
    """Who changed what."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, *, limit: int, before: int | None = None, **equal: str) -> Sequence[Change]:
        """The newest changes, numbers below *before*; *equal* are columns and the values they must have."""
        async with self._database.read() as tx:
            return await audit.listed(tx, limit=limit, before=before, **equal)
