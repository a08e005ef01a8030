"""Body → texts: lines, or the elements of a JSON array with the text of each as it was sent."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import orjson

from lynxalert.ingest.errors import IngestCode, IngestError

LONGEST_NUMBER = 1000  # digits; no system writes longer ones
BLANK = re.compile(r"[ \t\n\r]*")
# A JSON string, which stays, or the blanks between tokens, which go.
BETWEEN = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\n\r]+', re.DOTALL)


class Text(NamedTuple):
    """A body as text; *repaired* lines of it had bytes that are no UTF-8, now U+FFFD."""

    text: str
    repaired: int


def text_of(body: bytes) -> Text:
    """*body* as UTF-8, without a byte order mark."""
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return Text(body.decode(), 0)
    except UnicodeDecodeError:
        lines = body.split(b"\n")
        return Text(body.decode(errors="replace"), sum(not _is_utf8(line) for line in lines))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1. Only line feeds end a line; a carriage return before is dropped."""
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.removesuffix("\r")
        if stripped and not stripped.isspace():
            yield number, stripped


def elements(text: str) -> Iterator[tuple[Any, str]]:
    """The elements of the JSON array *text*, each with its own compact text.

    Raises:
        IngestError: *text* is no JSON array.
    """
    place = _skip(text, _skip(text, 0) + 1)
    if text[place : place + 1] == "]":
        yield from _end(text, place + 1)
        return
    while True:
        value, end = _value(text, place)
        yield value, compact(text[place:end])
        place = _skip(text, end)
        following = text[place : place + 1]
        if following == "]":
            yield from _end(text, place + 1)
            return
        if following != ",":
            raise _invalid(text, place, "expected `,` or `]`")
        place = _skip(text, place + 1)


def objects(text: str) -> list[str] | None:
    """The texts of JSON objects that follow each other, on as many lines as they like; None when *text* is else."""
    found: list[str] = []
    place = _skip(text, 0)
    while place < len(text):
        try:
            value, end = _value(text, place)
        except IngestError:
            return None
        if not isinstance(value, dict):
            return None
        found.append(compact(text[place:end]))
        place = _skip(text, end)
    return found


def next_value(text: str, place: int) -> tuple[Any, int, int] | None:
    """The JSON value that comes next from *place* on, where it begins and where it ends; None at the end of *text*.

    Raises:
        IngestError: something else comes there.
    """
    start = _skip(text, place)
    if start == len(text):
        return None
    value, end = _value(text, start, READER)
    return value, start, end


def compact(text: str) -> str:
    """JSON *text* on one line: where it has line breaks, all blanks between its tokens go."""
    return BETWEEN.sub(r"\1", text) if "\n" in text else text


def why_not_json(text: str) -> str:
    """What is wrong with *text*, which should be a JSON object."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return f"not a JSON object: {error.msg} at column {error.pos + 1}"
    return "not a JSON object"


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


SCANNER = json.JSONDecoder(
    parse_constant=_refuse, parse_int=lambda digits: digits
)  # where only the text counts
READER = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole)


def _value(text: str, place: int, scanner: json.JSONDecoder = SCANNER) -> tuple[Any, int]:
    try:
        return scanner.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise _invalid(text, error.pos, error.msg) from None
    except ValueError as error:
        raise _invalid(text, place, str(error)) from None
    except RecursionError:
        raise _invalid(text, place, "nested too deep") from None


def _skip(text: str, place: int) -> int:
    blank = BLANK.match(text, place)
    return place if blank is None else blank.end()


def _end(text: str, place: int) -> Iterator[NoReturn]:
    if _skip(text, place) < len(text):
        raise _invalid(text, place, "something follows the array")
    yield from ()


def _invalid(text: str, place: int, what: str) -> IngestError:
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    return IngestError(IngestCode.INVALID_JSON, f"{what} (line {line}, column {column})")
