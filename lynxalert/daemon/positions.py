"""Where alerts stand, kept between ticks: nobody but the evaluator moves an alert whose definition stays the same.

What an edit changes comes with a new revision of the definition, and is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lynxalert.daemon.slots import Outcome, Position
from lynxalert.state import Database, Definition, instances

MOST_INSTANCES = 200  # of one alert; one with more is read anew each time


class Positions:
    """The positions of alerts by id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, Position] = {}

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
            after = {key: instances.lean(one) for key, one in each.instances.items()}
            self._keep(replace(each.before, cursor=each.cursor, instances=after))

    def forget(self, alert_ids: Iterable[str]) -> None:
        """Read these anew when they are needed."""
        for each in alert_ids:
            self._kept.pop(each, None)

    def _is_kept(self, wanted: Definition) -> bool:
        kept = self._kept.get(wanted.alert.id)
        if (
            kept is None
            or kept.definition.revision != wanted.revision
            or len(kept.instances) > MOST_INSTANCES
        ):
            self._kept.pop(wanted.alert.id, None)
            return False
        return True

    def _keep(self, position: Position) -> None:
        self._kept[position.alert.id] = position
