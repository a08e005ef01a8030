"""Channels come, go, change names and are switched off and on while an alert fires: no place hears a start twice, or an end of nothing."""

from __future__ import annotations

import pathlib
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proofs.play import play

NAMES, PLACES = ("a", "b", "c"), ("hall", "yard")
EXAMPLES = settings.default.max_examples if settings.default is not None else 20

spec = st.builds(
    "{}: at {} {}".format, st.sampled_from(NAMES), st.sampled_from(PLACES), st.sampled_from(["", "", "off"])
)
# A place by one name at a time: two names are two messages, and were asked for.
channels = st.lists(
    spec,
    min_size=1,
    max_size=2,
    unique_by=(lambda each: each.split()[0], lambda each: each.split()[2]),
)
places = channels.map(lambda chosen: "places disk " + " ; ".join(chosen))
doing = places | places | st.sampled_from(["mute disk 70s", "unmute disk tell", "unmute disk"])
seconds = st.integers(61, 420)


@settings(max_examples=max(5, EXAMPLES // 5))
@given(
    st.text("Xwc.", min_size=6, max_size=6),
    channels,
    st.lists(st.tuples(seconds, doing), min_size=2, max_size=8),
)
async def test_every_place_hears_of_an_episode_once(
    cells: str, first: list[str], doings: list[tuple[int, str]]
) -> None:
    done = [f"12:{at // 60:02}:{at % 60:02} {what}" for at, what in sorted(doings)]
    sections = {
        "alerts": "disk:",
        "places": "\n".join(first),
        "minutes": f"disk.a {' '.join(cells)} . . .",
        "doings": "\n".join(done),
    }
    with tempfile.TemporaryDirectory() as folder:
        heard = await play(pathlib.Path(folder), sections)
    knows: set[str] = set()
    for line in heard.splitlines():
        words = line.split()
        if words[0][:2] != "12":  # what was not told, and why
            assert words[0] == "suppressed", heard
            continue
        _, place, kind, _ = words
        assert (kind == "fired") <= (place not in knows), heard
        assert (kind == "resolved") <= (place in knows), heard
        knows = knows - {place} if kind == "resolved" else knows | {place}
    assert not knows, heard
