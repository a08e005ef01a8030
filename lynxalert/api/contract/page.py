"""An OpenAPI document → a page for people: one HTML text, no script, nothing from elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, TypeAlias

from lynxalert.api.contract.notation import Notation

Document: TypeAlias = Mapping[str, Any]
Offered: TypeAlias = "dict[str, tuple[list[str], Document]]"

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --mark: light-dark(#0b57d0, #8ab4f8) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 2rem 1rem 6rem }
h1, h2 { line-height: 1.2 } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line) }
nav a { margin-right: .9rem; white-space: nowrap } a { color: var(--mark); text-decoration: none }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } summary code { font-weight: 600 } summary span { opacity: .75; margin-left: .6rem }
code, pre { font: 13.5px/1.45 ui-monospace, monospace } pre { background: var(--soft); padding: .7rem; overflow-x: auto }
table { border-collapse: collapse; width: 100% } td { border-top: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top }
.method { color: var(--mark) }
"""


def page(document: Document) -> str:
    """The whole page."""
    notation = Notation(document["components"])
    tags = [each["name"] for each in document["tags"]]
    links = " ".join(f'<a href="#{_anchor(each)}">{escape(each)}</a>' for each in tags)
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width"><title>LynxAlert: HTTP interface</title>',
        f"<style>{STYLE}</style><h1>LynxAlert {escape(info['version'])}: HTTP interface</h1>",
        *(f"<p>{_marked(each)}</p>" for each in info["description"].split("\n\n")),
        '<p>The same for programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>',
        f"<nav>{links}</nav>",
    ]
    for tag in document["tags"]:
        parts.append(f'<h2 id="{_anchor(tag["name"])}">{escape(tag["name"])}</h2>')
        parts.append(f"<p>{_marked(tag['description'])}</p>")
        parts += _section(document, tag["name"], notation)
    return "\n".join(parts) + "\n"


def _section(document: Document, tag: str, notation: Notation) -> Iterator[str]:
    for addresses, operation in _offered(document, tag).values():
        head, *others = addresses
        method, _, path = head.partition(" ")
        shown = f'<code><b class="method">{method}</b> {escape(path)}</code>'
        yield f"<details><summary>{shown}<span>{_marked(operation['summary'])}</span></summary>"
        if others:
            also = ", ".join(f"<code>{escape(each)}</code>" for each in others)
            yield f"<p>Also {also}.</p>"
        yield from (f"<p>{_marked(each)}</p>" for each in operation["description"].split("\n\n"))
        yield from _parameters(operation, notation)
        if "requestBody" in operation:
            yield from _content("Body", operation["requestBody"], notation)
        yield from _replies(document, operation, notation)
        yield "</details>"


def _offered(document: Document, tag: str) -> Offered:
    """The operations of *tag* by name, each with every address; the first is the one to use."""
    found: Offered = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                name = operation["operationId"].rstrip("0123456789").rstrip("_")
                found.setdefault(name, ([], operation))[0].append(f"{method.upper()} {path}")
    return found


def _parameters(operation: Document, notation: Notation) -> Iterator[str]:
    rows = [
        f"<tr><td><code>{escape(each['name'])}</code><td>{each['in']}<td><code>{escape(notation.of(each['schema']))}</code>"
        f"<td>{_marked(each.get('description') or each['schema'].get('description', ''))}"
        for each in operation.get("parameters", ())
    ]
    if rows:
        yield "<table>" + "".join(rows) + "</table>"


def _replies(document: Document, operation: Document, notation: Notation) -> Iterator[str]:
    refused = []
    for status, reply in operation["responses"].items():
        if "$ref" in reply:
            said = document["components"]["responses"][reply["$ref"].rpartition("/")[2]]
            refused.append(f"<tr><td><b>{status}</b><td>{_marked(said['description'])}")
        else:
            yield from _content(f"{status} {reply['description']}", reply, notation)
    if refused:
        yield "<table>" + "".join(refused) + "</table>"


def _content(title: str, holder: Document, notation: Notation) -> Iterator[str]:
    content = holder.get("content", {})
    media = ", ".join(content)
    yield f"<p><b>{_marked(title)}</b> {escape(media)}</p>"
    shapes = list(dict.fromkeys(notation.of(each["schema"]) for each in content.values()))
    yield from (f"<pre>{escape(each)}</pre>" for each in shapes if each != "any")


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _marked(text: str) -> str:
    """*text* with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{each}</code>" if place % 2 else each for place, each in enumerate(parts))
