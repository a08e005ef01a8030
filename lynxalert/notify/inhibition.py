"""What fires elsewhere → why an instance stays quiet: rules as in Alertmanager. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.notify.matchers import Matcher, all_match

Labels: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an instance that *source* matches fires, those that *target* matches are not told.

    Only where both have the same values of the labels in *equal*; two that lack one are equal in it. An instance that
    both sides match is not inhibited by one for which the same is true, itself included.
    """

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()

    def inhibits(self, labels: Labels, firing: Iterable[Labels]) -> bool:
        """Whether one of *firing* keeps the instance with *labels* quiet."""
        return self.inhibitor(labels, firing) is not None

    def inhibitor(self, labels: Labels, firing: Iterable[Labels]) -> Labels | None:
        """The first of *firing* that keeps the instance with *labels* quiet."""
        if not all_match(self.target, labels):
            return None
        both = all_match(self.source, labels)
        sounding = (
            each
            for each in firing
            if all_match(self.source, each) and not (both and all_match(self.target, each))
        )
        return next(
            (each for each in sounding if all(each.get(name) == labels.get(name) for name in self.equal)),
            None,
        )
