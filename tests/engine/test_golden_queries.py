"""Every golden query: events in, query, rows out; warnings where there are any.

Sections: `events` (JSON objects or text lines, one per line), `query`, then `rows` and perhaps `warnings`, or
`error`. Further optional inputs: `earliest`, `latest`, `timezone`, `index`, `sourcetype`, `lookup NAME` (CSV), and
`lookups` and `datamodels` (TOML, as in the configuration). `write` lets the query write: the files it names are
shown afterwards, and so are the rows of the query in `then`.
"""

from __future__ import annotations

import pathlib
import tomllib
from typing import Any

import pytest

import lynxalert
from lynxalert.config.lookups import LookupTable, folder_of
from lynxalert.engine import LookupFolder
from lynxalert.lang import render
from lynxalert.plan.knowledge import MappedDataset
from tests import goldens
from tests.queries import NOW, shown


def lookups(case: goldens.Case, folder: pathlib.Path) -> LookupFolder | None:
    """The lookups of *case*, if it has any, and what its section `lookups` says of them."""
    tables = {name.split()[1]: body for name, body in case.sections.items() if name.startswith("lookup ")}
    for name, body in tables.items():
        (folder / f"{name}.csv").write_text(body + "\n", encoding="utf-8")
    defined = tomllib.loads(case.get("lookups"))
    named = {name: LookupTable.model_validate(table) for name, table in defined.items()}
    return folder_of(folder, named) if tables or "lookups" in case.sections else None


def datamodels(case: goldens.Case) -> dict[str, dict[str, MappedDataset]]:
    """The data models that *case* maps."""
    models = tomllib.loads(case.get("datamodels"))
    return {
        model: {name: MappedDataset(**dataset) for name, dataset in datasets.items()}
        for model, datasets in models.items()
    }


@goldens.parametrize("queries")
def test_query(path: pathlib.Path, request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> None:
    case = goldens.load(path, rewrite=request.config.getoption("--golden-rewrite"))
    with lynxalert.open(":memory:", lookups=lookups(case, tmp_path), datamodels=datamodels(case)) as store:
        events = [line for line in case.get("events").splitlines() if line]
        store.ingest(events, index=case.get("index", "main"), sourcetype=case.get("sourcetype") or None)
        options: dict[str, Any] = {
            name: case[name] for name in ("earliest", "latest", "timezone") if name in case.sections
        }
        options["write"] = "write" in case.sections
        try:
            result = store.query(case["query"], now=NOW, **options)
        except lynxalert.QueryError as error:
            case.expect("error", str(error))
            return
        case.expect("rows", shown(result))
        for name in case.get("write").split():
            case.expect(f"file {name}", (tmp_path / name).read_text(encoding="utf-8"))
        if "then" in case.sections:
            case.expect("then rows", shown(store.query(case["then"], now=NOW)))
        warnings = "\n".join(render(case["query"], warning) for warning in result.warnings)
        if warnings or "warnings" in case.sections:
            case.expect("warnings", warnings)
