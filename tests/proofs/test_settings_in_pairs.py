"""Settings that meet: every value of each with every value of every other, deep at least twice, over one eventful day.

All that was told, and when, is compared with the reference. In the house profile a setting is off or on; deep, it has three
values.
"""

from __future__ import annotations

import itertools
import pathlib
import random
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import settings

from tests.proofs.machine import Rules
from tests.proofs.world import HOSTS, World, empty

VALUES = {
    "for": (0, 2, 1),
    "keep_firing_for": (0, 2, 1),
    "cooldown": (0, 6, 3),
    "flapping": (None, (3, 8, 3), (4, 10, 2)),
    "mute": (None, (5, 9), (12, 3)),  # from which minute, for how many
    "schedule": (None, (7, 15), (0, 12)),  # the minutes of the hour at which it may speak
    "group": (("hook", "pager"), ("room", "pager"), ("hook", "room")),
    "no_data": ("ok", "nodata", "firing"),
}  # fmt: skip
LEVELS = 3 if settings.default is not None and settings.default.max_examples > 20 else 2
TWICE = 2 if LEVELS == 3 else 1  # the house profile looks once
# One column a minute: `a` cannot settle, `b` fires for long and changes, `c` falls silent.
DAY = {
    "a": "X.X.X..X.XX...X......X..",
    "b": "..XXXXCCCXX~~X.....XXX..",
    "c": "....XX0000..X.000X......",
}

Choice = tuple[int, ...]


def pairs(choice: Choice) -> list[tuple[int, int, int, int]]:
    return [(one, choice[one], other, choice[other]) for one, other in itertools.combinations(range(8), 2)]


def wanted() -> Counter[tuple[int, int, int, int]]:
    """Every two settings with every two of their values."""
    return Counter(
        {
            (one, left, other, right): TWICE
            for one, other in itertools.combinations(range(8), 2)
            for left in range(LEVELS)
            for right in range(LEVELS)
        }
    )


def choices() -> list[Choice]:
    """Few rows that have all that is wanted, each taking the best of some."""
    chance, missing = random.Random(1), wanted()
    found: list[Choice] = []
    while +missing:
        some = [tuple(chance.randrange(LEVELS) for _ in VALUES) for _ in range(200)]
        best = max(some, key=lambda one: sum(missing[pair] > 0 for pair in pairs(one)))
        found.append(best)
        missing -= Counter(pairs(best))
    return found


CHOICES = choices()


def test_every_two_values_meet() -> None:
    met = Counter(pair for choice in CHOICES for pair in pairs(choice))
    assert all(met[pair] >= TWICE for pair in wanted())


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: "".join(map(str, choice)))
async def test_a_day(tmp_path: pathlib.Path, choice: Choice) -> None:
    chosen: Mapping[str, object] = {
        name: values[level] for (name, values), level in zip(VALUES.items(), choice, strict=True)
    }
    rules = Rules(
        hold=chosen["for"],  # type: ignore[arg-type]
        keep=chosen["keep_firing_for"],  # type: ignore[arg-type]
        repeat=4,
        cooldown=chosen["cooldown"],  # type: ignore[arg-type]
        flapping=chosen["flapping"],  # type: ignore[arg-type]
        no_data=str(chosen["no_data"]),
    )
    world = await World.begin(
        tmp_path / "state.sqlite",
        await empty(),
        rules,
        chosen["group"],  # type: ignore[arg-type]
        hours=chosen["schedule"],
    )
    mute: tuple[int, int] | None = chosen["mute"]  # type: ignore[assignment]
    try:
        for minute, letters in enumerate(zip(*DAY.values(), strict=True)):
            if mute is not None and minute == mute[0]:
                await world.mute(mute[1])
            world.letters = dict(zip(HOSTS, letters, strict=True))
            await world.minutes()
        await world.minutes(7)
        await world.agree()
    finally:
        await world.end()
