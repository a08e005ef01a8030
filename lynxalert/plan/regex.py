"""Regular expressions as users write them (PCRE), held against what the engine's RE2 can do. Pure."""

from __future__ import annotations

import re

LOOK_AROUND = re.compile(r"(?<!\\)\(\?(<?[=!])")
BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")
ATOMIC = re.compile(r"(?<!\\)\(\?>|(?<!\\)[*+?}]\+")
GROUP = re.compile(r"(?<!\\)((?:\\\\)*)\(\?<([A-Za-z_]\w*)>")
NAMES = re.compile(r"(?<!\\)(?:\\\\)*\(\?P?<([A-Za-z_]\w*)>")


def named_groups_fixed(pattern: str) -> str:
    r"""*pattern* with `(?<name>` as the `(?P<name>` that RE2 knows, and `\Z` as `\z`."""
    return GROUP.sub(r"\1(?P<\2>", pattern).replace("\\Z", "\\z")


def group_names(pattern: str) -> tuple[str, ...]:
    """The names of the groups, in order."""
    return tuple(NAMES.findall(pattern))


def complain(pattern: str) -> tuple[str, str | None] | None:
    """What is wrong with *pattern* as (message, help), or nothing."""
    if LOOK_AROUND.search(pattern):
        help_ = "match what surrounds it in the pattern itself, or filter with a second `where match(…)`"
        return "the regular expression uses look-around, which is not offered", help_
    if ATOMIC.search(pattern):
        return (
            "the regular expression uses an atomic group or possessive quantifier, which is not offered",
            "drop the `+` or `?>`",
        )
    if BACK_REFERENCE.search(pattern):
        return "the regular expression refers back to a group, which is not offered", None
    flags = re.match(r"\(\?([a-zA-Z]+)\)", pattern)
    body = pattern[flags.end() :] if flags else pattern
    try:
        re.compile(python_spelling(body))
    except re.error as error:
        return f"not a regular expression: {error.msg}", None
    return None


def python_spelling(pattern: str) -> str:
    """*pattern* so that Python's `re` can judge its syntax: flags in the middle and Unicode classes are legal in RE2."""
    pattern = re.sub(r"\(\?[imsU]+\)", "", named_groups_fixed(pattern))
    pattern = re.sub(r"\(\?[imsU]+:", "(?:", pattern)
    pattern = re.sub(r"\\[pP](\{\^?\w+\}|\w)", "x", pattern)
    return (
        re.sub(r"\[\[:\^?\w+:\]\]", "x", pattern).replace("\\z", "\\Z").replace("\\Q", "").replace("\\E", "")
    )


def group_numbers(pattern: str) -> tuple[tuple[str, int], ...]:
    """Every named group with its number among all groups, in order."""
    compiled = re.compile(python_spelling(pattern))
    return tuple(sorted(compiled.groupindex.items(), key=lambda item: item[1]))
