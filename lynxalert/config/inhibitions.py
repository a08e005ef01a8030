"""`[[inhibitions]]` → the rules by which one alert keeps another quiet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lynxalert.config.mistakes import Mistake
from lynxalert.config.shape import Section, Texts, read_rest
from lynxalert.lang import Code
from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.matchers import Matcher, MatcherError, parse_matcher


class Rule(Section):
    """Matchers of what inhibits and of what is inhibited, and the labels in which both must be alike."""

    source: Texts = ()
    target: Texts = ()
    equal: Texts = ()


def inhibitions(table: Mapping[str, Any]) -> tuple[tuple[Inhibition, ...], list[Mistake]]:
    """Every rule of the file."""
    raw = table.get("inhibitions", [])
    if not isinstance(raw, list) or not all(isinstance(each, Mapping) for each in raw):
        return (), [Mistake(("inhibitions",), "must be tables: write each as [[inhibitions]]")]
    made, mistakes = [], []
    for place, each in enumerate(raw):
        rule, wrong, bad = read_rest(Rule, each)
        source, odd_source = _matchers(rule.source, "source", bad)
        target, odd_target = _matchers(rule.target, "target", bad)
        mistakes += [one.under("inhibitions", place) for one in (*wrong, *odd_source, *odd_target)]
        made.append(Inhibition(source, target, rule.equal))
    return tuple(made), mistakes


def _matchers(
    texts: tuple[str, ...], name: str, bad: frozenset[str]
) -> tuple[tuple[Matcher, ...], list[Mistake]]:
    if not texts and name not in bad:
        hint = f'{name} = ["severity=critical"]'
        return (), [Mistake((name,), "is required", Code.MISSING_KEY, hint)]
    found, mistakes = [], []
    for place, text in enumerate(texts):
        try:
            found.append(parse_matcher(text))
        except MatcherError as error:
            mistakes.append(Mistake((name, place), str(error)))
    return tuple(found), mistakes
