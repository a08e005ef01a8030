"""`cluster`: events that read alike, as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.beside import Computed, Row, beside, only
from lynxalert.plan.command import BadOption, choice, command, option
from lynxalert.plan.neighbours import known
from lynxalert.plan.numbers import read_number
from lynxalert.plan.relation import Relation
from lynxalert.plan.rows import text_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.similarity import (
    KINDS,
    MOST_GROUPS,
    MOST_TEXTS,
    TooManyTexts,
    grams,
    labelled,
    terms,
)

FIRST = "\0first"  # no field is called so


def share(text: str) -> float:
    """A number above 0 and below 1."""
    read = read_number(text)
    if read is None or not 0 < read < 1:
        raise BadOption("a number above 0 and below 1")
    return float(read)


@command
@dataclass(frozen=True, slots=True)
class Cluster:
    """Group the events whose texts are alike, and keep the first of each group, with its number as `cluster_label`.

    A text belongs to the first group whose first text it is like: at least `t` (0.8) of the terms are the same at
    the same place (`match=termlist`), of all terms anywhere (`termset`), or of all runs of three characters
    (`ngramset`). `showcount=t` adds the size of the group; `labelonly=t` keeps all events. `field` is the text
    (`_raw`), `delims` the characters between terms (all but letters, digits and `_`). Up to 20,000 different texts.
    """

    t: float = option(0.8, share)
    field: str = option("_raw")
    match: str = option("termlist", choice(*KINDS))
    delims: str = option("")
    showcount: bool = option(default=False)
    labelonly: bool = option(default=False)
    countfield: str = option("cluster_count")
    labelfield: str = option("cluster_label")
    stage: Stage | None = None
    EXAMPLES = (
        ("level=error | cluster showcount=t | sort -cluster_count", "which kinds of errors there are"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Labels when the events are known, and perhaps a filter."""
        assert self.stage is not None
        column = known(relation, Name(self.field, self.stage.span), scope)
        if column is None:
            return relation
        split = grams if self.match == "ngramset" else partial(terms, delimiters=self.delims)

        def compute(rows: Sequence[Row]) -> Computed:
            values = (row[column.name] for row in rows)
            texts = [None if value is None else text_of(value) for value in values]
            try:
                labels = labelled(texts, split, KINDS[self.match], self.t)
            except TooManyTexts:
                self._refuse(scope)
                labels = [None] * len(texts)
            sizes = Counter(labels)
            made: dict[str, Sequence[object]] = {self.labelfield: labels}
            if self.showcount:
                made[self.countfield] = [None if label is None else sizes[label] for label in labels]
            if not self.labelonly:
                places = {label: place for place, label in reversed([*enumerate(labels)])}
                made[FIRST] = [
                    label is not None and places[label] == place for place, label in enumerate(labels)
                ]
            return made

        if self.labelonly:
            return beside(relation, "cluster", [column], scope, compute)
        return beside(relation, "cluster", [column], scope, compute, then=lambda found: only(found, FIRST))

    def _refuse(self, scope: Scope) -> None:
        assert self.stage is not None
        message = f"more than {MOST_TEXTS:,} different texts, or {MOST_GROUPS:,} groups of them"
        help_ = "choose fewer events or a lower t; `patterns` leaves out what differs"
        scope.report(Code.TOO_LARGE, message, self.stage.name_span, help_)
