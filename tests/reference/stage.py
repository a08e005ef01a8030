"""What a command gets beside its rows: its clauses, the time of the search, and a way to run queries in brackets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from lynxalert.lang import ast
from tests.reference.expressions import Moment
from tests.reference.table import Table

Clause = TypeVar("Clause")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. *run* answers a query in brackets; given a table, over that table instead of the events."""

    clauses: tuple[ast.Clause, ...]
    moment: Moment
    run: Callable[[ast.Query, Table | None], Table]

    def all(self, kind: type[Clause]) -> list[Clause]:
        """The clauses of one kind."""
        return [clause for clause in self.clauses if isinstance(clause, kind)]

    def one(self, kind: type[Clause]) -> Clause | None:
        """The first clause of one kind."""
        return next(iter(self.all(kind)), None)

    @property
    def names(self) -> list[str]:
        """The names that stand alone."""
        return [name.text for name in self.all(ast.Name)]

    @property
    def by(self) -> list[str]:
        """The by-fields."""
        clause = self.one(ast.By)
        return [name.text for name in clause.names] if clause else []

    def option(self, name: str, default: str) -> str:
        """The value of an option, wherever it is written."""
        by = self.one(ast.By)
        written = [*self.all(ast.Option), *(by.options if by else ())]
        return next((one.value for one in written if one.name.lower() == name), default)

    def flag(self, name: str, *, default: bool) -> bool:
        """A Boolean option: t/f, true/false, 1/0, yes/no in any case (1.6)."""
        return self.option(name, "t" if default else "f").lower() in ("t", "true", "1", "yes")

    def count(self, default: int) -> int:
        """The bare number of `head 5`, or the option `limit`."""
        number = self.one(ast.Number)
        return number.value if number else int(self.option("limit", str(default)))


Command: TypeAlias = Callable[[Table, Stage], Table]
