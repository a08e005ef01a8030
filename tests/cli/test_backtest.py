"""`lynxalert backtest` over a data folder: the page it prints, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import pathlib

import pytest
from click.testing import CliRunner

from lynxalert.cli import main
from lynxalert.cli._plotted import _curve
from lynxalert.cli.backtest import _ago, _stretch
from lynxalert.events import EventStore
from tests.fakes import FakeClock

NOON = dt.datetime(2026, 2, 14, 12, 0, tzinfo=dt.UTC)
CONFIG = """
[channels.hook]
type = "webhook"
url = "https://example.com/hook"

[alerts.errors]
name = "Errors"
q = "level=error | stats count as errors by host | where errors > {limit}"
when = {{ type = "any_rows" }}
interval = "1m"
cooldown = "30m"
channels = ["hook"]

[alerts.arrived]
q = "level=error | stats count as errors by host | where errors > {limit}"
interval = "1m"
time = "ingest"
channels = ["hook"]
"""
MINUTES = {"a": {3: 12, 4: 15, 20: 40}, "b": {30: 7}}


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "config.toml").write_text(CONFIG.format(limit=10))
    (tmp_path / "looser.toml").write_text(CONFIG.format(limit=5))
    (tmp_path / "data").mkdir()
    store = EventStore(tmp_path / "data" / "events.duckdb", clock=FakeClock(NOON + dt.timedelta(hours=1)))
    store.ingest(
        [
            json.dumps(
                {
                    "timestamp": (NOON + dt.timedelta(minutes=minute)).isoformat(),
                    "level": "error",
                    "host": host,
                }
            )
            for host, minutes in MINUTES.items()
            for minute, count in minutes.items()
            for _ in range(count)
        ],
        source="x",
    )
    store.close()
    return tmp_path


def run(folder: pathlib.Path, *arguments: str) -> tuple[int, str]:
    options = ["--config", str(folder / "config.toml"), "--since", "2026-02-14T12:00:00Z"]
    until = ["--until", "2026-02-14T12:40:00Z"]
    done = CliRunner().invoke(main, ["backtest", *arguments, *options, *until], catch_exceptions=False)
    return done.exit_code, done.output


def test_the_page_counts_plots_and_shows_the_first_message(folder) -> None:
    code, page = run(folder, "errors", "--against", str(folder / "looser.toml"), "--sweep", "10..40:15")
    assert code == 0
    lines = page.splitlines()
    assert lines[0] == "2026-02-14 12:00:00 – 2026-02-14 12:40:00: 40 slots, 2 episodes, 2 messages"
    assert lines[1:3] == ["  hook: 1 fired, 1 resolved", "  not sent: 1 cooldown, 1 start_not_accepted"]
    assert "x: something fires" in page
    assert "the first message, to hook at 2026-02-14 12:0" in page
    assert page.count("  | FIRING (error): Errors — host=a") == 1
    assert "the other version: 40 slots, 3 episodes, 4 messages\n  hook: " in page
    assert "\n\ngained:\n" in page
    assert "host=b" in page
    assert [line.split()[:3] for line in lines[-3:]] == [["10", "2", "2"], ["25", "1", "2"], ["40", "0", "0"]]


def test_programs_get_json(folder) -> None:
    code, text = run(folder, "errors", "--format", "json")
    assert code == 0
    assert json.loads(text)["by_channel"] == {"hook": {"fired": 1, "resolved": 1}}


def test_an_alert_that_does_not_exist_has_a_likely_neighbour(folder) -> None:
    code, text = run(folder, "error")
    assert code == 1
    assert "has no alert `error`; did you mean `errors`?" in text


def test_data_that_a_daemon_holds_is_asked_of_the_daemon(folder) -> None:
    store = EventStore(folder / "data" / "events.duckdb", clock=FakeClock(NOON))
    try:
        code, text = run(folder, "errors")
    finally:
        store.close()
    assert (code, "--server http://127.0.0.1:3100" in text) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "--since: `yesterday` is no time"),
        (["--until", "soon"], "--until: `soon` is no time"),
        (["--since", "2026-02-15"], "--since (2026-02-15 00:00) must be before --until (2026-02-14 12:40)"),
    ],
)
def test_a_stretch_that_is_none_is_said(folder, arguments: list[str], said: str) -> None:
    options = ["--config", str(folder / "config.toml"), "--until", "2026-02-14T12:40:00Z", *arguments]
    done = CliRunner().invoke(main, ["backtest", "errors", *options])
    assert (done.exit_code, said in done.output) == (2, True)


def test_an_alert_over_arrivals_is_judged_by_when_events_came(folder) -> None:
    assert "40 slots, 0 episodes" in run(folder, "arrived")[1], "nothing had come by then"
    hour = ["--since", "2026-02-14T12:55:00Z", "--until", "2026-02-14T13:05:00Z"]
    options = ["--config", str(folder / "config.toml"), *hour, "--format", "json"]
    found = json.loads(CliRunner().invoke(main, ["backtest", "arrived", *options]).output)
    assert [(each["key"], each["value"]) for each in found["list"]] == [({"host": "a"}, 67)]


def test_a_terminal_too_narrow_for_a_curve_breaks_its_lines(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "5")
    assert any(line.endswith("┐") for line in run(folder, "errors")[1].splitlines())


def test_great_values_leave_room_for_the_curve() -> None:
    start = dt.datetime(2026, 2, 14, tzinfo=dt.UTC)
    points = [
        {"at": start + n * dt.timedelta(hours=1), "value": value, "firing": False}
        for n, value in enumerate([None, 101237933453312.4, 0.5])
    ]
    widest = max(len(line.partition("┤")[0]) for line in _curve(points).splitlines() if "┤" in line)
    assert widest <= len("1.012e+14")


@pytest.mark.parametrize("since", ["1h30m", "90m", "-90m", "5400s"])
def test_how_far_back_is_said_as_durations_are(since: str) -> None:
    now = dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)
    found = _stretch({"earliest": _ago(since), "latest": _ago("30m")}, now, "UTC")
    assert (found.start, found.end) == (now - dt.timedelta(minutes=90), now - dt.timedelta(minutes=30))


@pytest.mark.parametrize("width", [30, 44, 110])
def test_the_curve_fits_the_terminal(folder, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _, page = run(folder, "errors")
    drawn = [line for line in page.splitlines() if line.endswith(("│", "┐", "┘"))]
    assert drawn
    assert max(map(len, drawn)) == width
    labels = page.splitlines()[page.splitlines().index(drawn[-1]) + 1].split()
    assert labels[0] == "12:00", "the first and the last instant are named"
    assert labels[-1] in ("12:39", "12:40")
