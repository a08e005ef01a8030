"""Text → its `key=value` pairs, as Splunk's automatic extraction and logfmt find them. Values stay text."""

from __future__ import annotations

import re

# A value in double quotes ends at the first quote that no backslash stands before.
DOUBLE = r'"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"'
# A value in single quotes must end before a border: `msg=can't` has none.
SINGLE = r"'(?P<single>[^']*)'(?=[\s,;|&)\]}]|$)"
# An unquoted value ends at a blank or bar; at a comma, semicolon or ampersand only before a blank or the next pair,
# and not at all in the query of an address.
BARE = r"""(?P<bare>(?:[^\s,;|&"?]|[,;&](?![\s,;|&]|[A-Za-z_@][\w.\-]*=|$)|\?[^\s|"]*)+)"""
PAIR = re.compile(rf"(?<![\w.])(?P<key>[A-Za-z_@][\w.\-]*)=(?!=)(?:{DOUBLE}|{SINGLE}|{BARE})", re.DOTALL)
ESCAPE = re.compile(r'\\(["\\])')
CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<", "'": "'"}


def pairs(text: str) -> dict[str, str]:
    r"""The fields of *text*; the last of duplicate keys wins.

    `key="…"` loses the backslash of `\"` and `\\`. Pairs inside a value in single quotes count too
    (`msg='op=login res=failed'`). A key without a value gives no field.
    """
    fields: dict[str, str] = {}
    if "=" in text:
        _collect(text, fields)
    return fields


def _collect(text: str, fields: dict[str, str]) -> None:
    for match in PAIR.finditer(text):
        key = match["key"]
        double, single, bare = match.group("double", "single", "bare")
        if double is not None:
            fields[key] = ESCAPE.sub(r"\1", double) if "\\" in double else double
        elif single is not None:
            fields[key] = single
            if "=" in single:
                _collect(single, fields)
        else:
            value = _trim(bare)
            if value:
                fields[key] = value


def _trim(value: str) -> str:
    """Without a closing bracket or quote that opened before the key."""
    while value and value[-1] in CLOSERS:
        last = value[-1]
        opened = value[:-1].count(CLOSERS[last])
        closed = value[:-1].count(last) if last != "'" else 0
        if opened > closed:
            break
        value = value[:-1]
    return value
