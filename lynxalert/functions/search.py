"""What `search` asks of a field or of `_raw`. Ignores case, knows wildcards. Null is not true; `search:not` takes it as false."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lynxalert.functions.coerce import Typed, as_number, as_text, is_number_typed
from lynxalert.functions.compare import EXACT, ordered
from lynxalert.functions.nodes import (
    Node,
    binary,
    boolean,
    call,
    coalesce,
    column,
    every,
    ilike,
    is_present,
    lambda_,
    like,
    like_pattern,
    number,
    some,
    text,
    within,
)
from lynxalert.functions.nodes import negate as not_
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.numbers import read_number

FALSE = boolean(value=False)
BORDER = r"[^\p{L}\p{N}]"  # anything but a letter or digit; `_` is a border too
LONGEST_EXPRESSION = 30_000  # characters of alternatives
BREAK = r"[\s\[\]<>(){}|!;,'\"*&?+]"  # Splunk's major breakers


def matches_any(value: Typed, *patterns: Typed) -> Node:
    """Whether *value* fits one of *patterns*, ignoring case."""
    return _matched(value, [str(pattern.value) for pattern in patterns], case_matters=False)


def matches_case(value: Typed, *patterns: Typed) -> Node:
    """Whether *value* fits one of *patterns* to the letter: CASE(x)."""
    return _matched(value, [str(pattern.value) for pattern in patterns], case_matters=True)


def _matched(value: Typed, patterns: list[str], *, case_matters: bool) -> Node:
    def one(node: Node) -> Node:
        return _text_fits(node, patterns, case_matters=case_matters)

    read = {pattern: read_number(pattern) for pattern in patterns}
    numbers = [one for one in read.values() if one is not None and abs(one) < EXACT]
    match value.type:
        case Type.NULL:
            return FALSE
        case Type.INTEGER | Type.FLOAT:
            by_value = [within(value.node, [number(n) for n in numbers])] if numbers else []
            others = [
                one for one in patterns if "*" in one or ((n := read[one]) is not None and abs(n) >= EXACT)
            ]
            by_text = [_text_fits(as_text(value), others, case_matters=False)] if others else []
            return some([*by_value, *by_text])
        case Type.LIST:
            return _any_element(value.node, one)
        case Type.ANY:
            single = [one(as_text(value))]
            if numbers:
                single.append(
                    every([is_number_typed(value), within(as_number(value), [number(n) for n in numbers])])
                )
            return some(single)
        case _:
            return one(as_text(value))


def _any_element(values: Node, one: object) -> Node:
    assert callable(one)
    return binary(">", call("len", call("list_filter", values, lambda_("x", one(column("x"))))), number(0))


def _text_fits(node: Node, patterns: list[str], *, case_matters: bool) -> Node:
    exact = [pattern for pattern in patterns if "*" not in pattern]
    wild = [pattern for pattern in patterns if "*" in pattern]
    found: list[Node] = []
    if exact and case_matters:
        found.append(within(node, [text(pattern) for pattern in exact]))
    elif exact:
        found.append(within(call("lower", node), [call("lower", text(pattern)) for pattern in exact]))
    for pattern in wild:
        escaped = like_pattern(pattern)
        found.append(like(node, text(escaped)) if case_matters else ilike(node, escaped))
    return some(found)


def differs(value: Typed, matched: Node) -> Node:
    """`field!=x`: the field is there and does not match."""
    return every([is_present(value.node), not_(coalesce(matched, FALSE))])


def compares(sign: str, value: Typed, limit: Typed) -> Node:
    """`field<x`: as numbers if both are, else as text; false without the field."""
    read = read_number(str(limit.value))
    if read is not None and value.type.is_number:
        kind = Type.INTEGER if isinstance(read, int) else Type.FLOAT
        limit = Typed(number(read), kind, read)
    return ordered(sign, value, limit)


def word_regex(pattern: str, *, ignore_case: bool, whole: bool = False) -> str:
    """The RE2 pattern of a bare word or phrase: token borders, lifted on a side by a `*` there.

    *whole*: as TERM(x) asks, only what separates terms is a border, not a sign inside one (`.`, `_`, `:`, `/`).
    """
    before, body, after = word_parts(pattern, whole=whole)
    return f"(?s{'i' if ignore_case else ''}){before}{body}{after}"


def word_parts(pattern: str, *, whole: bool) -> tuple[str, str, str]:
    """What a word asks of its left side, itself, and its right side."""
    border = BREAK if whole else BORDER
    body = ".*".join(re.escape(part).replace("\\ ", " ") for part in pattern.strip("*").split("*"))
    before = "" if pattern.startswith("*") else f"(?:^|{border})"
    after = "" if pattern.endswith("*") else f"(?:{border}|$)"
    if pattern and not pattern[0].isalnum() and not whole:
        before = ""  # a word that begins with a border needs none
    if pattern and not pattern[-1].isalnum() and not whole:
        after = ""
    return before, body, after


def word(raw: Typed, values: Typed, pattern: Typed, mode: Typed) -> Node:
    """Whether `_raw`, or a string value of a JSON event, has the word; cheap substring test first."""
    wanted, kind = str(pattern.value), str(mode.value)
    ignore_case, whole = not kind.endswith(":case"), kind.startswith("term")

    def found(node: Node) -> Node:
        longest = max(wanted.split("*"), key=len)
        searched = call("lower", node) if ignore_case else node
        needle = call("lower", text(longest)) if ignore_case else text(longest)
        exact = call("regexp_matches", node, text(word_regex(wanted, ignore_case=ignore_case, whole=whole)))
        bare = wanted.startswith("*") and wanted.endswith("*") and "*" not in wanted.strip("*")
        return (
            call("contains", searched, needle) if bare else every([call("contains", searched, needle), exact])
        )

    inside = [found(side.node) for side in (raw, values) if side.type is Type.TEXT]
    return some(inside)


def any_word(raw: Typed, values: Typed, mode: Typed, *patterns: Typed) -> Node:
    """Whether `_raw`, or a string value of a JSON event, has one of many words: as few expressions as hold them all."""
    kind = str(mode.value)
    flags = "(?s)" if kind.endswith(":case") else "(?si)"
    sides: dict[tuple[str, str], dict[str, None]] = {}
    for pattern in patterns:
        before, body, after = word_parts(str(pattern.value), whole=kind.startswith("term"))
        sides.setdefault((before, after), {})[body] = None
    wanted = [
        text(f"{flags}{before}(?:{'|'.join(chunk)}){after}")
        for (before, after), bodies in sides.items()
        for chunk in chunks(sorted(bodies))
    ]
    inside = [side.node for side in (raw, values) if side.type is Type.TEXT]
    return some([call("regexp_matches", node, expression) for expression in wanted for node in inside])


def chunks(bodies: list[str]) -> Iterator[list[str]]:
    """*bodies* in groups that the engine takes as one expression each."""
    chunk: list[str] = []
    size = 0
    for body in bodies:
        if size + len(body) > LONGEST_EXPRESSION:
            yield chunk
            chunk, size = [], 0
        chunk.append(body)
        size += len(body)
    yield chunk


function("search:any", "v v+", Type.BOOLEAN, matches_any, "Fits a pattern, ignoring case.")
function("search:case", "v v+", Type.BOOLEAN, matches_case, "Fits a pattern to the letter.")
function("search:differs", "v b", Type.BOOLEAN, differs, "Present and not matching.")
function("search:not", "b", Type.BOOLEAN, lambda a: not_(coalesce(a, FALSE)), "Not matching, or absent.")
function("search:word", "v v v v", Type.BOOLEAN, word, "`_raw` has a word between token borders.")
function("search:words", "v v v! v!+", Type.BOOLEAN, any_word, "`_raw` has one of many words.")
for _sign in ("<", "<=", ">", ">="):
    function(
        f"search:{_sign}",
        "v v",
        Type.BOOLEAN,
        lambda value, limit, sign=_sign: compares(sign, value, limit),
        "Compares as numbers if both are, else as text.",
    )
