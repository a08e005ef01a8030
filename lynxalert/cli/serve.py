"""`lynxalert serve`: a configuration file → a running daemon, until a signal ends it."""

from __future__ import annotations

import asyncio
import gc
import logging
import pathlib
import sys

import click

from lynxalert.cli._config_option import USUAL, config_option
from lynxalert.cli._exits import Exit
from lynxalert.errors import LynxError

# Threads that read events and the loop that answers share an interpreter: who waits for it is given it after this, not after 5 ms.
TURN = 0.001  # seconds


@click.command
@config_option(f"The configuration; by default {USUAL} here if there is one, else the built-in defaults.")
@click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    help="By default console on a terminal, else json.",
)
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True
)
def command(file: pathlib.Path | None, log_format: str | None, log_level: str) -> None:
    """Receive events, evaluate alerts, send messages, answer HTTP.

    SIGHUP reads the configuration again; SIGINT and SIGTERM end in order.
    """
    from lynxalert.config import ConfigError, Settings, compiler, load
    from lynxalert.daemon.listening import ListenError
    from lynxalert.daemon.lock import FolderHeldError
    from lynxalert.daemon.logs import Redactor, configure
    from lynxalert.daemon.service import Daemon

    sys.setswitchinterval(TURN)
    gc.freeze()  # what was loaded stays until the end: no look for garbage need pass through it
    redactor = Redactor()
    style = log_format or ("console" if sys.stderr.isatty() else "json")
    configure(style, redactor=redactor, level=getattr(logging, log_level.upper()))
    file = file or (USUAL if USUAL.exists() else None)
    try:
        settings = load(file, compiler) if file else Settings(folder=pathlib.Path.cwd())
        asyncio.run(Daemon(settings, redactor=redactor, first_key=_tell).run())
    except ConfigError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(Exit.ERROR) from error
    except (FolderHeldError, ListenError) as error:
        click.echo(f"lynxalert: {error}", err=True)
        raise click.exceptions.Exit(Exit.CONNECTION) from error
    except LynxError as error:
        click.echo(f"lynxalert: {error}", err=True)
        raise click.exceptions.Exit(Exit.ERROR) from error
    finally:
        gc.unfreeze()  # or what is frozen counts as leaked when the process ends, and DuckDB says so at length


def _tell(key: str) -> None:
    """Once: nothing can tell it again."""
    click.echo(f"The first access key, with the role admin. It is not shown again:\n\n    {key}\n", err=True)
