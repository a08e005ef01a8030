"""The condition `any_rows`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.alerts.conditions.condition import Base, Verdict, View, condition, matches_only
from lynxalert.alerts.conditions.rows import by_key, match_of
from lynxalert.plan import Row


@condition("any_rows")
@dataclass(frozen=True, slots=True)
class AnyRows(Base):
    """Every row that survives the query hits. The default: the query's last `where` is the condition."""

    def judge(self, view: View) -> Verdict:
        """One hit per key; its value is the first number of its first row."""
        rows = by_key(view.result, view.key_fields)
        return matches_only(
            {
                key: match_of(
                    key, view.key_fields, of_key, of_key[0], _first_number(of_key[0], view.key_fields)
                )
                for key, of_key in rows.items()
            }
        )


def _first_number(row: Row, key_fields: Sequence[str]) -> float | None:
    for name, value in row.items():
        if name in key_fields or name.startswith("_"):
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
    return None
