"""`--config`: the file that a command reads, said once for those that take it."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import click

USUAL = pathlib.Path("config.toml")


def config_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option, handed on as `file`; *what* it is to this command is its help."""
    path = click.Path(exists=True, dir_okay=False, path_type=pathlib.Path)
    return click.option("--config", "file", type=path, help=what)
