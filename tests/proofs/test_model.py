"""Random days against the page: rules, events, mutes, silences, acknowledgements, schedules, edits, outages, restarts."""

from __future__ import annotations

import asyncio
import itertools
import pathlib
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.proofs.machine import MINUTE, Rules
from tests.proofs.world import HOSTS, PLACES, World, empty, quick_folder

NUMBERS = itertools.count()

rules = st.builds(
    Rules,
    hold=st.sampled_from([0, 0, 1, 2]),
    keep=st.sampled_from([0, 0, 1, 2]),
    repeat=st.sampled_from([0, 0, 2, 3]),
    cooldown=st.sampled_from([0, 0, 3, 7]),
    flapping=st.sampled_from([None, None, (3, 8, 3)]),
    no_data=st.sampled_from(["ok", "ok", "keep", "nodata", "firing"]),
    forget=st.sampled_from([24 * 60, 6]),
)
hosts = st.sampled_from(HOSTS)
places = st.sampled_from(sorted(PLACES))
spans = st.sampled_from([2, 4, 9, None])


class Days(RuleBasedStateMachine):
    """A world, and what may happen in it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world: World

    def do(self, what: object) -> None:
        self.runner.run(what)  # type: ignore[arg-type]

    @initialize(
        chosen=rules,
        names=st.sets(places, min_size=1),
        hours=st.sampled_from([None, None, None, (10, 40), (0, 20)]),
    )
    def begin(self, chosen: Rules, names: set[str], hours: tuple[int, int] | None) -> None:
        async def work() -> None:
            file = quick_folder() / f"{next(NUMBERS)}.sqlite"
            self.world = await World.begin(file, await empty(), chosen, sorted(names), hours=hours)

        self.do(work())

    @rule(letters=st.tuples(*[st.sampled_from("XX..C~0")] * 3))
    def events(self, letters: tuple[str, ...]) -> None:
        self.world.letters = dict(zip(HOSTS, letters, strict=True))
        self.do(self.world.minutes())

    @rule(host=hosts, letter=st.sampled_from("XX...C~0"), many=st.integers(1, 4))
    def one(self, host: str, letter: str, many: int) -> None:
        self.world.letters[host] = letter
        self.do(self.world.minutes(many))

    @rule()
    def fails(self) -> None:
        before, self.world.letters = self.world.letters, dict.fromkeys(HOSTS, "!")
        self.do(self.world.minutes())
        self.world.letters = before

    @rule()
    def too_busy(self) -> None:
        self.world.busy = True
        self.do(self.world.minutes())
        self.world.busy = False

    @rule(place=places, answer=st.sampled_from([200, 503, 503, 404]))
    def provider(self, place: str, answer: int) -> None:
        self.world.fates[place] = answer

    @rule(minutes=spans)
    def mute(self, minutes: int | None) -> None:
        self.do(self.world.mute(minutes))

    @rule(tell=st.booleans())
    def unmute(self, *, tell: bool) -> None:
        self.do(self.world.unmute(tell=tell))

    @rule(host=hosts, minutes=spans)
    def silence(self, host: str, minutes: int | None) -> None:
        self.do(self.world.silence(host, minutes))

    @precondition(lambda self: any(each.host for each in self.world.hushes))
    @rule(place=st.integers(0, 3), tell=st.booleans())
    def unsilence(self, place: int, *, tell: bool) -> None:
        self.do(self.world.unsilence(place, tell=tell))

    @rule(host=hosts)
    def ack(self, host: str) -> None:
        self.do(self.world.ack(host))

    @rule(names=st.sets(places), send_resolved=st.booleans(), enabled=st.booleans())
    def channels(self, names: set[str], *, send_resolved: bool, enabled: bool) -> None:
        self.world.places = {name: PLACES[name] for name in sorted(names)}
        if names:
            first = min(names)
            self.world.places[first] = replace(PLACES[first], send_resolved=send_resolved, enabled=enabled)
        self.do(self.world.edit())

    @rule(chosen=rules)
    def policy(self, chosen: Rules) -> None:
        self.world.rules = chosen
        self.do(self.world.edit())

    @rule()
    def rewrite(self) -> None:
        self.world.edits += 1
        self.do(self.world.edit())

    @rule()
    def replace(self) -> None:
        self.do(self.world.replace())

    @rule()
    def toggle(self) -> None:
        self.world.enabled = not self.world.enabled
        self.do(self.world.edit())

    @rule(
        minutes=st.sampled_from([0, 0, 3, 7, 70]),
        letters=st.lists(st.sampled_from("X.0C"), min_size=7, max_size=7),
    )
    def restart(self, minutes: int, letters: list[str]) -> None:
        now = self.world.cursor
        for n, letter in enumerate(letters[:minutes]):
            self.world.script[now + n * MINUTE] = dict.fromkeys(HOSTS, letter)
        self.do(self.world.down(minutes))

    @invariant()
    def agrees(self) -> None:
        if hasattr(self, "world"):
            self.do(self.world.agree())

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.do(self.world.end())
        self.runner.close()


TestDays = Days.TestCase
# In the house profile a glance; `HYPOTHESIS_PROFILE=deep` is the proof.
MANY = settings.default.max_examples if settings.default is not None else 20
TestDays.settings = settings(
    stateful_step_count=15 if MANY <= 20 else 30, max_examples=4 if MANY <= 20 else MANY
)


async def test_who_rings_is_told_that_somebody_knows(tmp_path: pathlib.Path) -> None:
    """The model too: of an accepted start alone, again until it is heard, whatever became of the channel."""
    world = await World.begin(tmp_path / "state.sqlite", await empty(), Rules(), ["hook", "pager"])
    try:
        world.letters = dict.fromkeys(HOSTS, "X")
        world.fates["pager"] = 404
        await world.minutes()
        await world.ack("a")
        world.letters["b"] = "."
        world.fates["pager"] = 200
        await world.minutes()
        world.letters["b"] = "X"
        world.fates["pager"] = 503
        await world.minutes()
        world.fates["pager"] = 200
        await world.minutes()
        world.fates["pager"] = 503
        await world.ack("b")
        world.places = {"hook": PLACES["hook"]}
        await world.edit()
        world.fates["pager"] = 200
        await world.minutes()
        await world.agree()
        said = [(what[0], what[1]) for place, what, _ in world.wire.attempts if place == "pager"]
        assert said[-2:] == [("acknowledge", "b")] * 2
        assert ("acknowledge", "a") not in said
    finally:
        await world.end()
