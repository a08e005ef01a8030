"""Arguments → the command of that name, imported only when asked for, so that `--version` starts fast.

Every module of this package whose name has no leading underscore is a command: it holds `command`, a click command.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
from typing import Any

import click

from lynxalert import __version__, cli
from lynxalert.cli._exits import Exit
from lynxalert.errors import LynxError
from lynxalert.registry import suggest

# Starting makes some 200,000 objects, and all of them stay: Python's usual 700 looks through them again and again.
NEW_OBJECTS = 50_000  # between two looks for garbage


class Commands(click.Group):
    """A group whose commands are the modules of this package."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click does it, looking for garbage less often: a fifth of the time to start."""
        before = gc.get_threshold()
        gc.set_threshold(NEW_OBJECTS, *before[1:])
        try:
            return super().main(*args, **kwargs)
        finally:
            gc.set_threshold(*before)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click names it
        """The names of the modules, sorted."""
        found = (module.name for module in pkgutil.iter_modules(cli.__path__))
        return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of the module named *cmd_name*; its import happens here."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{cli.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the command that was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = suggest(args[0], self.list_commands(ctx))
            hint = f" Did you mean `{near}`?" if near else ""
            raise click.UsageError(f"There is no command `{args[0]}`.{hint}", ctx) from error

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a mistake that it lets through is one line on standard error and exit code 1."""
        try:
            return super().invoke(ctx)
        except LynxError as error:
            click.echo(f"lynxalert: {error}", err=True)
            raise click.exceptions.Exit(Exit.ERROR) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lynxalert")
def main() -> None:
    """Alerting on logs: a pipe language, durable alerts, messages that arrive."""
