"""Text such as `service=~"shop|pay.*"` ↔ a matcher of labels, as in Alertmanager. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from lynxalert.errors import LynxError
from lynxalert.lang.quoting import quoted, unquote

LONGEST = 1000  # characters of a pattern
OPERATORS = ("=~", "!~", "!=", "=")

_SPELLED = re.compile(
    r"""\s*(?P<name>[^\s=!~"'{}]+)\s*(?P<op>=~|!~|!=|=)\s*(?P<value>"(?:[^"\\]|\\.)*"|[^\s"]*)\s*""",
    re.DOTALL,
)


class MatcherError(LynxError):
    """A text or pattern that matches nothing because it means nothing."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One claim about one label; a label that is absent is the empty text. Patterns are RE2 and match the whole value."""

    name: str
    op: str
    value: str

    def __post_init__(self) -> None:
        """Refuse what could never be asked.

        Raises:
            MatcherError: an unknown operator, or no pattern.
        """
        if self.op not in OPERATORS:
            raise MatcherError(f"`{self.op[:10]}` is no operator: one of {', '.join(OPERATORS)}")
        if self.op in ("=~", "!~"):
            _pattern(self.value)

    def matches(self, labels: Mapping[str, Any]) -> bool:
        """Whether *labels* are as claimed."""
        value = _text(labels.get(self.name))
        found = bool(_pattern(self.value).fullmatch(value)) if self.op[-1] == "~" else value == self.value
        return found is not self.op.startswith("!")

    def __str__(self) -> str:
        return f"{self.name}{self.op}{quoted(self.value)}"


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, Any]) -> bool:
    """Whether every one of *matchers* holds; none at all do."""
    return all(each.matches(labels) for each in matchers)


def parse_matcher(text: str) -> Matcher:
    """The matcher that *text* spells: a label, one of `=`, `!=`, `=~`, `!~`, and a value, in quotes or bare.

    Raises:
        MatcherError: it spells none.
    """
    found = _SPELLED.fullmatch(text)
    if found is None:
        raise MatcherError("""is no matcher: write it as service="shop" or service=~"shop|pay.*\"""")
    value = found["value"]
    return Matcher(found["name"], found["op"], unquote(value) if value.startswith('"') else value)


@functools.lru_cache(maxsize=1024)
def _pattern(text: str) -> Any:
    if len(text) > LONGEST:
        raise MatcherError(f"is a pattern of more than {LONGEST:,} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args else "not understood"
        raise MatcherError(f"is no pattern that RE2 knows: {reason}") from None


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
