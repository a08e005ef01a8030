"""`lynxalert template render ALERT`: what the channels of an alert would be told, before anybody is."""

from __future__ import annotations

import asyncio
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import click

from lynxalert.cli._asked import exits
from lynxalert.cli._config_option import USUAL, config_option
from lynxalert.cli._shown import plain
from lynxalert.cli.backtest import find, loaded
from lynxalert.errors import LynxError

KINDS = ("fired", "changed", "repeated", "resolved", "no_data", "flapping", "test")


@click.group
def command() -> None:
    """Message templates."""


@command.command
@click.argument("alert")
@click.option("--channel", help="Only this one: its name or its type.")
@click.option("--kind", type=click.Choice(KINDS), default="fired", show_default=True)
@click.option(
    "--row", help="The row that fired, as JSON: '{\"errors\": 247}'; by default one that is made up."
)
@click.option("--template", help="A text to try in the place of the one it has.")
@config_option(f"The configuration that defines the alert; by default {USUAL} here.")
@click.option("--server", help="Ask the daemon at this address; the row is then what the query finds now.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def render(alert: str, file: pathlib.Path | None, **options: Any) -> None:
    """Show what each channel of ALERT (its key in the file, or its id) would be sent. Nothing is sent.

    Exit code 1 where a template has a mistake.
    """
    asked = {name: options[name] for name in ("channel", "kind", "template") if options[name] is not None}
    with exits():
        if options["row"] is not None:
            asked["row"] = _row(options["row"])
        found = _remote(options["server"], alert, asked) if options["server"] else _here(file, alert, asked)
    click.echo(
        json.dumps(found, default=plain, ensure_ascii=False) if options["form"] == "json" else page(found)
    )
    if any(each["warnings"] for each in found["messages"]):
        raise click.exceptions.Exit(1)


def page(found: Mapping[str, Any]) -> str:
    """The messages as a person reads them."""
    return "\n".join(_lines(found))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    if found["sample"]:
        yield "# The row is made up; give one with --row, or ask a daemon with --server."
    for each in found["messages"]:
        yield f"# {each['name']} ({each['type']}, {each['markup']})"
        yield f"title: {each['title']}"
        yield each["text"]
        if each["payload"] is not None:
            yield f"# body\n{each['payload']}"
        for request in each["requests"] or ():
            body = request["body"]
            shown = body if isinstance(body, str) else json.dumps(body, indent=1, ensure_ascii=False)
            yield f"# {request['method']} {request['url']}\n{shown}"
        for remark in each["warnings"]:
            place = f"{remark['path']}: " if remark["path"] else ""
            yield f"! {place}{remark['message']}"
        yield ""


def _row(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except ValueError as error:
        raise LynxError(f"--row is no JSON: {error}") from None
    if not isinstance(row, dict):
        raise LynxError('--row must be an object such as {"errors": 247}')
    return row


def _remote(server: str, alert: str, asked: Mapping[str, Any]) -> Any:
    from lynxalert.cli._remote import post

    return post(server, "templates/render", {"alert": alert, **asked})["data"]


def _here(file: pathlib.Path | None, name: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """From the configuration alone."""
    from lynxalert.clock import SystemClock
    from lynxalert.config.compiling import NoEvents, engine
    from lynxalert.daemon.rendering import Asked, rendered

    if file is None and not USUAL.exists():
        raise click.UsageError("which alert? name its file with --config, or a daemon with --server")
    file = file or USUAL
    settings = loaded(file)
    alert = find(settings, name, file)
    over = engine(NoEvents(), settings.macros, settings.lookup_folder, settings.datamodels)
    return asyncio.run(rendered(alert, over.compiler.parse(alert.query), Asked(**asked), SystemClock()))
