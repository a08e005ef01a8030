"""`lynxalert history --at 03:12`: what fired, kept quiet and had been sent at an instant; or what happened from when to when."""

from __future__ import annotations

import json
from typing import Any

import click

from lynxalert.cli._asked import exits

SERVER = "http://127.0.0.1:3100"
PAGE = "1000"
MOST_PAGES = 10  # more is no reading


@click.command
@click.argument("alert", required=False)
@click.option("--at", help="An instant: 03:12 (the last one that was), -2h, 2026-02-14T03:12. Default: now.")
@click.option("--from", "start", help="From when on: then what happened is told, in order.")
@click.option("--to", "end", help="Until when. Default: now.")
@click.option("--timezone", default="UTC", show_default=True, help="The zone of what is asked and shown.")
@click.option("--server", default=SERVER, show_default=True, help="The address of the daemon.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(**options: Any) -> None:
    """Tell what was on record at an instant, of ALERT (its key in the file, or its id) or of all.

    What was pending, firing or without data, since when and with what value; what kept it quiet and by whose word;
    what had been sent to whom; what nobody judged. Edits, deletions and restarts since do not change the answer.
    """
    if options["at"] and (options["start"] or options["end"]):
        raise click.UsageError("ask for an instant with --at, or for a range with --from and --to")
    if options["end"] and not options["start"]:
        raise click.UsageError("--to needs --from")
    names = {"at": "at", "start": "from", "end": "to", "alert": "alert", "timezone": "timezone"}
    asked = {name: options[option] for option, name in names.items() if options[option]}
    with exits():
        found = _whole(options["server"], asked, "entries" if options["start"] else "alerts")
    click.echo(json.dumps(found) if options["form"] == "json" else _text(found, options["timezone"]))


def _text(found: dict[str, Any], zone: str) -> str:
    from lynxalert.cli._happened import stretch
    from lynxalert.cli._remembered import moment

    return stretch(found, zone) if "entries" in found else moment(found, zone)


def _whole(server: str, asked: dict[str, str], listed: str) -> dict[str, Any]:
    """Every page of the answer as one."""
    from lynxalert.cli._remote import get

    answer = get(server, "history", **asked, limit=PAGE)
    found: dict[str, Any] = answer["data"]
    pages = 1
    while (meta := answer.get("meta") or {}).get("has_more") and pages < MOST_PAGES:
        answer = get(server, "history", **asked, limit=PAGE, cursor=meta["next_cursor"])
        go_on(found[listed], answer["data"][listed])
        pages += 1
    if meta.get("has_more"):
        click.echo(f"more than {MOST_PAGES * int(PAGE):,} lines: ask for less, such as one alert", err=True)
    return found


def go_on(before: list[dict[str, Any]], page: list[dict[str, Any]]) -> None:
    """Put *page* behind what came *before*: the alert that stood at its end may go on."""
    if before and page and "instances" in page[0] and page[0]["id"] == before[-1]["id"]:
        before[-1]["instances"] += page.pop(0)["instances"]
    before += page
