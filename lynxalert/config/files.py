"""A configuration file and what it includes → one table of settings, each setting traceable to its file and place."""

from __future__ import annotations

import pathlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lynxalert.config.mistakes import Found, Mistake, Written
from lynxalert.config.places import Path, places
from lynxalert.lang import Code, Span

SHARED = ("alerts", "channels", "macros")  # what an included file may hold
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass
class Document:
    """The merged table, the files it came from, and what went wrong while reading them."""

    main: Written
    table: dict[str, Any] = field(default_factory=dict)
    files: dict[Path, Written] = field(default_factory=dict)  # whose section an included entry is
    found: list[Found] = field(default_factory=list)

    def locate(self, mistake: Mistake) -> Found:
        """*mistake* with the file and the characters it is about."""
        written = self.files.get(mistake.path[:2], self.main)
        return Found(str(written.name), written.text, mistake, written.place(mistake))


def read(file: pathlib.Path) -> Document:
    """Read *file* and what its `include` names.

    A file that cannot be read or is no TOML becomes a mistake in `found`, never an exception.
    """
    file = file.absolute()
    written, table, found = _one(file, file.name)
    document = Document(written, table, found=found)
    patterns = table.pop("include", [])
    if not (isinstance(patterns, list) and all(isinstance(each, str) for each in patterns)):
        mistake = Mistake(("include",), 'must be a list of file names such as ["alerts/*.toml"]')
        document.found.append(document.locate(mistake))
        return document
    for position, pattern in enumerate(patterns):
        included = list(_matches(file.parent, pattern))
        if not included:
            mistake = Mistake(
                ("include", position),
                f"names no file: {pattern}",
                Code.LINT if "*" in pattern else Code.BAD_INCLUDE,
            )
            document.found.append(document.locate(mistake))
        for each in included:
            name = each.relative_to(file.parent) if each.is_relative_to(file.parent) else each
            _merge(document, each, str(name))
    return document


def _matches(folder: pathlib.Path, pattern: str) -> Iterator[pathlib.Path]:
    """The files that *pattern* names, sorted; the tests that stand beside alerts are not alerts."""
    whole = folder / pattern
    found = sorted(pathlib.Path(whole.anchor).glob(str(whole.relative_to(whole.anchor)))) if pattern else []
    return (each for each in found if each.is_file() and not each.name.endswith(".test.toml"))


def _merge(document: Document, file: pathlib.Path, name: str) -> None:
    written, table, found = _one(file, name)
    document.found += found
    for section, entries in table.items():
        if section not in SHARED or not isinstance(entries, Mapping):
            mistake = Mistake(
                (section,),
                f"cannot stand in an included file; {', '.join(SHARED[:-1])} and {SHARED[-1]} can",
                Code.BAD_INCLUDE,
            )
            document.found.append(Found(name, written.text, mistake, written.place(mistake)))
            continue
        merged = document.table.setdefault(section, {})
        for key, value in entries.items():
            if isinstance(merged, dict) and key not in merged:
                merged[key] = value
                document.files[section, key] = written
                continue
            first = document.files.get((section, key), document.main)
            mistake = Mistake((section, key), f"is already set in {first.name}", Code.BAD_INCLUDE)
            document.found.append(Found(name, written.text, mistake, written.place(mistake)))


def _one(file: pathlib.Path, name: str) -> tuple[Written, dict[str, Any], list[Found]]:
    label = pathlib.PurePath(name)
    try:
        # `tomllib` reads line breaks in this way too, so places agree.
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        mistake = Mistake((), f"cannot be read: {error.strerror}", Code.CONFIG_SYNTAX, whole=True)
        return Written(label, "", {}), {}, [Found(name, "", mistake, Span(0, 0))]
    except UnicodeDecodeError:
        mistake = Mistake((), "is not UTF-8 text", Code.CONFIG_SYNTAX, whole=True)
        return Written(label, "", {}), {}, [Found(name, "", mistake, Span(0, 0))]
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Written(label, text, {}), {}, [_syntax(name, text, error)]
    return Written(label, text, places(text)), table, []


def _syntax(name: str, text: str, error: Exception) -> Found:
    message = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "nested too deeply"
    match = _PLACE.search(message)
    at = max(0, len(text.rstrip()) - 1)
    if match and match[1]:
        lines = text.split("\n")
        at = sum(len(line) + 1 for line in lines[: int(match[1]) - 1]) + int(match[2]) - 1
    sentence = message[: match.start()] if match else message
    mistake = Mistake((), f"not TOML: {sentence[:1].lower()}{sentence[1:]}", Code.CONFIG_SYNTAX, whole=True)
    return Found(name, text, mistake, Span(at, at + 1))
