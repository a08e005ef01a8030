"""Values → the HTML of a small page. Every text is escaped here, and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from lynxalert.api.errors import ApiError
from lynxalert.notify.facts import plain
from lynxalert.notify.filters import text_of
from lynxalert.notify.markup import cut, one_line

# Nothing is loaded from elsewhere, nothing runs, nobody may frame it, and its address is not passed on.
SAFE: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "h1{font-size:1.3rem;margin:0}.state{font-weight:700}.firing{color:#b3261e}.ok{color:#1b6e3c}.quiet{color:#666}"
    "pre,code{background:#f2f2f2;padding:.1rem .3rem}pre{overflow-x:auto;padding:.6rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #ddd;padding:.2rem .5rem;text-align:left}"
    "button{font:inherit;padding:.5rem 1.2rem;margin:.2rem .3rem .2rem 0}input{font:inherit;padding:.3rem;max-width:100%}"
    "img{max-width:100%;height:auto}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre,code{background:#2a2a2a}"
    "td,th{border-color:#444}.firing{color:#ff8a80}.ok{color:#7bd88f}.quiet{color:#999}}"
)
LONGEST_CELL = 500


def text(value: Any, longest: int = 2000) -> str:
    """*value* as text, escaped; texts of the outside on one line."""
    return html.escape(cut(one_line(text_of(plain(value))), longest))


def block(lines: Iterable[str]) -> str:
    """Lines as they are."""
    return "<pre>" + "\n".join(text(line) for line in lines) + "</pre>"


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """*rows* with a heading; nothing for none."""
    if not rows:
        return ""
    head = "".join(f"<th>{text(name, 100)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{text(row.get(name), LONGEST_CELL)}</td>" for name in columns) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def facts(pairs: Iterable[tuple[str, Any]]) -> str:
    """What is known, a line each; what is empty is left out."""
    return "".join(
        f"<p>{text(name)}: <code>{text(value)}</code></p>" for name, value in pairs if value not in (None, "")
    )


def page(
    title: str, *parts: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A page of *parts*, which are HTML; the title is a text."""
    shown = text(title, 200)
    whole = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{shown}</title><style>{STYLE}</style><h1>{shown}</h1>{''.join(parts)}</html>"
    )
    return web.Response(
        status=status, text=whole, content_type="text/html", headers={**SAFE, **(headers or {})}
    )


def refusal(error: ApiError) -> web.Response:
    """What went wrong, for a person."""
    hint = f"<p>{text(error.suggestion)}</p>" if error.suggestion else ""
    return page(str(error), hint, status=error.status, headers=error.headers)
