"""Every golden under `golden/alerts/`: a policy and what its keys did, and what was told of it; no row without one."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest

from lynxalert.alerts.model import ZERO, Kind, NoData, Phase, Reason
from tests.alerts.timeline import Cell, begin, columns, play
from tests.goldens import cases, load, parametrize

OK, PENDING, FIRING, RECOVERING, NODATA = Phase
HITS, QUIET = "Xwca", "-"  # `-`: nothing told


@parametrize("alerts")
def test_timeline(path: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case = load(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    case.expect("timeline", play(case["alert"], case["rows"]))


def said(cell: Cell) -> str:
    """`resolved missing`, `fired`; `-` if nothing."""
    return ", ".join(f"{one.kind} {one.reason or ''}".strip() for one in cell.told if not one.held) or QUIET


def row(
    before: str, letters: str, after: Phase, told: str, also: Callable[[Cell], bool] = lambda _: True
) -> Callable[[Cell], bool]:
    """A row of the table: *before* names phases, *letters* inputs, *told* what is emitted."""
    return lambda cell: (
        cell.before in before.split()
        and cell.letter in letters
        and cell.after is after
        and said(cell) == told
        and also(cell)
    )


def holding(cell: Cell) -> bool:
    return cell.alert.policy.hold > ZERO


def keeping(cell: Cell) -> bool:
    return cell.alert.policy.keep_firing_for > ZERO


def without_data(policy: NoData) -> Callable[[Cell], bool]:
    return lambda cell: cell.alert.policy.no_data is policy


TABLE = {
    "ok, hit, no for": row("ok", HITS, FIRING, "fired", lambda cell: not holding(cell)),
    "ok, hit, for": row("ok", HITS, PENDING, QUIET, holding),
    "ok, miss": row("ok", ".", OK, QUIET),
    "ok, band": row("ok", "~", OK, QUIET),
    "pending, hit, long enough": row("pending", HITS, FIRING, "fired"),
    "pending, hit, sooner": row("pending", HITS, PENDING, QUIET),
    "pending, miss": row("pending", ".", OK, QUIET),
    "pending, band": row("pending", "~", OK, QUIET),
    "pending after nodata, miss": row("pending", ".", OK, "resolved data_back"),
    "firing, hit": row("firing", HITS, FIRING, QUIET),
    "firing, band": row("firing", "~", FIRING, QUIET),
    "firing, repeat due": row("firing", HITS, FIRING, "repeated"),
    "firing, repeat due on a band": row("firing", "~", FIRING, "repeated"),
    "firing, repeat due, acknowledged": row("firing", "a", FIRING, QUIET),
    "firing, another tier": row("firing", "wc", FIRING, "changed tier"),
    "firing, miss, no keep": row("firing", ".", OK, "resolved", lambda cell: not keeping(cell)),
    "firing, miss, keep": row("firing", ".", RECOVERING, QUIET, keeping),
    "recovering, hit": row("recovering", HITS, FIRING, QUIET),
    "recovering, band": row("recovering", "~", FIRING, QUIET),
    "recovering, miss, sooner": row("recovering", ".", RECOVERING, QUIET),
    "recovering, miss, long enough": row("recovering", ".", OK, "resolved"),
    "no events, ok": row("firing", "0", OK, "resolved", without_data(NoData.OK)),
    "no events, keep": row("firing", "0", FIRING, QUIET, without_data(NoData.KEEP)),
    "no events, firing": row("ok", "0", FIRING, "fired no_events", without_data(NoData.FIRING)),
    "no events, firing, for, at last": row("pending", "0", FIRING, "fired no_events", without_data(NoData.FIRING)),
    "no events, firing, for": row("ok", "0", PENDING, QUIET, without_data(NoData.FIRING)),
    **{f"no events, nodata, {each}": row(each, "0", NODATA, "no_data") for each in
       ("ok", "pending", "firing", "recovering")},
    "nodata goes on": row("nodata", "0", NODATA, QUIET),
    "nodata after firing, hit": row("nodata", HITS, FIRING, "changed data_back"),
    "nodata after firing, band": row("nodata", "~", FIRING, "changed data_back"),
    "nodata after ok, hit": row("nodata", HITS, FIRING, "fired"),
    "nodata after ok, hit, for": row("nodata", HITS, PENDING, QUIET, holding),
    "nodata, miss": row("nodata", ".", OK, "resolved data_back"),
    "nodata, band": row("nodata", "~", OK, "resolved data_back"),
    **{f"error, {each}": row(each, "!", each, QUIET) for each in Phase if each is not OK},
    "forgotten, firing": row("firing", "0", OK, "resolved missing"),
    "forgotten, nodata": row("nodata", "0", OK, "resolved missing"),
    **{f"{reason}, {each}": row(each, letter, OK, f"resolved {reason}") for each in
       (FIRING, RECOVERING, NODATA) for letter, reason in
       (("D", Reason.DISABLED), ("G", Reason.DELETED), ("U", Reason.UPDATED))},
    "closed, pending": row("pending", "DGU", OK, QUIET),
    "flapping begins": row("ok firing", HITS + ".", FIRING, "flapping"),
    "settled, firing": row("firing", HITS, FIRING, "changed settled"),
    "settled, ok": row("ok", ".", OK, "resolved settled"),
    "settled, nodata": row("nodata", "0", NODATA, "no_data settled"),
}  # fmt: skip


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """Every cell of every golden."""
    found = []
    for path in cases("alerts"):
        case = load(path, rewrite=False)
        run = begin(case["alert"])
        for column in columns(case["rows"]):
            run.column(column)
        found += run.cells
    return found


@pytest.mark.parametrize("name", TABLE)
def test_every_row_of_the_table_has_a_timeline(name: str, cells: list[Cell]) -> None:
    assert any(TABLE[name](cell) for cell in cells)


def test_every_kind_and_every_reason_has_a_timeline(cells: list[Cell]) -> None:
    told = [one for cell in cells for one in cell.told]
    assert {one.kind for one in told} == set(Kind)
    assert {one.reason for one in told if one.reason is not None} == set(Reason)
    held = {one.kind for one in told if one.held}
    assert held == {Kind.FIRED, Kind.RESOLVED, Kind.NO_DATA, Kind.CHANGED}


def test_a_timeline_tells_nothing_that_the_table_lacks(cells: list[Cell]) -> None:
    """The other way round: what is told at any cell stands in some row."""
    calm = [cell for cell in cells if cell.alert.policy.flapping is None and cell.told]
    strange = [cell for cell in calm if not any(fits(cell) for fits in TABLE.values())]
    assert [(cell.before, cell.letter, cell.after, said(cell)) for cell in strange] == []
