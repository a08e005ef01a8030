"""A syntax tree as text that a person can check: a stage per line, its clauses below, spans left out."""

from __future__ import annotations

import dataclasses
from typing import Any

from lynxalert.lang import ast


def dump(query: ast.Query) -> str:
    lines = []
    for dataset in query.datasets:
        lines += [f"${dataset.name} =", *_stages(dataset.query, "    ")]
    return "\n".join(lines + _stages(query, ""))


def _stages(query: ast.Query, indent: str) -> list[str]:
    lines = []
    for stage in query.stages:
        lines.append(indent + stage.command)
        lines += [f"{indent}    {said(clause)}" for clause in stage.clauses]
    return lines


def said(node: Any) -> str:
    if isinstance(node, tuple):
        return f"[{', '.join(map(said, node))}]"
    if isinstance(node, ast.Query):
        return " | ".join(f"{stage.command}{said(stage.clauses)}" for stage in node.stages)
    if not dataclasses.is_dataclass(node):
        return repr(node)
    parts = []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if "span" in field.name or value == field.default:
            continue
        shown = said(value)
        parts.append(shown if field.default is dataclasses.MISSING else f"{field.name}={shown}")
    return f"{type(node).__name__}({', '.join(parts)})"
