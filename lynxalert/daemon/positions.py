"""Where alerts stand, kept between ticks: nobody but the evaluator moves an alert whose definition stays the same.

What an edit changes comes with a new revision of the definition, and is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lynxalert.daemon.slots import Outcome, Position
from lynxalert.state import Database, Definition, instances

MOST_INSTANCES = 50_000  # of all alerts together
MANY = 200  # an alert with more of them is read anew each time, once there are too many


class Positions:
    """The positions of alerts by id; *most* instances of all of them, but for those of alerts that have few."""

    def __init__(self, database: Database, most: int = MOST_INSTANCES) -> None:
        self._database = database
        self._most = most
        self._kept: dict[str, Position] = {}
        self._held = 0  # instances

    async def of(self, wanted: Sequence[Definition]) -> list[Position]:
        """Those of *wanted* that have a cursor, in that order."""
        missing = [each.alert.id for each in wanted if not self._is_kept(each)]
        if missing:
            async with self._database.read() as tx:
                cursors = await instances.cursor_of(tx, missing)
                standing = await instances.of(tx, missing)
            for each in wanted:
                found = cursors.get(each.alert.id)
                if found is not None:
                    self._keep(Position(each, found, standing[each.alert.id]))
        return [self._kept[each.alert.id] for each in wanted if each.alert.id in self._kept]

    def moved(self, outcomes: Iterable[Outcome]) -> None:
        """What was committed is where these alerts stand."""
        for each in outcomes:
            self._keep(replace(each.before, cursor=each.cursor, instances=each.instances))

    def forget(self, alert_ids: Iterable[str]) -> None:
        """Read these anew when they are needed."""
        for each in alert_ids:
            gone = self._kept.pop(each, None)
            self._held -= len(gone.instances) if gone is not None else 0

    def _is_kept(self, wanted: Definition) -> bool:
        kept = self._kept.get(wanted.alert.id)
        if kept is None:
            return False
        is_too_much = self._held > self._most and len(kept.instances) > MANY
        if kept.definition.revision == wanted.revision and not is_too_much:
            return True
        self.forget([wanted.alert.id])
        return False

    def _keep(self, position: Position) -> None:
        self.forget([position.alert.id])
        self._kept[position.alert.id] = position
        self._held += len(position.instances)
