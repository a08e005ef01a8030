"""docs/alerting.md names every condition with every field, every operator, every policy."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, cast

from lynxalert.alerts import NoData
from lynxalert.alerts.conditions import conditions
from lynxalert.alerts.conditions.rows import COMPARE
from lynxalert.alerts.metrics import metrics

PAGE = (pathlib.Path(__file__).parent.parent.parent / "docs" / "alerting.md").read_text(encoding="utf-8")


def test_every_condition_has_a_row_with_its_fields() -> None:
    _told_with_their_fields(PAGE.partition("## Metrics")[0], conditions())


def test_every_metric_has_a_row_with_its_fields() -> None:
    _told_with_their_fields(PAGE.partition("## Metrics")[2].partition("\n## ")[0], metrics())


def _told_with_their_fields(text: str, entries: Mapping[str, type]) -> None:
    rows = {
        line.split("`")[1]: line
        for line in text.splitlines()
        if line.startswith("| `") and not line.startswith("| `type`")
    }
    assert set(rows) == set(entries)
    for kind, line in rows.items():
        told = set(line.split("|")[2].replace("`", "").replace(",", " ").split())
        assert told == {each.name for each in dataclasses.fields(cast("Any", entries[kind]))}


def test_every_operator_and_policy_is_named() -> None:
    assert f"`{' '.join(COMPARE)}`" in PAGE
    assert all(f"`{each}`" in PAGE for each in NoData)
