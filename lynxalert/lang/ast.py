"""What a query says: stages, clauses, search terms, expressions. Frozen, each with its place.

Knows neither which fields exist nor what a command does. Spans count characters of the text the user wrote
(before macros were expanded), so a diagnostic can always point there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lynxalert.lang.text import Span

Scalar: TypeAlias = str | int | float | bool | None

# --- expressions: `eval`, `where`, arguments ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A field by name: bare, or in single quotes."""

    name: str
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text (double quotes), number, true, false or null."""

    value: Scalar
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`; the name as written, its case kept."""

    function: str
    arguments: tuple[Expr, ...]
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `+x` or `NOT x` (operator in capitals)."""

    operator: str
    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands: `+ - * / % . = != < <= > >= LIKE ??`. `==` is written `=`."""

    operator: str
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Logical:
    """A chain of one of `AND`, `OR`, `XOR`; flat, so that a long chain is not a deep tree."""

    operator: str
    operands: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (choices)`; `NOT IN` is a `Unary` around it."""

    operand: Expr
    choices: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`, both ends included."""

    operand: Expr
    low: Expr
    high: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class IsNull:
    """`operand IS NULL` or `IS NOT NULL`."""

    operand: Expr
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Subquery:
    """`[search … | return $x]` as a value: what its rows say stands there."""

    query: Query
    span: Span


Expr: TypeAlias = Field | Literal | Call | Unary | Binary | Logical | In | Between | IsNull | Subquery

# --- search terms: before the first pipe, `search`, `where` of tstats --------------------------------------


@dataclass(frozen=True, slots=True)
class Pattern:
    """A search value after its backslash rules; every `*` left in *text* is a wildcard."""

    text: str
    span: Span
    quoted: bool = False
    case: bool = False  # CASE(x): letters must match exactly


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase looked for in `_raw`. *kind* is `token`, or `term` for TERM(x)."""

    pattern: Pattern
    span: Span
    kind: str = "token"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field=value`; operator is one of `= != < <= > >=`. `field::value` is `field=value`."""

    field: str
    operator: str
    value: Pattern
    span: Span
    field_span: Span


@dataclass(frozen=True, slots=True)
class Member:
    """`field IN (a, "b c", 4*)`."""

    field: str
    values: tuple[Pattern, ...]
    span: Span
    field_span: Span


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT term`: also keeps what lacks the field."""

    term: Term
    span: Span


@dataclass(frozen=True, slots=True)
class AllOf:
    """Terms joined by AND, written or implied. No terms at all: everything."""

    terms: tuple[Term, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Terms joined by OR, which binds tighter than AND here."""

    terms: tuple[Term, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SubsearchTerm:
    """`[search …]` as a term: its rows become `((f="v" AND …) OR …)`. `field=[…]`: what they say is compared with it."""

    query: Query
    span: Span
    field: str | None = None
    operator: str = "="


Term: TypeAlias = Word | Comparison | Member | Not | AllOf | AnyOf | SubsearchTerm

# --- clauses: the pieces of a stage, in the order written --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A field name where names stand alone (`table`, `by`, …); `*` in an unquoted one is a wildcard."""

    text: str
    span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """`name=value`, the value as written without its quotes."""

    name: str
    value: str
    span: Span
    value_span: Span
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A bare number standing alone, as in `head 5`, `dedup 3 host`, `sort 0 -count`."""

    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text standing alone, as in `rex "…"`."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """A lone word or sign with a meaning: `-` or `+` of `fields`, trailing `desc` of `sort`, `output`, `over`."""

    word: str
    span: Span


@dataclass(frozen=True, slots=True)
class SortKey:
    """`-field`, `+field`, `num(field)`, `field desc`; *kind* is auto, num, str or ip."""

    name: Name
    descending: bool
    span: Span
    kind: str = "auto"


@dataclass(frozen=True, slots=True)
class Aggregation:
    """`count`, `avg(x) as y`, `count(eval(x>1))`, `perc95(x)`; *argument* is a name, or the expression of `eval(…)`.

    `sparkline(avg(x), 1h)`: *argument* is the call `avg(x)`, *width* is `1h`.
    """

    function: str
    argument: Name | Expr | None
    alias: Name | None
    span: Span
    name_span: Span
    width: str | None = None
    written: str | None = None  # one of `eval(…)` without alias, as typed: its column is called so


@dataclass(frozen=True, slots=True)
class Assignment:
    """`target = expression` of eval."""

    target: Name
    expression: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Renaming:
    """`source as target`."""

    source: Name
    target: Name
    span: Span


@dataclass(frozen=True, slots=True)
class By:
    """`by a, b c`; *options* are those written after it (`by _time span=1h`)."""

    names: tuple[Name, ...]
    span: Span
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """The expression of `where`, `head (…)` and kin."""

    expression: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Terms:
    """The search terms of `search` and of `tstats … where`."""

    term: Term
    span: Span


@dataclass(frozen=True, slots=True)
class Source:
    """`from a, b*` (indexes) or `from $x` (a dataset, *dataset* true)."""

    names: tuple[Name, ...]
    span: Span
    dataset: bool = False


@dataclass(frozen=True, slots=True)
class Subsearch:
    """`[ … ]` as an argument of `append`, `join`, `appendpipe` and their like."""

    query: Query
    span: Span


Clause: TypeAlias = (
    Name
    | Option
    | Number
    | Text
    | Flag
    | SortKey
    | Aggregation
    | Assignment
    | Renaming
    | By
    | Condition
    | Terms
    | Source
    | Subsearch
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One command with its clauses. *command* is the canonical lower-case name (`bucket` → `bin`)."""

    command: str
    clauses: tuple[Clause, ...]
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named query before the main one: `$name = query;`."""

    name: str
    query: Query
    span: Span


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: its stages in order (the implied first `search` made explicit), and the text it came from."""

    stages: tuple[Stage, ...]
    source: str
    span: Span
    datasets: tuple[Dataset, ...] = ()
