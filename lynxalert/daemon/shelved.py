"""Definitions → how they stand now, for lists and single alerts. Reads only; how a row is shown is `records`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from lynxalert.api.ports import Standing
from lynxalert.daemon.records import standing_of
from lynxalert.state import Definition, Transaction, definitions, instances, overlays
from lynxalert.state.definitions import REMEMBERED
from lynxalert.state.listing import Place


class Remembered:
    """Definitions of one state file as they were read last: of a list that is asked for again, most did not change."""

    def __init__(self) -> None:
        self._known: dict[str, Definition] = {}

    async def of(self, tx: Transaction, places: Sequence[Place]) -> list[Definition]:
        """The definitions that stand at *places*, which were read in the same transaction."""
        known = {each.alert_id: self._known.get(each.alert_id) for each in places}
        stale = [each.alert_id for each in places if _revision(known[each.alert_id]) != each.revision]
        fresh = {each.alert.id: each for each in await definitions.some(tx, stale)} if stale else {}
        if len(self._known) + len(fresh) > REMEMBERED:
            self._known = {}
        self._known.update(fresh)
        # Not from what is remembered by now: another reader may have seen another moment.
        whole = known | fresh
        return [each for place in places if (each := whole[place.alert_id]) is not None]


def _revision(known: Definition | None) -> int | None:
    return known.revision if known is not None else None


async def standings_of(tx: Transaction, found: Sequence[Definition], now: dt.datetime) -> list[Standing]:
    """How each of *found* stands at *now*."""
    ids = [each.alert.id for each in found]
    cursors = await instances.cursor_of(tx, ids)
    sounding = await instances.sounding(tx, ids)
    mutes = {each.alert_id: each for each in await overlays.silenced(tx, now) if each.alert_id}
    return [
        Standing(
            **standing_of(
                each, cursors.get(each.alert.id), mutes.get(each.alert.id), sounds=each.alert.id in sounding
            )
        )
        for each in found
    ]
