"""`<name>.test.toml` → what a pack of alerts promises: scripts of events, and the messages that must follow."""

from __future__ import annotations

import datetime as dt
import pathlib
import tomllib
from dataclasses import dataclass
from typing import Any, Literal

import pydantic

from lynxalert.config.shape import Duration, Wait
from lynxalert.errors import LynxError
from lynxalert.events.script import Line, read


class TestFileError(LynxError):
    """A file of tests cannot be read; the message names it and the place."""

    __test__ = False


class Expected(pydantic.BaseModel):
    """One message that must arrive: from which alert, at which channel, of which kind, saying what, when after the start."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    alert: str
    kind: Literal["fired", "changed", "repeated", "resolved", "no_data", "flapping"]
    channel: str | None = None
    contains: tuple[str, ...] = ()
    at: Duration | None = None


class Mute(pydantic.BaseModel):
    """A mute of one alert: from when after the start on, for how long."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    alert: str
    after: Wait = dt.timedelta(0)
    lasts: Duration


class Written(pydantic.BaseModel):
    """One `[[tests]]` as written. No messages at all is a promise too: silence."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str
    events: str
    lasts: Duration
    start: pydantic.AwareDatetime = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
    mutes: tuple[Mute, ...] = ()
    messages: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """One test, its script at hand."""

    name: str
    lines: tuple[Line, ...]
    start: dt.datetime
    lasts: dt.timedelta
    mutes: tuple[Mute, ...]
    messages: tuple[Expected, ...]


def promises(file: pathlib.Path) -> tuple[Promise, ...]:
    """The tests in *file*; scripts are looked for beside it.

    Raises:
        TestFileError: the file is no TOML, a key is wrong, a script is missing.
        ScriptError: a line of a script is wrong.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TestFileError(f"{file}: {error}") from None
    unknown = [key for key in table if key != "tests"]
    if unknown or not isinstance(table.get("tests"), list):
        raise TestFileError(f"{file}: a file of tests has [[tests]] and nothing else")
    return tuple(_promise(file, place, each) for place, each in enumerate(table["tests"]))


def _promise(file: pathlib.Path, place: int, table: Any) -> Promise:
    try:
        written = Written.model_validate(table)
    except pydantic.ValidationError as error:
        wrong = [f"tests[{place}].{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise TestFileError(f"{file}: " + "; ".join(wrong)) from None
    script = file.parent / written.events
    try:
        text = script.read_text(encoding="utf-8")
    except OSError as error:
        raise TestFileError(f"{file}: tests[{place}].events: {error}") from None
    lines = read(text, str(script))
    return Promise(written.name, lines, written.start, written.lasts, written.mutes, written.messages)
