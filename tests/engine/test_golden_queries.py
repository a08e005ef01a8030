"""Every golden query: events in, query, rows out; warnings where there are any.

Sections: `events` (JSON objects or text lines, one per line), `query`, then `rows` and perhaps `warnings`, or
`error`. Further optional inputs: `earliest`, `latest`, `timezone`, `index`, `sourcetype`.
"""

from __future__ import annotations

import pathlib

import pytest

import lynxalert
from lynxalert.lang import render
from tests import goldens
from tests.queries import NOW, shown


@goldens.parametrize("queries")
def test_query(path: pathlib.Path, request: pytest.FixtureRequest) -> None:
    case = goldens.load(path, rewrite=request.config.getoption("--golden-rewrite"))
    with lynxalert.open(":memory:") as store:
        events = [line for line in case.get("events").splitlines() if line]
        store.ingest(events, index=case.get("index", "main"), sourcetype=case.get("sourcetype") or None)
        options = {name: case[name] for name in ("earliest", "latest", "timezone") if name in case.sections}
        try:
            result = store.query(case["query"], now=NOW, **options)
        except lynxalert.QueryError as error:
            case.expect("error", str(error))
            return
        case.expect("rows", shown(result))
        warnings = "\n".join(render(case["query"], warning) for warning in result.warnings)
        if warnings or "warnings" in case.sections:
            case.expect("warnings", warnings)
