"""Every golden query: events in, query, rows out; warnings where there are any.

Sections: `events` (JSON objects or text lines, one per line), `query`, then `rows` and perhaps `warnings`, or
`error`. Further optional inputs: `earliest`, `latest`, `timezone`, `index`, `sourcetype`, `lookup NAME` (CSV), and
`lookups` and `datamodels` (TOML, as in the configuration). `write` lets the query write: the files it names are
shown afterwards, and so are the rows of the query in `then`.
"""

from __future__ import annotations

import pathlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import lynxalert
from lynxalert.config.lookups import LookupTable, folder_of
from lynxalert.engine import LookupFolder
from lynxalert.lang import render
from lynxalert.plan.knowledge import MappedDataset
from lynxalert.store import Store
from tests import goldens
from tests.queries import NOW, held, shown


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


@contextmanager
def opened(case: goldens.Case, folder: pathlib.Path) -> Iterator[Store]:
    """A store with the events of *case*: its own if it writes or knows of files in *folder*, else a shared one."""
    events = [line for line in case.get("events").splitlines() if line]
    settings = {"index": case.get("index", "main"), "sourcetype": case.get("sourcetype") or None}
    if {name.split()[0] for name in case.sections}.isdisjoint(("lookup", "lookups", "datamodels", "write")):
        yield held(events, **settings)
        return
    folder.mkdir(exist_ok=True)
    with lynxalert.open(":memory:", lookups=lookups(case, folder), datamodels=datamodels(case)) as store:
        store.ingest(events, **settings)
        yield store


def gathered() -> Iterator[object]:
    """Every case; those with the same events keep company."""
    for path in goldens.cases("queries"):
        case = goldens.load(path, rewrite=False)
        same = (__name__, case.get("events"), case.get("index"), case.get("sourcetype"))
        yield pytest.param(path, marks=pytest.mark.company(*same), id=f"{path.parent.name}/{path.stem}")


@pytest.mark.parametrize("path", list(gathered()))
def test_query(
    path: pathlib.Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case = goldens.load(path, rewrite=request.config.getoption("--golden-rewrite"))
    folder = tmp_path_factory.getbasetemp() / f"{path.parent.name}-{path.stem}"  # made where there are files
    with opened(case, folder) as store:
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
            case.expect(f"file {name}", (folder / name).read_text(encoding="utf-8"))
        if "then" in case.sections:
            case.expect("then rows", shown(store.query(case["then"], now=NOW)))
        warnings = "\n".join(render(case["query"], warning) for warning in result.warnings)
        if warnings or "warnings" in case.sections:
            case.expect("warnings", warnings)
