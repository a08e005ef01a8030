from __future__ import annotations

import pathlib

from lynxalert.config.compiling import compiler
from lynxalert.config.loader import load
from lynxalert.config.mistakes import ConfigError, report
from tests.goldens import load as golden
from tests.goldens import parametrize


@parametrize("config")
def test_mistakes_are_told_as_in_the_golden(path, pytestconfig, tmp_path: pathlib.Path) -> None:
    case = golden(path, rewrite=pytestconfig.getoption("--golden-rewrite"))
    file = tmp_path / "config.toml"
    file.write_text(case["toml"] + "\n", encoding="utf-8")
    try:
        text = report(load(file, compiler, environment={}).warnings)
    except ConfigError as error:
        text = str(error)
    case.expect("errors", text or "(none)")
