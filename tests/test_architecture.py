"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import pathlib
import re
import statistics

ROOT = pathlib.Path(__file__).parent.parent
FILES = sorted((ROOT / "lynxalert").rglob("*.py"))


def lines(path: pathlib.Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_400_lines() -> None:
    assert [str(path) for path in FILES if lines(path) > 400] == []


def test_the_median_file_fits_a_screen() -> None:
    sizes = sorted(lines(path) for path in FILES if path.name != "__init__.py")
    assert statistics.median(sizes) <= 90
    assert sizes[int(len(sizes) * 0.9)] <= 220


def test_no_function_is_longer_than_40_lines() -> None:
    long = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                body = (
                    node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
                )
                if node.end_lineno - body[0].lineno + 1 > 40:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert long == []


def test_only_the_clock_asks_for_the_time() -> None:
    asks = re.compile(r"datetime\.now\(|utcnow\(|time\.time\(")
    offenders = [
        path.name
        for path in FILES
        if path.name != "clock.py" and asks.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


def test_every_module_says_what_crosses_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_path_named_in_the_architecture_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:lynxalert|grammar|queries|tests|docs)/[\w./-]*)`", text))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
