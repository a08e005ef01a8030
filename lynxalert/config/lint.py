"""A parsed query and its alert's fields → what will go wrong with them although every part is right."""

from __future__ import annotations

from lynxalert.config.definition import AlertDefinition
from lynxalert.config.impossible import impossible
from lynxalert.config.mistakes import Mistake
from lynxalert.lang import Code
from lynxalert.lang.ast import (
    Aggregation,
    Binary,
    By,
    Condition,
    Field,
    Literal,
    Pattern,
    Query,
    Stage,
    Terms,
    Word,
)

# These begin a query with what they name themselves.
_STARTS = frozenset(
    (
        "datamodel",
        "from",
        "gentimes",
        "inputlookup",
        "makeresults",
        "mstats",
        "multisearch",
        "tstats",
        "union",
    )
)

# After these a row is still there; after anything else it may be gone.
_KEEPS_ROWS = frozenset(
    [
        "accum",
        "autoregress",
        "compare",
        "addinfo",
        "addtotals",
        "convert",
        "delta",
        "eval",
        "eventstats",
        "fieldformat",
        "fields",
        "fillnull",
        "foreach",
        "lookup",
        "makemv",
        "mvcombine",
        "nomv",
        "outlier",
        "rangemap",
        "rename",
        "replace",
        "rex",
        "sort",
        "spath",
        "strcat",
        "streamstats",
        "table",
        "transpose",
        "trendline",
    ]
)


def lint(query: Query, definition: AlertDefinition, name: str) -> list[Mistake]:
    """The mistakes of *query*, which stands in the setting *name*: one that can only fire is refused, the rest is said."""
    found = [*impossible(query, name), *_everything(query, name)]
    if (definition.when or {}).get("type", "any_rows") != "any_rows":
        return found
    return found + _of_rows(query, definition, name)


def _of_rows(query: Query, definition: AlertDefinition, name: str) -> list[Mistake]:
    """What is said where every row that survives fires."""
    stages = query.stages
    last = max((place for place, stage in enumerate(stages) if stage.command == "stats"), default=None)
    if last is None:
        return []
    aggregate, after = stages[last], stages[last + 1 :]
    if not _keys(aggregate) and all(stage.command in _KEEPS_ROWS for stage in after):
        return [
            Mistake(
                (name,),
                ": it always leaves a row, so the alert would always fire",
                Code.BAD_QUERY,
                f"end it with a condition, such as | where {_outputs(aggregate)[0]} > 100",
                aggregate.span,
            )
        ]
    counts = {output for output in _outputs(aggregate) if output in _counts(aggregate)}
    return [
        found
        for stage in after
        if stage.command == "where"
        and (compared := _compared(stage)) is not None
        and compared[0].name in counts
        for found in _low(name, stage, compared, definition, grouped=bool(_keys(aggregate)))
    ]


def _everything(query: Query, name: str) -> list[Mistake]:
    """What is said of a query that begins with all events there are."""
    first = query.stages[0] if query.stages else None
    if first is None or first.command in _STARTS or (first.command == "search" and not _is_all(first)):
        return []
    text = ": it looks at every event of the index"
    hint = "name what it is about, such as source=app or level=error"
    return [Mistake((name,), text, Code.LINT, hint, first.span)]


def _is_all(stage: Stage) -> bool:
    match stage.clauses:
        case (Terms(term=Word(pattern=Pattern(text="*"))),):
            return True
    return False


def _low(
    name: str, stage: Stage, compared: tuple[Field, str, float], definition: AlertDefinition, *, grouped: bool
) -> list[Mistake]:
    """What is said of `where count < n`, and of a count that is never less."""
    field, operator, limit = compared
    none_at_all = (operator == "<" and limit <= 1) or (operator in {"<=", "="} and limit <= 0)
    if grouped and none_at_all:
        text = f": {field.name} {operator} {limit:g} never holds, because a group without events has no row"
        hint = 'use when = { type = "no_data" } with expect = [...]'
        return [Mistake((name,), text, Code.LINT, hint, stage.span)]
    if (operator == ">" and limit < 0) or (operator == ">=" and limit <= 0):
        text = f": {field.name} {operator} {limit:g} always holds, so the alert always fires"
        return [Mistake((name,), text, Code.LINT, None, stage.span)]
    low = operator in {"<", "<="} or (operator == "=" and limit == 0)
    if low and not definition.delay:
        text = ": events that arrive late make this fire"
        hint = 'give them time with delay = "1m"'
        return [Mistake((name,), text, Code.LINT, hint, stage.span)]
    return []


def _compared(stage: Stage) -> tuple[Field, str, float] | None:
    """`where field < number`, and nothing else."""
    expression = next((each.expression for each in stage.clauses if isinstance(each, Condition)), None)
    match expression:
        case Binary(operator=operator, left=Field() as field, right=Literal(value=int() | float() as value)):
            return field, operator, float(value)
    return None


def _keys(stage: Stage) -> list[str]:
    return [name.text for clause in stage.clauses if isinstance(clause, By) for name in clause.names]


def _aggregations(stage: Stage) -> list[Aggregation]:
    return [clause for clause in stage.clauses if isinstance(clause, Aggregation)]


def _output(aggregation: Aggregation) -> str:
    return aggregation.alias.text if aggregation.alias else aggregation.function


def _outputs(stage: Stage) -> list[str]:
    return [_output(each) for each in _aggregations(stage)] or ["count"]


def _counts(stage: Stage) -> set[str]:
    return {
        _output(each) for each in _aggregations(stage) if each.function.lower() in {"c", "count", "dc", "sum"}
    }
