"""`lookup`: columns of a lookup beside the rows that meet it."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Flag, Name, Renaming, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.knowledge import Lookup as Table
from lynxalert.plan.lookupjoin import Matched, meet
from lynxalert.plan.lookups import found_lookup, lookup_field, missing, put
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the lookup, what it is called among the rows, and whether it replaces what is there."""

    column: str
    name: str
    over: bool


@command
@dataclass(frozen=True, slots=True)
class Lookup:
    """Add columns of a lookup (a file of the folder of lookups) where its fields equal those of the row, to the letter.

    A lookup that the configuration defines may be met by patterns and networks instead. `ip as src` meets the lookup's `ip` by the row's `src`. OUTPUT replaces fields, also by nothing; OUTPUTNEW fills
    those that are missing; without either all other columns are put out. Several matches make multivalues.
    """

    written: tuple[Name | Renaming | Flag, ...] = many((Name, Renaming, Flag), required="a lookup")
    local: bool = option(default=False)  # accepted: there is only this place to look
    update: bool = option(default=False)  # accepted: a changed file is read anew anyway
    stage: Stage | None = None
    EXAMPLES = (("| lookup hosts ip as src OUTPUT owner as src_owner", "who owns the source"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A join with the lookup, one row for each combination of its fields."""
        name, *clauses = self.written
        assert isinstance(name, Name)
        assert self.stage is not None
        table = found_lookup(name, scope)
        if table is None:
            return relation
        flags = [place for place, clause in enumerate(clauses) if isinstance(clause, Flag)]
        pairs = [_pair(clause) for clause in clauses[: flags[0] if flags else None]]
        if not pairs:
            help_ = f"for example `lookup {name.text} {table.columns[0]}`"
            scope.report(Code.SYNTAX, "`lookup` needs a field to meet it by", self.stage.span, help_)
            return relation
        keys = [lookup_field(lookup_name, table, scope) for lookup_name, _ in pairs]
        outputs = self._outputs(clauses, flags, table, [key for key in keys if key], scope)
        known = [key for key in keys if key is not None]
        if len(known) < len(keys) or outputs is None:
            return relation
        on = []
        for _, field in pairs:
            relation, column = missing(relation, field.text, field.span, scope)
            on.append(column)

        def shown(met: Matched) -> Relation:
            relation = met.relation
            for output, column in zip(outputs, met.columns, strict=True):
                relation = put(relation, output.name, column, scope, over=output.over)
            return relation

        columns = [one.column for one in outputs]
        return meet(relation, table, known, on, columns, name.span, scope, shown)

    def _outputs(
        self,
        clauses: list[Name | Renaming | Flag],
        flags: list[int],
        table: Table,
        keys: list[str],
        scope: Scope,
    ) -> list[Output] | None:
        """What is put out, or nothing after reporting a column that does not exist."""
        if not flags:
            return [Output(column, column, over=True) for column in table.columns if column not in keys]
        found: list[Output] = []
        over = True
        for clause in clauses[flags[0] :]:
            if isinstance(clause, Flag):
                over = clause.word == "output"
                continue
            source, target = _pair(clause)
            column = lookup_field(source, table, scope)
            if column is None:
                return None
            found.append(Output(column, target.text, over))
        return found


def _pair(clause: Name | Renaming | Flag) -> tuple[Name, Name]:
    """The lookup's name and the row's."""
    if isinstance(clause, Renaming):
        return clause.source, clause.target
    assert isinstance(clause, Name)
    return clause, clause
