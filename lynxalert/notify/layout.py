"""Facts → the default text: short lines that read well on a phone, before any markup. Pure.

A text is made for a `Room`, the measure of how much data it may hold; a smaller room gives a shorter text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from lynxalert.notify.filters import text_of
from lynxalert.notify.markup import Markup, cut, one_line
from lynxalert.notify.message import Plain

STATES = {
    "fired": "FIRING",
    "changed": "CHANGED",
    "repeated": "STILL FIRING",
    "resolved": "RESOLVED",
    "no_data": "NO DATA",
    "flapping": "FLAPPING",
}
ENDINGS = {
    "data_back": "The data is back.",
    "missing": "No event of this key has been seen for long; it is no longer watched.",
    "disabled": "The alert was disabled.",
    "deleted": "The alert was deleted.",
    "updated": "The alert was changed; it starts afresh.",
    "no_events": "No events arrived.",
    "settled": "It has stopped flapping.",
}
MOST_COLUMNS = 4  # of a table that a phone shows without wrapping
# What is seen before it is read, where text has styles.
SIGNS = {"critical": "🔴", "error": "🟠", "warning": "🟡", "info": "🔵"}
ENDED, ABSENT, UNSTEADY = "🟢", "⚪", "🟣"
PAST = ("resolved", "no_data")  # kinds whose row is that of an earlier slot
EXPLAINED = ("fired", "repeated", "no_data")  # kinds that repeat what the alert's author wrote about it


@dataclass(frozen=True, slots=True)
class Room:
    """How much of the data to show: characters of a value, rows, events, links."""

    value: int
    rows: int
    events: int
    links: int


ROOMS = (
    Room(800, 10, 5, 6),
    Room(300, 8, 3, 6),
    Room(120, 5, 2, 6),
    Room(60, 3, 1, 4),
    Room(40, 1, 0, 1),
    Room(20, 0, 0, 0),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. *style*: plain | bold | code | block | events, one a line | link (then *url* says where to)."""

    text: str
    style: str = "plain"
    url: str = ""


Line: TypeAlias = tuple[Piece, ...]


def write(lines: Sequence[Line], markup: Markup) -> str:
    """*lines* in *markup*, every value escaped."""
    return "\n".join("".join(_mark(piece, markup) for piece in line) for line in lines)


def subject(facts: Mapping[str, Plain], length: int = 200) -> str:
    """`[TEST] High error rate — service=web`, on one line; or what its author wrote in its place."""
    return cut(one_line(f"{_mark_of_tests(facts)}{facts.get('heading') or _about(facts)}"), length)


def title(facts: Mapping[str, Plain], length: int = 200) -> str:
    """`[TEST] FIRING (critical): High error rate — service=web`, on one line; or what its author wrote in its place."""
    if facts.get("heading"):
        return subject(facts, length)
    kind = facts["transition"]["kind"]
    severity = "" if kind == "resolved" else f" ({facts['transition']['tier'] or facts['alert']['severity']})"
    return cut(one_line(f"{_mark_of_tests(facts)}{STATES[kind]}{severity}: {_about(facts)}"), length)


def _mark_of_tests(facts: Mapping[str, Plain]) -> str:
    return "[TEST] " if facts["test"] else ""


def _about(facts: Mapping[str, Plain]) -> str:
    labels = ", ".join(f"{name}={text_of(value)}" for name, value in facts["instance"]["labels"].items())
    return f"{facts['alert']['name']} — {labels}" if labels else str(facts["alert"]["name"])


def sign(facts: Mapping[str, Plain]) -> str:
    """The colour of the state: what is over green, what fires as grave as it is."""
    kind, tier = facts["transition"]["kind"], facts["transition"]["tier"]
    named = {"resolved": ENDED, "no_data": ABSENT, "flapping": UNSTEADY}
    grave = {"crit": "critical", "warn": "warning"}.get(tier, tier)
    usual = SIGNS.get(facts["alert"]["severity"], SIGNS["error"])
    return named.get(kind) or SIGNS.get(grave, usual)


def lines(facts: Mapping[str, Plain], room: Room, *, styled: bool = False) -> list[Line]:
    """The default text of *facts* within *room*; *styled*: for a reader who sees colours, and links by their title."""
    heading = Piece(title(facts, max(80, min(200, room.value))), "bold")
    written: list[Line] = [(Piece(f"{sign(facts)} "), heading) if styled else (heading,)]
    written += _what(facts, room)
    written += _when(facts)
    written += _data(facts, room)
    query = cut(one_line(facts["alert"]["query"]), room.value)
    if query and room.rows:
        written.append((Piece("Query: "), Piece(query, "code")))
    return written + _linked(facts["links"][: room.links], styled=styled)


def _what(facts: Mapping[str, Plain], room: Room) -> Iterator[Line]:
    transition = facts["transition"]
    description = cut(facts["alert"]["description"], room.value)
    if description and transition["kind"] in EXPLAINED:
        yield (Piece(description),)
    if transition["reason"] == "tier" and transition["tier"]:
        yield (Piece(_tiers(transition)),)
    if transition["reason"] in ENDINGS:
        yield (Piece(ENDINGS[transition["reason"]]),)
    is_said = transition["kind"] in ("resolved", "no_data") or transition["reason"] == "no_events"
    if transition["condition"] and not is_said:
        yield (Piece(cut(one_line(transition["condition"]), room.value), "code"),)
    if transition["kind"] == "no_data":
        yield (Piece("No events arrived to judge."),)
    if transition["kind"] == "flapping":
        yield (Piece("It changes too often. What it settles on will be sent."),)


def _tiers(transition: Mapping[str, Plain]) -> str:
    now, before = one_line(transition["tier"]), transition.get("tier_before")
    return f"{one_line(before)} -> {now}" if before else f"Now {now}."


def _when(facts: Mapping[str, Plain]) -> Iterator[Line]:
    transition, episode, zone = facts["transition"], facts["episode"], facts["alert"]["timezone"]
    if transition["kind"] == "resolved":
        text = f"Lasted {episode['duration']}: {_span(episode['started'], episode['ended'], zone)}"
        yield (Piece(text),)
    elif transition["window_start"] and transition["window_end"]:
        yield (Piece(f"Window: {_span(transition['window_start'], transition['window_end'], zone)}"),)
    if transition["kind"] in ("repeated", "changed", "no_data") and episode["seconds"] > 0:
        yield (Piece(f"Since {_clock(episode['started'], zone)} ({episode['duration']})"),)
    if transition["late"]:
        yield (Piece("Found late: the events arrived after their window had been judged."),)


def _data(facts: Mapping[str, Plain], room: Room) -> Iterator[Line]:
    rows = facts["rows"]
    is_single = len(rows) == 1 or (rows and not room.rows)
    fields = _untold(facts) if is_single else []
    if (fields or len(rows) > 1) and facts["transition"]["kind"] in PAST:
        yield (Piece("When it last fired:"),)
    if is_single:
        for name, value in fields[: max(2, room.rows)]:
            yield Piece(f"{cut(one_line(name), 60)}: "), Piece(_value(value, room), "code")
    elif rows:
        yield (Piece(_table(rows, room), "block"),)
        hidden = max(len(rows), facts["instance"]["count"]) - room.rows
        if hidden > 0:
            yield (Piece(f"… and {hidden} more rows"),)
    events = facts["evidence"][: room.events]
    if events:
        yield (Piece("Newest events:" if len(events) > 1 else "Newest event:"),)
        yield (Piece("\n".join(cut(one_line(event), room.value) for event in events), "events"),)


def _untold(facts: Mapping[str, Plain]) -> list[tuple[str, Plain]]:
    """The fields of the row that the title does not tell already."""
    heading, labels = title(facts), facts["instance"]["labels"]
    return [
        (name, value)
        for name, value in facts["rows"][0].items()
        if name not in labels or one_line(f"{name}={text_of(value)}") not in heading
    ]


def _linked(links: Sequence[Mapping[str, Plain]], *, styled: bool) -> list[Line]:
    """A line of titles where they hide addresses, else a line for each address."""
    pieces = [Piece(link["title"], "link", link["url"]) for link in links]
    if not styled or not pieces:
        return [(piece,) for piece in pieces]
    line = [pieces[0]]
    for piece in pieces[1:]:
        line += [Piece(" · "), piece]
    return [tuple(line)]


def _table(rows: Sequence[Mapping[str, Plain]], room: Room) -> str:
    names = list(rows[0])[:MOST_COLUMNS]
    shown = [names, *([_value(row.get(name), room) for name in names] for row in rows[: room.rows])]
    cells = [[cut(cell, 24) for cell in line] for line in shown]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _value(value: Plain, room: Room) -> str:
    return cut(one_line(text_of(value)), room.value) or "–"


def _clock(text: str, zone: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %Z")


def _span(start: str, end: str, zone: str) -> str:
    """`2026-02-14 12:00:00–12:05:00 UTC`, the date said again only where it differs."""
    first, last = _clock(start, zone), _clock(end, zone)
    day, _, rest = first.partition(" ")
    left = f"{day} {rest.split(' ')[0]}" if rest.split(" ")[1] == last.split(" ")[2] else first
    return f"{left}–{last.removeprefix(day).strip()}"


def _mark(piece: Piece, markup: Markup) -> str:
    match piece.style:
        case "bold":
            return markup.bold(piece.text)
        case "code":
            return markup.code(piece.text)
        case "block":
            return markup.block(piece.text)
        case "events":
            return (markup.events or markup.block)(piece.text)
        case "link":
            return markup.link(piece.text, piece.url)
        case _:
            return markup.escape(piece.text)
