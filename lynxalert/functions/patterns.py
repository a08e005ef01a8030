"""Regular expressions and wildcards over text. RE2 in the engine: no look-around, no back-references."""

from __future__ import annotations

import re

from lynxalert.functions.coerce import Typed, attempt
from lynxalert.functions.nodes import Node, binary, call, case, like, literal_value, null, number, text
from lynxalert.functions.table import function
from lynxalert.plan import Type
from lynxalert.plan.places import placed
from lynxalert.plan.regex import named_groups_fixed, python_spelling

DIRECT_GROUPS = 9  # the engine's regexp_extract knows no further ones
MATCH_LIMIT = 10_000  # values that one row can yield


def pattern_text(node: Node) -> Node:
    """A literal pattern in the engine's spelling; any other node as it is."""
    known = literal_value(node)
    return text(named_groups_fixed(known)) if known is not None else node


def matches(value: Node, pattern: Node) -> Node:
    """Whether the pattern is found anywhere."""
    found = call("regexp_matches", value, pattern_text(pattern))
    return found if literal_value(pattern) is not None else attempt(found)


def replaced(value: Node, pattern: Node, replacement: Node) -> Node:
    r"""Every find of the pattern replaced; `\1` stands for a group."""
    known, put = literal_value(pattern), literal_value(replacement)
    if known is not None and put is not None:
        return call("regexp_replace", value, pattern_text(pattern), text(rewrite(put, known)), text("g"))
    return attempt(call("regexp_replace", value, pattern_text(pattern), replacement, text("g")))


def rewrite(replacement: str, pattern: str) -> str:
    r"""A replacement as the engine reads it: a backslash before anything but a group's number is one."""
    groups = re.compile(python_spelling(pattern)).groups

    def one(found: re.Match[str]) -> str:
        following = found[1]
        if following in "0123456789" and following:
            return found[0] if int(following) <= groups else ""
        return r"\\" if following in ("", "\\") else r"\\" + following

    return re.sub(r"\\(.|$)", one, replacement, flags=re.DOTALL | re.ASCII)


def like_escaped(value: Node, pattern: Node) -> Node:
    """LIKE with `%` and `_`; in a literal pattern a backslash before them makes them literal."""
    known = literal_value(pattern)
    if known is None:
        return like(value, call("replace", pattern, text("\\"), text("\\\\")))
    return like(value, text(re.sub(r"\\(?![%_\\])", r"\\\\", known)))


function(
    "match",
    "t t",
    Type.BOOLEAN,
    matches,
    "Whether the regular expression is found anywhere; letters count unless `(?i)`.",
    ('match("error 500", "\\d+")', True),
    pattern=1,
)
function(
    "like",
    "t t",
    Type.BOOLEAN,
    like_escaped,
    "Whether the whole text fits a pattern of `%` (any run) and `_` (one character).",
    ('like("error", "err%")', True),
)
function(
    "replace",
    "t t t",
    Type.TEXT,
    replaced,
    "Every find of the regular expression replaced; `\\1` is a group.",
    ('replace("a-b-c", "-", "+")', "a+b+c"),
    pattern=1,
)


def first_group(value: Node, pattern: Typed, number_: Typed, _count: Typed) -> Node:
    """What a group caught in the first match; nothing without a match, or when it caught nothing."""
    known, group = text(named_groups_fixed(str(pattern.value))), int(str(number_.value))
    if group <= DIRECT_GROUPS:
        found = call("regexp_extract", value, known, number(group))
    else:
        found = call("list_extract", call("regexp_extract_all", value, known, number(group)), number(1))
    return call("nullif", found, text(""))


def every_group(value: Node, pattern: Typed, number_: Typed, count: Typed) -> Node:
    """What a group caught in every match, up to *count* (0: all)."""
    known = text(named_groups_fixed(str(pattern.value)))
    found = call("regexp_extract_all", value, known, number(int(str(number_.value))))
    most = int(str(count.value)) or MATCH_LIMIT
    cut = call("list_slice", found, number(1), number(most))
    return case((binary(">", call("len", found), number(0)), cut))


def group_places(value: Node, pattern: Typed) -> Node:
    """Where the groups of the first match stand, counted from 0: `name=first-last`, joined by `&`."""
    known, groups = placed(named_groups_fixed(str(pattern.value)))
    whole = text(f"^((?s:.*?))(?:{known})")

    def length(group: int) -> Node:
        return call(
            "length", call("list_extract", call("regexp_extract_all", value, whole, number(group)), number(1))
        )

    shown = []
    for group in groups:
        start = length(1)
        for before in group.before:
            start = binary("+", start, length(before + 1))
        size = length(group.number + 1)
        last = binary("-", binary("+", start, size), number(1))
        said = call("concat", text(f"{group.name}="), start, text("-"), last)
        shown.append(case((binary(">", size, number(0)), said)))
    return call("nullif", call("concat_ws", text("&"), *shown), text("")) if shown else null()


def rewritten(value: Node, pattern: Typed, replacement: Typed, flags: Typed) -> Node:
    """Sed's `s/…/…/`: the first find, every one with `g`, ignoring case with `i`."""
    written = str(flags.value)
    plain = str(replacement.value).replace("\\/", "/")
    put = re.sub(r"\\\\|\\&|&", lambda sign: {"&": r"\0", r"\&": "&"}.get(sign[0], sign[0]), plain)
    found = named_groups_fixed(str(pattern.value)).replace("\\/", "/")
    put = rewrite(put, found)
    if "i" in written:
        found = f"(?i){found}"
    options = [text("g")] if "g" in written else []
    return call("regexp_replace", value, text(found), text(put), *options)


def translated(value: Node, old: Typed, new: Typed) -> Node:
    """Sed's `y/…/…/`: characters one for one."""
    return call("translate", value, text(str(old.value)), text(str(new.value)))


function("rex:first", "t v! v! v!", Type.TEXT, first_group, "A group of the first match.")
function("rex:every", "t v! v! v!", Type.LIST, every_group, "A group of every match.")
function("rex:places", "t v!", Type.TEXT, group_places, "Where groups of the first match stand.")
function("rex:sed", "t v! v! v!", Type.TEXT, rewritten, "A substitution.")
function("rex:translate", "t v! v!", Type.TEXT, translated, "Characters exchanged.")
