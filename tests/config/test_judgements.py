"""Reading a file again says what reading it for the first time says, whatever stood in it before; what stands as it did is not judged."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

import pytest

from lynxalert.config import ConfigError, compiler, load
from lynxalert.config.judgements import Judgements
from lynxalert.config.loader import NOTHING
from lynxalert.config.questions import Compile

SOUND = """
[macros]
bad = "status=500"
[server]
timezone = "UTC"
[channels.hook]
type = "webhook"
url = "https://example.com/a"
[lookups]
folder = "here"
[lookups.tables.racks]
file = "hosts.csv"
[email]
from = "a@example.com"
[datamodels.Web.Web]
search = "source=nginx"
[alerts.a]
q = "`bad` host=a | stats count | where count > 2"
cron = "0 9 * * *"
window = "1d"
channels = ["hook"]
[alerts.b]
q = "| lookup hosts host OUTPUT rank | lookup racks host OUTPUT rank as also | where rank > 2 AND also > 1"
interval = "1m"
channels = [{ type = "email", to = ["a@example.com"] }]
[alerts.c]
q = "| from datamodel:Web.Web | where ms > 2"
interval = "1m"
channels = [{ type = "webhook", url = { env = "HOOK" } }]
"""
HOOK = {"HOOK": "https://example.com/c"}


def written(folder: pathlib.Path) -> pathlib.Path:
    for name in ("here", "there"):
        (folder / name).mkdir()
    (folder / "here" / "hosts.csv").write_text("host,rank\na,1\n")
    file = folder / "config.toml"
    file.write_text(SOUND)
    return file


def read(file: pathlib.Path, environment: Mapping[str, str], before: Judgements = NOTHING) -> Any:
    try:
        found = load(file, compiler, environment, before)
    except ConfigError as error:
        return str(error)
    return found.alerts, found.warnings


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ('bad = "status=500"', 'good = "status=500"'),
        ('bad = "status=500"', 'bad = "| stats count by"'),
        ('timezone = "UTC"', 'timezone = "Europe/Berlin"'),
        ("https://example.com/a", "https://example.com/b"),
        ("[channels.hook]", "[channels.other]"),
        ('folder = "here"', 'folder = "there"'),
        ("[lookups.tables.racks]", "[lookups.tables.shelves]"),
        ('from = "a@example.com"', 'from = "b@example.com"'),
        ("[datamodels.Web.Web]", "[datamodels.Web.Other]"),
        ("count > 2", "count > 3"),
        ("[alerts.b]", "[alerts.d]"),
        ('channels = ["hook"]', "channels = []"),
    ],
)
def test_reading_again_is_reading_anew(tmp_path: pathlib.Path, old: str, new: str) -> None:
    file = written(tmp_path)
    before = load(file, compiler, HOOK)
    file.write_text(SOUND.replace(old, new))
    anew = read(file, HOOK)
    assert read(file, HOOK, before.judgements) == anew
    assert (anew == (before.alerts, before.warnings)) == (old == new)


def test_files_and_secrets_that_changed_count_though_the_text_did_not(tmp_path: pathlib.Path) -> None:
    file = written(tmp_path)
    before = load(file, compiler, HOOK)
    other = {"HOOK": "https://example.com/d"}
    assert read(file, other, before.judgements) == read(file, other) != (before.alerts, before.warnings)
    (tmp_path / "here" / "hosts.csv").write_text("host,shelf\na,1\n")
    changed = read(file, HOOK, before.judgements)
    assert changed == read(file, HOOK)
    assert "rank" in str(changed)


def test_one_alert_that_changed_is_judged_and_no_other(tmp_path: pathlib.Path) -> None:
    judged: list[str] = []

    def noted(*words: Any) -> Compile:
        inner = compiler(*words)

        def judge(text: str) -> Any:
            judged.append(text)
            return inner(text)

        return judge

    file = tmp_path / "config.toml"
    table = '[alerts.a{}]\nq = "host=h{} | stats count | where count > 1"\ninterval = "1m"\nchannels = []\nmax_instances = {}\n'
    file.write_text("".join(table.format(n, n, 5) for n in range(20)))
    before = load(file, noted)
    assert len(judged) == 20
    judged.clear()
    file.write_text(file.read_text().replace("host=h7 ", "host=other "))
    after = load(file, noted, before=before.judgements)
    assert judged == ["host=other | stats count | where count > 1"]
    assert [each.file_key for each in after.alerts if each not in before.alerts] == ["a7"]
    file.write_text(file.read_text().replace("max_instances = 5", "max_instances = true", 1))
    with pytest.raises(ConfigError, match="max_instances must be a whole number"):
        load(file, noted, before=after.judgements)
