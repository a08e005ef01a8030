"""docs/language.md and docs/errors.md are made from the code; these tests say when they are not current.

`make golden` writes them again.
"""

from __future__ import annotations

import inspect
import pathlib

import pytest

from lynxalert.engine.compiler import AGGREGATES, COMMANDS, FUNCTIONS
from lynxalert.lang import Code
from tests import goldens

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"


def current(name: str, text: str, request: pytest.FixtureRequest) -> None:
    file = DOCS / name
    if request.config.getoption("--golden-rewrite"):
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def documented(cls: type) -> str:
    return " ".join((inspect.getdoc(cls) or "").split())


def language() -> str:
    lines = [
        "# The language: commands, functions, aggregations",
        "",
        "Made from the code. How the parts fit together is said in the README; what the grammar allows stands in `grammar/`.",
        "",
        "## Commands",
        "",
    ]
    for name, cls in COMMANDS.items():
        lines += [f"### {name}", "", documented(cls), ""]
        for query, answer in cls.EXAMPLES:
            lines += [f"`{query}`: {answer}", ""]
    lines += ["## Functions", "", "| function | what it gives | example |", "|---|---|---|"]
    for name, function in FUNCTIONS.items():
        if name.isidentifier():
            example = f"`{function.example.text}` → `{function.example.value!r}`" if function.example else ""
            lines.append(f"| {name} | {function.doc} | {example} |".replace("\n", " "))
    lines += ["", "## Aggregations", "", "| aggregation | what it gives |", "|---|---|"]
    lines += [f"| {name} | {aggregate.doc} |" for name, aggregate in AGGREGATES.items()]
    return "\n".join(lines) + "\n"


def errors() -> str:
    found: dict[str, str] = {}
    for path in goldens.cases("errors"):
        case = goldens.load(path, rewrite=False)
        text = case.get("error") or case.get("warnings")
        for code in Code:
            if f"[{code}]" in text and str(code) not in found:
                found[str(code)] = text
    lines = ["# Codes of mistakes", "", "Made from the code; each with an example of what is shown.", ""]
    for code in Code:
        lines += [
            f"## {code}",
            "",
            f"{code.name.replace('_', ' ').capitalize()}, a{'n' if code.severity == 'error' else ''} {code.severity}.",
            "",
        ]
        if str(code) in found:
            lines += ["```", found[str(code)], "```", ""]
    return "\n".join(lines)


def test_the_language_page_is_current(request: pytest.FixtureRequest) -> None:
    current("language.md", language(), request)


def test_the_page_of_codes_is_current(request: pytest.FixtureRequest) -> None:
    current("errors.md", errors(), request)


def test_every_channel_and_protocol_has_its_page() -> None:
    for kind, package in (("channels", "notify/channels"), ("protocols", "ingest/protocols")):
        modules = (ROOT / "lynxalert" / package).glob("[!_]*.py")
        assert [path.stem for path in modules if not (DOCS / kind / f"{path.stem}.md").exists()] == []
