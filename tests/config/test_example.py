from __future__ import annotations

import pathlib

from lynxalert.config import compiler, load

ROOT = pathlib.Path(__file__).parent.parent.parent


def test_the_example_loads_without_edits_environment_or_warnings() -> None:
    settings = load(ROOT / "config.example.toml", compiler, environment={})
    assert settings.warnings == ()
    assert [alert.file_key for alert in settings.alerts] == [
        "high-error-rate",
        "demo-checkout",
        "web-5xx",
        "slow-checkout",
        "silent-agents",
        "agent-errors",
        "field-devices",
        "night-batch",
    ]


def test_the_packs_load_beside_it(tmp_path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'include = ["{ROOT}/queries/*/*.toml"]\n')
    settings = load(file, compiler, environment={})
    assert len(settings.alerts) >= 4
    assert {each.mistake.path[-1] for each in settings.warnings} == {"channels"}, "packs name no channels"
