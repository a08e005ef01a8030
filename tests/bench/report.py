"""What a topic of the bench says: figures beside what was promised."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.table import Table


@dataclass
class Report:
    """One table; *note* says how it was measured."""

    title: str
    note: str = ""
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, measured: str, promised: str = "") -> None:
        self.rows.append((what, measured, promised))

    def table(self) -> Table:
        table = Table(
            "what", "measured", "target (stretch)", title=self.title, title_justify="left", show_edge=False
        )
        table.caption, table.caption_justify = self.note, "left"
        for row in self.rows:
            table.add_row(*row)
        return table


def percentile(values: list[float], share: float) -> float:
    """The value below which *share* of *values* lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
