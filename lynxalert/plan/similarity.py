"""Texts → groups of those that are alike. Pure; what `cluster` and `patterns` compute.

Both go through the texts in order and put each to the first group that it is like enough, or begin a new one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lynxalert.errors import LynxError

ANY = "<*>"
TERM = r"[^0-9A-Za-z_]+"  # what stands between terms, unless other delimiters are given
GRAM = 3
# Every text is compared with every group: bounds on what that costs.
MOST_TEXTS, MOST_GROUPS, MOST_KIN = 20_000, 1_000, 200


class TooManyTexts(LynxError):
    """More different texts, or groups of them, than can be compared."""


def term_list(first: Sequence[str], second: Sequence[str]) -> float:
    """The share of places at which both have the same term."""
    longer = max(len(first), len(second))
    same = sum(one == other for one, other in zip(first, second, strict=False))
    return same / longer if longer else 1.0


def overlap(first: Sequence[str], second: Sequence[str]) -> float:
    """The share of all different terms that both have, wherever they stand."""
    ours, theirs = frozenset(first), frozenset(second)
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 1.0


def grams(text: str) -> list[str]:
    """Every run of three characters."""
    return [text[place : place + GRAM] for place in range(max(1, len(text) - GRAM + 1))]


def terms(text: str, delimiters: str = "") -> list[str]:
    """What stands between the *delimiters*: one or more of these characters, or of all but letters, digits, `_`."""
    between = f"[{re.escape(delimiters)}]+" if delimiters else TERM
    return [term for term in re.split(between, text) if term]


Likeness = Callable[[Sequence[str], Sequence[str]], float]
KINDS: dict[str, Likeness] = {"termlist": term_list, "termset": overlap, "ngramset": overlap}


def labelled(
    texts: Iterable[str | None], split: Callable[[str], Sequence[str]], likeness: Likeness, threshold: float
) -> list[int | None]:
    """For each text the number of its group, from 1; what is no text is in none.

    Raises:
        TooManyTexts: more different texts, or groups, than can be compared.
    """
    known: dict[str, int] = {}
    groups: list[Sequence[str]] = []
    labels: list[int | None] = []
    for text in texts:
        if text is None:
            labels.append(None)
            continue
        if text not in known:
            parts = split(text)
            if len(known) >= MOST_TEXTS or len(groups) >= MOST_GROUPS:
                raise TooManyTexts
            near = (number for number, first in enumerate(groups, 1) if likeness(first, parts) >= threshold)
            number = next(near, None)
            if number is None:
                groups.append(parts)
                number = len(groups)
            known[text] = number
        labels.append(known[text])
    return labels


@dataclass(slots=True)
class Template:
    """Words that texts share at their places, `<*>` where they differ, and how many texts there are."""

    words: list[str]
    count: int
    sample: str

    @property
    def text(self) -> str:
        """The template as one text."""
        return " ".join(self.words)


def templates(texts: Iterable[tuple[str, int, str]], threshold: float) -> list[Template]:
    """The templates of *texts*, given with their counts and a sample, the commonest first.

    A text belongs to a template with as many words, the same first one and at least the share *threshold* of
    words that are the same.
    """
    found: dict[tuple[int, str], list[Template]] = defaultdict(list)
    for text, count, sample in texts:
        words = text.split()
        kin = found[len(words), words[0] if words else ""]
        near = next((one for one in kin[:MOST_KIN] if term_list(one.words, words) >= threshold), None)
        if near is None:
            kin.append(Template(words, count, sample))
            continue
        near.words = [one if one == other else ANY for one, other in zip(near.words, words, strict=True)]
        near.count += count
    every = [one for kin in found.values() for one in kin]
    return sorted(every, key=lambda one: (-one.count, one.text))
