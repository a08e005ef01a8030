"""The rules of inhibition in force, now and at any instant that is remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.matchers import parse_matcher
from lynxalert.state import chronicle
from lynxalert.state.chronicle import OVER, Matter, Note


async def note(tx: AsyncConnection, rules: Sequence[Inhibition], now: dt.datetime) -> None:
    """From *now* on *rules* are in force."""
    if await at(tx, now) != tuple(rules):
        body = [_written(each) for each in rules] or OVER
        await chronicle.note(tx, [Note(Matter.INHIBITIONS, "", "", body)], now)


async def at(tx: AsyncConnection, instant: dt.datetime) -> tuple[Inhibition, ...]:
    """The rules that were in force at *instant*."""
    found = await chronicle.at(tx, Matter.INHIBITIONS, instant)
    return tuple(_read(each) for entry in found for each in entry.body)


def _written(rule: Inhibition) -> dict[str, Any]:
    return {
        "source": [str(each) for each in rule.source],
        "target": [str(each) for each in rule.target],
        "equal": list(rule.equal),
    }


def _read(body: dict[str, Any]) -> Inhibition:
    source, target = (tuple(map(parse_matcher, body[name])) for name in ("source", "target"))
    return Inhibition(source, target, tuple(body["equal"]))
