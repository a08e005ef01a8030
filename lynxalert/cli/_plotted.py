"""A backtest → a page of text: counts, the curve of the value, episodes, the first message."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lynxalert.cli._words import key_words

SHOWN = 12  # episodes
WIDEST = 110
NARROWEST = 24  # below, lines break rather than that nothing is seen
HEIGHT = 14
MARKS = 6  # on the axis of values, at most
TICKS = 5


def page(found: Mapping[str, Any]) -> str:
    """The whole page."""
    return "\n".join(_lines(found))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_short(found['from'])} – {_short(found['to'])}: {_counted(found)}"
    if found["errors"]:
        yield f"{found['errors']} slots failed, the last one: {found['last_error']}"
    yield from _channels(found)
    if any(point["value"] for point in found["curve"]):
        yield ""
        yield _curve(found["curve"])
    yield from _episodes("episodes", found["list"], found["episodes"])
    if found["first"]:
        first = found["first"]
        yield ""
        yield f"the first message, to {first['channel']['name']} at {_short(first['at'])}:"
        lines = first["text"].splitlines()
        titled = lines[:1] == [first["title"]]  # unless its author wrote the text
        yield from (f"  | {line}" for line in (lines if titled else [first["title"], *lines]))
    if "against" in found:
        yield ""
        yield f"the other version: {_counted(found['against'])}"
        yield from _channels(found["against"])
        if not found["gained"] and not found["lost"]:
            yield "  no episode gained, none lost: each of one version meets one of the other"
        yield from _episodes("gained", found["gained"], len(found["gained"]) + found["truncated"]["gained"])
        yield from _episodes("lost", found["lost"], len(found["lost"]) + found["truncated"]["lost"])
    if "sweep" in found:
        yield from _sweep(found["sweep"])


def _channels(found: Mapping[str, Any]) -> Iterator[str]:
    """What each channel would have been sent, and what nobody."""
    for channel, kinds in found["by_channel"].items():
        yield f"  {channel}: " + ", ".join(f"{many} {kind}" for kind, many in kinds.items())
    if found["suppressed"]:
        yield "  not sent: " + ", ".join(f"{many} {reason}" for reason, many in found["suppressed"].items())


def _counted(found: Mapping[str, Any]) -> str:
    parts = (("slots", "slot"), ("episodes", "episode"), ("messages", "message"))
    return ", ".join(f"{found[name]:,} {one if found[name] == 1 else name}" for name, one in parts)


def _episodes(title: str, listed: Sequence[Mapping[str, Any]], many: int) -> Iterator[str]:
    if not many:
        return
    yield ""
    yield f"{title}:"
    for each in listed[:SHOWN]:
        key = key_words(each["key"]) if each["key"] else ""
        ended = f"– {_short(each['ended'])}" if each["ended"] else "– (still firing)"
        value = "" if each["value"] is None else f"  {each['value']:g}"
        yield f"  {_short(each['started'])} {ended}{value}  {key}".rstrip()
    if many > SHOWN:
        yield f"  and {many - SHOWN:,} more"


def _sweep(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "threshold  episodes  messages"
    longest = max((each["messages"] for each in steps), default=0)
    for each in steps:
        bar = "▇" * round(30 * each["messages"] / longest) if longest else ""
        yield f"{each['threshold']:>9g}  {each['episodes']:>8,}  {each['messages']:>8,}  {bar}".rstrip()


def _curve(points: Sequence[Mapping[str, Any]]) -> str:
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))
    plotext.plot_size(width, HEIGHT)
    values = [point["value"] for point in points]
    plotext.plot(values, marker="braille")
    firing = [(place, point["value"]) for place, point in enumerate(points) if point["firing"]]
    if firing:
        plotext.scatter(*zip(*firing, strict=True), marker="x")
    labels = _labels([_instant(point["at"]) for point in points])
    ticks = max(2, min(TICKS, width // (2 * len(labels[0]) + 2)))
    marks = sorted({round(n * (len(points) - 1) / (ticks - 1)) for n in range(ticks)})
    plotext.xticks(marks, [labels[mark] for mark in marks])
    heights = _heights(values)
    plotext.yticks(heights, [f"{height:.4g}" for height in heights])  # 1.015e+14: room is for the curve
    drawn: str = plotext.uncolorize(plotext.build())
    legend = "  x: something fires" if firing else ""
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + ("\n" + legend if legend else "")


def _heights(values: Sequence[float | None]) -> list[float]:
    """Where the axis of values is marked: at both ends, and evenly between."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    if low == high:
        return [low]
    return [low + (high - low) * n / (MARKS - 1) for n in range(MARKS)]


def _labels(instants: Sequence[dt.datetime]) -> list[str]:
    """Short names of instants: the time of day while that says enough, else the day too."""
    form = "%H:%M" if instants[-1] - instants[0] <= dt.timedelta(days=1) else "%d %b %H:%M"
    return [f"{each:{form}}" for each in instants]


def _short(at: Any) -> str:
    """An instant of a reply or of this process, to the second."""
    return f"{_instant(at):%Y-%m-%d %H:%M:%S}"


def _instant(at: Any) -> dt.datetime:
    return (at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(at)).astimezone(dt.UTC)
