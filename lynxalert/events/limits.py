"""What a store may use and what it has done: the values it is given and shows."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """What the store may use. *memory_limit* and *threads* are DuckDB's own, for all its queries together."""

    memory_limit: str = "768MB"
    threads: int = 2
    queued_events: int = 50_000  # acknowledged, not yet in the tables; in memory some 2.5 KB each
    queued_bytes: int = 64 * MIB
    patience: float = 0.25  # seconds a sender waits for room in a full queue before it is told to come again
    free_bytes: int = 256 * MIB  # of disk; below it nothing more is accepted
    kept_log_bytes: int = 96 * MIB  # sealed, of what is in the tables already, to make a lost database again
    wal_bytes: int = 256 * MIB  # of DuckDB's own log, before a checkpoint (some 1 s) on the storing thread


@dataclass(frozen=True, slots=True)
class Counters:
    """What the store has done since it was opened, and what waits.

    *failure*: why the tables take nothing now. *refusal*: why the last events offered were not accepted; None
    once some were. *damage*: what of the tables could not be read when last asked for. *late*: stored
    events that arrived more than a minute after their own time.
    """

    stored: int = 0
    dead_letters: int = 0
    batches: int = 0
    queued: int = 0
    failure: str | None = None
    refusal: str | None = None
    damage: str | None = None
    late: int = 0
