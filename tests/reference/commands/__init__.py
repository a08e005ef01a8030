"""The commands (4, 5), one module per family; `COMMANDS` finds them by their canonical name."""

from __future__ import annotations

from tests.reference.commands import (
    charts,
    columns,
    combining,
    filters,
    multivalues,
    neighbours,
    rewriting,
    running,
    summaries,
    totals,
    transactions,
    turning,
)
from tests.reference.stage import Command

FAMILIES = (
    filters,
    columns,
    summaries,
    running,
    neighbours,
    charts,
    turning,
    totals,
    multivalues,
    rewriting,
    combining,
    transactions,
)
COMMANDS: dict[str, Command] = {name: run for family in FAMILIES for name, run in family.COMMANDS.items()}
