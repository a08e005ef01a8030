"""`delta`, `accum`: a row and those before it (4)."""

from __future__ import annotations

from lynxalert.lang import ast
from tests.reference.expressions import arithmetic
from tests.reference.stage import Command, Stage
from tests.reference.table import Table, with_fields
from tests.reference.values import number


def delta(table: Table, stage: Stage) -> Table:
    """A field less its value `p` rows before (1)."""
    pair = stage.one(ast.Renaming)
    source = pair.source.text if pair else stage.names[0]
    target = pair.target.text if pair else f"delta({source})"
    back = int(stage.option("p", "1"))
    made = []
    for place, row in enumerate(table.rows):
        before = table.rows[place - back].get(source) if place >= back else None
        made.append(with_fields(row, {target: arithmetic("-", row.get(source), before)}))
    return table.put([target], made)


def accum(table: Table, stage: Stage) -> Table:
    """The running total of the numbers; in its own place what is no number stays, elsewhere it has none."""
    pair = stage.one(ast.Renaming)
    source = pair.source.text if pair else stage.names[0]
    target = pair.target.text if pair else source
    total = 0.0
    made = []
    for row in table.rows:
        read = number(row.get(source))
        total += read or 0.0
        made.append(
            with_fields(
                row, {target: row.get(target if target == source else "") if read is None else number(total)}
            )
        )
    return table.put([target], made)


COMMANDS: dict[str, Command] = {"delta": delta, "accum": accum}
