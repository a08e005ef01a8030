"""Functions of text (5). A multivalue is its values joined by line ends."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import urllib.parse
from contextlib import closing

from tests.reference.functions.kinds import Plain, of_texts, strict
from tests.reference.values import Value, number, spelled

FAR = 2**30  # no text is longer; beyond 2^31 SQLite counts anew


def substring(value: Value, start: Value, length: Value = ...) -> Value:
    """`substr`: the manual says that positions follow SQLite's semantics; so ask it."""
    places = [number(start)] if length is ... else [number(start), number(length)]
    if value is None or None in places:
        return None
    marks = ", ".join("?" for _ in places)
    with closing(sqlite3.connect(":memory:")) as sqlite:
        counts = (max(-FAR, min(FAR, int(one or 0))) for one in places)
        found = sqlite.execute(f"SELECT substr(?, {marks})", (spelled(value), *counts))
        return found.fetchone()[0]


def replaced(value: str, pattern: str, by: str) -> str:
    """`replace`: every find; `\\1` is a group."""
    template = re.sub(r"\\(?!\d)", r"\\\\", by).replace("\\0", "\\g<0>")
    return re.sub(pattern, template, value)


PLAIN: dict[str, Plain] = {
    "lower": of_texts(str.lower),
    "upper": of_texts(str.upper),
    "len": of_texts(len),
    "trim": of_texts(lambda value, chars=" \t": value.strip(chars)),
    "ltrim": of_texts(lambda value, chars=" \t": value.lstrip(chars)),
    "rtrim": of_texts(lambda value, chars=" \t": value.rstrip(chars)),
    "substr": substring,
    "replace": of_texts(replaced),
    "urldecode": of_texts(urllib.parse.unquote),
    "md5": of_texts(lambda value: hashlib.md5(value.encode()).hexdigest()),
    "sha1": of_texts(lambda value: hashlib.sha1(value.encode()).hexdigest()),
    "sha256": of_texts(lambda value: hashlib.sha256(value.encode()).hexdigest()),
    "sha512": of_texts(lambda value: hashlib.sha512(value.encode()).hexdigest()),
    "printf": strict(lambda form, *values: spelled(form) % tuple(values)),
}
