"""Quoted text ↔ its value: the backslash rules, both ways."""

from __future__ import annotations

import re

ESCAPE = re.compile(r'\\(["\\|])')
NAME_ESCAPE = re.compile(r"\\(['\\|])")


def unescape(text: str) -> str:
    r"""What a text says: `\"`, `\\` and `\|` lose the backslash, any other `\x` stays."""
    return ESCAPE.sub(r"\1", text) if "\\" in text else text


def unquote(text: str) -> str:
    """The value of a text in double quotes or a field in single quotes, quotes included in *text*."""
    if text[0] == '"':
        return unescape(text[1:-1])
    return NAME_ESCAPE.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def escape(value: str, quote: str = '"') -> str:
    r"""*value* such that `unquote` gives it back; a backslash is doubled only where it would be lost."""
    doubled = re.sub(rf"\\(?=[{quote}\\|]|$)", r"\\\\", value)
    return doubled.replace(quote, "\\" + quote)


def quoted(value: str, quote: str = '"') -> str:
    """*value* between quotes."""
    return f"{quote}{escape(value, quote)}{quote}"
