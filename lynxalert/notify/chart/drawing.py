"""Curve → PNG: 800 × 300, light background, drawn twice as large and made smooth by shrinking. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import io
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from lynxalert.notify.chart.curve import Curve, is_drawable, short, ticks

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 800, 300
SHARP = 2  # times as large as shown
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 34, 34  # around the field
PAPER, INK, FAINT = "#ffffff", "#333333", "#e4e4e4"
LINE, ALARM, SPAN = "#1565c0", "#c62828", "#fdecea"
COLOURS = 64
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\ufeff"
LONGEST_NAME = 80

Place: TypeAlias = tuple[float, float]


def draw(curve: Curve) -> bytes:
    """The picture of *curve*, which says something."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH * SHARP, HEIGHT * SHARP), PAPER)
    sheet = _Sheet(curve, ImageDraw.Draw(image), ImageFont.load_default(13 * SHARP))
    sheet.fill()
    written = io.BytesIO()
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()


@functools.cache
def placeholder() -> bytes:
    """What stands where a picture was promised and there is nothing to show."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (WIDTH, HEIGHT // 4), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    pen.text((WIDTH // 2, HEIGHT // 8), "No values to show", 90, font, "mm")
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


class _Sheet:
    """Where things go: values upwards, time to the right."""

    def __init__(self, curve: Curve, pen: ImageDraw, font: FreeTypeFont | ImageFont) -> None:
        self._curve, self._pen, self._font = curve, pen, font
        self._ticks = ticks(*curve.bounds)
        self._begin, self._end = curve.points[0].at, curve.points[-1].at

    def fill(self) -> None:
        """Everything, what matters most last."""
        self._span()
        for value in self._ticks:
            self._across(value, FAINT, 1)
            self._text((LEFT - 8, self._y(value)), short(value), "rm", INK)
        self._times()
        for limit in self._curve.limits:
            if self._ticks[0] <= limit.value <= self._ticks[-1]:
                self._dashes(limit.value)
                label = shown(f"{limit.name} {short(limit.value)}".strip())
                self._text((WIDTH - RIGHT, self._y(limit.value) - 3), label, "rb", ALARM)
        for run in self._runs():
            self._run(run)
        self._text((LEFT, 12), shown(self._curve.name), "lm", INK)

    def _span(self) -> None:
        if self._curve.fired is not None:
            start, end = (min(max(at, self._begin), self._end) for at in self._curve.fired)
            top, bottom = self._y(self._ticks[-1]), self._y(self._ticks[0])
            if end > start:
                self._pen.rectangle(_sharp([(self._x(start), top), (self._x(end), bottom)]), fill=SPAN)
            self._pen.line(_sharp([(self._x(start), top), (self._x(start), bottom)]), ALARM, SHARP)

    def _times(self) -> None:
        zone = ZoneInfo(self._curve.timezone)
        form = "%H:%M" if self._end - self._begin < dt.timedelta(days=1) else "%m-%d %H:%M"
        middle = self._begin + (self._end - self._begin) / 2
        for at, anchor in ((self._begin, "lm"), (middle, "mm"), (self._end, "rm")):
            self._text((self._x(at), HEIGHT - 14), at.astimezone(zone).strftime(form), anchor, INK)

    def _runs(self) -> Iterator[list[Place]]:
        """Stretches without a gap."""
        run: list[Place] = []
        for point in self._curve.points:
            if point.value is not None and is_drawable(point.value):
                run.append((self._x(point.at), self._y(point.value)))
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _run(self, run: Sequence[Place]) -> None:
        if len(run) > 1:
            self._pen.line(_sharp(run), LINE, 2 * SHARP, joint="curve")
        for x, y in run:
            self._pen.ellipse(_sharp([(x - 2.5, y - 2.5), (x + 2.5, y + 2.5)]), fill=LINE)

    def _across(self, value: float, color: str, width: int) -> None:
        y = self._y(value)
        self._pen.line(_sharp([(LEFT, y), (WIDTH - RIGHT, y)]), color, width * SHARP)

    def _dashes(self, value: float) -> None:
        y = self._y(value)
        for x in range(LEFT, WIDTH - RIGHT, 12):
            self._pen.line(_sharp([(x, y), (min(x + 7, WIDTH - RIGHT), y)]), ALARM, SHARP)

    def _text(self, place: Place, text: str, anchor: str, color: str) -> None:
        (spot,) = _sharp([place])
        self._pen.text(spot, text, color, self._font, anchor)

    def _x(self, at: dt.datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((at - self._begin) / (self._end - self._begin))

    def _y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * ((value - low) / (high - low))


def shown(text: str) -> str:
    """*text* in the letters of the font that comes with Pillow: plain ones, without accents."""
    apart = unicodedata.normalize("NFKD", text.replace("—", "-"))
    bare = "".join(one for one in apart if not unicodedata.combining(one) and one not in UNSEEN)
    letters = "".join(one if " " <= one <= "~" else "?" for one in bare)
    return letters if len(letters) <= LONGEST_NAME else letters[: LONGEST_NAME - 3] + "..."


def _sharp(places: Sequence[Place]) -> list[Place]:
    return [(x * SHARP, y * SHARP) for x, y in places]
