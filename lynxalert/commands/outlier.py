"""`outlier`: numbers far from the middle, drawn in or taken out."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang.ast import Name
from lynxalert.plan.command import choice, command, many, option
from lynxalert.plan.quartiles import drawn_in, multiple
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@command
@dataclass(frozen=True, slots=True)
class Outlier:
    """Draw in (`action=transform`) or take out (`action=remove`) the numbers of fields that lie far from their quartiles.

    Far is `param` (2.5) times the distance between the quartiles above the third, with `uselower=t` also below the
    first. Transformed numbers become that bound, with `mark=t` with 000 before them; removed ones leave their row
    without the value. Of all fields of numbers, or of those named.
    """

    names: tuple[Name, ...] = many(Name)
    type: str = option("iqr", choice("iqr"))
    action: str = option("transform", choice("transform", "tf", "remove", "rm"))
    param: float = option(2.5, multiple)
    uselower: bool = option(default=False)
    mark: bool = option(default=False)
    EXAMPLES = (
        ("| timechart span=5m max(duration) | outlier", "a chart that one slow request does not flatten"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """Bounds from quartiles over all rows, then an extension."""
        return drawn_in(
            relation,
            self.names,
            scope,
            param=self.param,
            below=self.uselower,
            remove=self.action in ("remove", "rm"),
            mark=self.mark,
        )
