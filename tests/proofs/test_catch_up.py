"""Outages, to the message: what a chat hears afterwards, in order, and nothing else. Nothing at all included."""

from __future__ import annotations

import datetime as dt
import pathlib

import pytest

from tests.daemon.evaluating import MINUTE, NOON
from tests.proofs.machine import Rules
from tests.proofs.wire import Seen
from tests.proofs.world import HOSTS, World, empty

# The rules; what host `a` did each minute before, while nobody was there, and after (`X` hit, `.` miss, `!` the query
# failed); what is heard. `fired 12:02` names the first T of the stay; a stay that was over before anybody heard of it is
# heard of by its end alone, several of them by one digest.
CASES: dict[str, tuple[Rules, str, str, str, list[str]]] = {
    "seven slots in which nothing happened": (Rules(), "..", ".......", "..", []),
    "one three one": (Rules(), ".", ".X.", ".", ["resolved 12:03"]),
    "it fires before and after": (Rules(), ".X", "XXXXXXX", "X.", ["fired 12:02", "resolved 12:02"]),
    "it ended while we were away": (Rules(), ".X", "XXX....", "..", ["fired 12:02", "resolved 12:02"]),
    "it began while we were away": (Rules(), "..", "...XXXX", "X.", ["fired 12:06", "resolved 12:06"]),
    "for is counted in slots": (Rules(hold=3), "..", ".XXXX..", "..", ["resolved 12:07"]),
    "for, and not long enough": (Rules(hold=3), "..", ".XXX...", "..", []),
    "an error in the middle changes nothing": (Rules(), ".X", "XX!!XXX", "X.", ["fired 12:02", "resolved 12:02"]),
    "an error in the middle begins for anew": (Rules(hold=3), "..", "XX!XX..", "..", []),
    "an error in the middle of recovering": (
        Rules(keep=3), ".X", ".!.....", "..", ["fired 12:02", "resolved 12:02"],
    ),
    "three stays are one message": (Rules(), ".", "X.X.X..", ".", ["digest 12:02 12:04 12:06"]),
    "two stays, of which one lasts": (
        Rules(), ".", "X...XXX", "X.", ["fired 12:06", "resolved 12:02", "resolved 12:06"],
    ),
    "an hour and a half": (
        Rules(), ".X", "X" * 20 + "." * 50 + "X" * 20, "X.",
        ["fired 12:02", "resolved 12:02", "fired 13:13", "resolved 13:13"],
    ),
    "what is beyond the limit is not made up": (Rules(), "..", "X.X." + "." * 86, "..", []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_what_is_heard_after_an_outage(tmp_path: pathlib.Path, case: str) -> None:
    rules, before, away, after, wanted = CASES[case]
    world = await World.begin(tmp_path / "state.sqlite", await empty(), rules, ["hook"])
    try:
        for minute, letter in enumerate(before + away + after, start=1):
            others = "!" if letter == "!" else "."
            world.script[NOON + minute * MINUTE] = {**dict.fromkeys(HOSTS, others), "a": letter}
        await world.minutes(len(before))
        await world.down(len(away))
        await world.minutes(len(after) + 4)
        await world.agree()
        assert [line(each) for each in world.wire.attempts] == wanted
    finally:
        await world.end()


def line(seen: Seen) -> str:
    """`fired 12:02`, `digest 12:02 12:04`."""
    _, (kind, *rest), status = seen  # type: ignore[misc] # as `Wire` describes it
    assert status == 200
    instants = [each for one in rest for each in (one if isinstance(one, tuple) else (one,))]
    return " ".join([kind, *(f"{each:%H:%M}" for each in instants if isinstance(each, dt.datetime))])
