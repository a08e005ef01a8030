"""Scans of several shapes → one that shows every column any of them asks for, once. Knows nothing of what becomes of them.

Two scans are of one intake when they read the same tables over the same time, whichever columns they show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlglot import exp

from lynxalert.engine.shared.cost import is_costly
from lynxalert.functions.nodes import Node, column

READ = "f"  # of the names of columns of events
# Of the names of what is reckoned from them, each of the ones before: whether an event is as a condition says, as several
# say, and what there is of such events.
TERM, CONDITION, TOTAL = "t", "b", "a"
# What each stream is read from: table, joins, condition.
Origin: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """*text*, made of the columns *reads*, called *name* by all that ask for it."""

    name: str
    text: str
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """The *columns* of a scan by name; whether any takes long to read, and whether that is *apart*: another in each stream."""

    columns: Mapping[str, Node]
    is_costly: bool
    is_apart: bool


@dataclass(slots=True)
class Intake:
    """The streams of *origins*; the columns that those who read them together read, and what they reckon from them."""

    origins: tuple[Origin, ...]
    reads: dict[tuple[str, ...], str] = field(default_factory=dict)  # what each stream shows → its name
    reckoned: dict[tuple[str, str], Reckoned] = field(default_factory=dict)  # by kind and text
    names: dict[str, Reckoned | None] = field(default_factory=dict)  # None: read, not reckoned

    def seen(self, scan: exp.CTE, *, lazily: bool) -> Seen:
        """The columns of *scan*, one of this intake, as this intake calls them; *lazily*: what takes long is not read, but said."""
        selects = list(_selects(scan.this))
        rows = zip(*([each.unalias() for each in select.expressions] for select in selects), strict=True)
        columns: dict[str, Node] = {}
        costly = apart = False
        for alias, shown in zip([each.alias for each in selects[0].expressions], rows, strict=True):
            texts = tuple(map(spelled, shown))
            takes_long = any(map(is_costly, shown))
            differs = len(set(texts)) > 1
            columns[alias] = (
                self._said(shown[0]) if takes_long and lazily and not differs else self._read(texts)
            )
            costly, apart = costly or takes_long, apart or (takes_long and differs)
        return Seen(columns, costly, apart)

    def _said(self, node: Node) -> Node:
        """*node* over the columns that are stored."""
        said = exp.Paren(this=node.copy())
        for stored in [each for each in said.find_all(exp.Column) if each.table]:
            stored.replace(self._read((spelled(stored),) * len(self.origins)))
        return said

    def _read(self, texts: tuple[str, ...]) -> Node:
        name = self.reads.setdefault(texts, f"{READ}{len(self.reads)}")
        self.names.setdefault(name)
        return column(name)

    def reckon(self, kind: str, node: Node) -> Reckoned:
        """*node*, of columns as this intake calls them, with a name of its *kind*."""
        text = spelled(node)
        if (kind, text) not in self.reckoned:
            made = Reckoned(f"{kind}{len(self.reckoned)}", text, self.read_by(node))
            self.reckoned[kind, text] = self.names[made.name] = made
        return self.reckoned[kind, text]

    def read_by(self, node: Node) -> frozenset[str]:
        """The columns that *node* reads."""
        return frozenset(each.name for each in node.find_all(exp.Column) if each.name in self.names)

    def below(self, kind: str, wanted: frozenset[str]) -> tuple[frozenset[str], str]:
        """The columns from which those *wanted* can be shown once the ones of *kind* are reckoned, and what shows them."""
        made = [each for name in sorted(wanted) if (each := self.names[name]) and name.startswith(kind)]
        kept = wanted - {each.name for each in made}
        shown = [*sorted(kept), *(f"{each.text} AS {each.name}" for each in made)]
        return kept.union(*(each.reads for each in made)), ", ".join(shown) or "1 AS one"

    def scan(self, names: Iterable[str]) -> str:
        """The SELECT that shows the columns *names*."""
        wanted = set(names)
        shown = [(texts, name) for texts, name in self.reads.items() if name in wanted]
        selects = []
        for place, origin in enumerate(self.origins):
            columns = ", ".join(f"{texts[place]} AS {name}" for texts, name in shown)
            selects.append(" ".join(["SELECT", columns or "1 AS one", *origin]))
        return " UNION ALL ".join(selects)


def origins_of(scan: exp.CTE) -> tuple[Origin, ...] | None:
    """What the streams of *scan* are read from; None where there are none."""
    origins = []
    for select in _selects(scan.this):
        if select.args.get("from_") is None:
            return None
        parts = [select.args["from_"], *(select.args.get("joins") or ()), select.args.get("where")]
        origins.append(tuple(spelled(part) for part in parts if part is not None))
    return tuple(origins)


def spelled(node: Node) -> str:
    """*node* as SQL."""
    return node.sql(dialect="duckdb", copy=False).strip()


def _selects(query: Node) -> Iterator[exp.Select]:
    if isinstance(query, exp.Union):
        yield from _selects(query.this)
        yield from _selects(query.expression)
    else:
        assert isinstance(query, exp.Select)
        yield query
