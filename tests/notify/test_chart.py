"""Charts: what numbers stand at the side, what colour stands where, and that nothing makes them fail or grow."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lynxalert.alerts.measure import Limit
from lynxalert.clock import monotonic
from lynxalert.notify.chart import Curve, Point, draw, placeholder
from lynxalert.notify.chart.curve import short, ticks
from lynxalert.notify.chart.drawing import ALARM, BOTTOM, HEIGHT, LEFT, LINE, RIGHT, SPAN, TOP, WIDTH, shown

T = dt.datetime(2026, 2, 14, 13, 25, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def curve(*values: float | None, **more: object) -> Curve:
    points = tuple(Point(T + n * MINUTE, value) for n, value in enumerate(values))
    return Curve(points=points, **more)  # type: ignore[arg-type]


def picture(drawn: Curve) -> Image.Image:
    found = Image.open(io.BytesIO(draw(drawn))).convert("RGB")
    assert found.size == (WIDTH, HEIGHT)
    return found


def near(image: Image.Image, x: float, y: float, color: str, within: int = 60) -> bool:
    """Whether some pixel close to (x, y) nearly has *color*."""
    wanted = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
    area = [(int(x) + right, int(y) + down) for right in range(-2, 3) for down in range(-2, 3)]
    return any(
        sum(abs(a - b) for a, b in zip(image.getpixel(place), wanted, strict=True)) < within  # type: ignore[call-overload]
        for place in area
        if 0 <= place[0] < WIDTH and 0 <= place[1] < HEIGHT
    )


def test_values_limit_and_the_time_it_fired_are_where_they_belong() -> None:
    drawn = curve(0, 0, 100, 100, limits=(Limit(50),), fired=(T + 2 * MINUTE, T + 3 * MINUTE))
    image, field = picture(drawn), WIDTH - LEFT - RIGHT
    bottom, middle = HEIGHT - BOTTOM, TOP + (HEIGHT - TOP - BOTTOM) / 2
    assert near(image, LEFT, bottom, LINE)
    assert near(image, WIDTH - RIGHT, TOP, LINE)
    assert near(image, LEFT + 2, middle, ALARM)
    assert near(image, LEFT + field * 5 / 6, TOP + 40, SPAN, 25)
    assert not near(image, LEFT + field / 2, TOP + 40, SPAN, 25)


def test_a_gap_is_a_gap() -> None:
    image = picture(curve(100, 100, None, 0, 0, 100, 100))
    field = WIDTH - LEFT - RIGHT
    assert near(image, LEFT + field / 12, TOP, LINE)
    assert not near(image, LEFT + field * 2 / 6, TOP + 60, LINE)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 247, [0, 100, 200, 300]),
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (95, 105, [95, 97.5, 100, 102.5, 105]),
        (-3, 3, [-4, -2, 0, 2, 4]),
        (0, 1e6, [0, 250_000, 500_000, 750_000, 1_000_000]),
    ],
)
def test_round_numbers_stand_at_the_side(low: float, high: float, expected: list[float]) -> None:
    assert list(ticks(low, high)) == expected


@given(st.floats(-1e14, 1e14), st.floats(1e-6, 1e14))
def test_ticks_hold_what_they_must_and_are_few(low: float, length: float) -> None:
    high = low + length
    found = ticks(low, high) if high > low else [low, high]
    assert found[0] <= low + length * 1e-6
    assert found[-1] >= high - length * 1e-6
    assert len(found) <= 8


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1500, "1.5k"), (0.25, "0.25"), (-2e6, "-2M"), (3e9, "3G"), (5e12, "5T"), (1 / 3, "0.3333")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text


def test_a_limit_far_away_does_not_flatten_the_curve() -> None:
    assert curve(1, 2, limits=(Limit(1e9),)).bounds == (0, 2)
    assert curve(90, 95, limits=(Limit(100),)).bounds == (90, 100)
    assert curve(7, 7).bounds == (pytest.approx(6.3), pytest.approx(7.7))
    assert curve(0, 0).bounds == (-1, 1)


def test_it_takes_two_values_to_say_something() -> None:
    assert not curve(1, None, float("nan"), 1e300).says_something
    assert curve(1, None, 2).says_something


NUMBERS = st.one_of(st.none(), st.floats(), st.integers(-(10**18), 10**18).map(float))


@given(st.lists(NUMBERS, min_size=2, max_size=40), st.lists(st.floats(-1e14, 1e14), max_size=4), st.text())
def test_anything_can_be_drawn(values: list[float | None], limits: list[float], name: str) -> None:
    drawn = curve(*values, limits=tuple(Limit(each, name) for each in limits), name=name, fired=(T, T))
    if drawn.says_something:
        assert 500 < len(draw(drawn)) < 100_000


def test_letters_the_font_lacks_are_told_plainly() -> None:
    assert shown("é — \u202e\x00日本 ok") == "e - ???? ok"
    assert len(shown("x" * 500)) == 80


def test_a_chart_is_small_and_quick() -> None:
    drawn = curve(*((n * 37) % 101 for n in range(30)), name="errors", limits=(Limit(60),))
    draw(drawn)
    began = monotonic()
    assert len(draw(drawn)) < 30_000
    assert monotonic() - began < 40  # some 40 ms; a machine under load takes longer


def test_where_nothing_is_to_be_seen_there_is_a_picture_that_says_so() -> None:
    assert Image.open(io.BytesIO(placeholder())).size[0] == WIDTH
