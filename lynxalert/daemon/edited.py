"""What the evaluator knows of alerts × the state → what was edited since, read in one visit to a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lynxalert.state import Cursor, Definition, Transaction, definitions, instances


@dataclass(frozen=True, slots=True)
class Edited:
    """The *generation* of all definitions, the ids *there* are, those that are new or changed, and their cursors."""

    generation: tuple[int, int]
    there: frozenset[str]
    fresh: tuple[Definition, ...]
    cursors: dict[str, Cursor]


async def edited(tx: Transaction, since: object, known: Mapping[str, Definition]) -> Edited | None:
    """What differs from *known*; None if nothing was edited after the generation *since*."""
    generation = await definitions.generation(tx)
    if generation == since:
        return None
    revisions = await definitions.revisions(tx)
    changed = [
        each for each, revision in revisions.items() if each not in known or known[each].revision != revision
    ]
    fresh = await definitions.some(tx, changed)
    return Edited(generation, frozenset(revisions), fresh, await instances.cursor_of(tx, changed))
