"""A configuration file → Settings, or every mistake in it at once, each with its place."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from lynxalert.alerts import ChannelSpec
from lynxalert.config import channels, files, sections
from lynxalert.config.alert import Context, build, file_id
from lynxalert.config.channels import Style, email_defaults
from lynxalert.config.datamodels import DataModels, datamodels
from lynxalert.config.inhibitions import inhibitions
from lynxalert.config.judgements import Judgement, Judgements
from lynxalert.config.lookups import folder_of
from lynxalert.config.mistakes import ConfigError, Mistake
from lynxalert.config.questions import Compile
from lynxalert.config.secrets import resolve
from lynxalert.config.settings import Server, Settings
from lynxalert.engine import LookupFolder
from lynxalert.lang import Code
from lynxalert.registry import suggest

NOTHING = Judgements()

# macros, lookups, data models → what compiles a query that may use them
Compiler: TypeAlias = Callable[[Mapping[str, str], LookupFolder, DataModels], Compile]


def load(
    file: pathlib.Path,
    compiler: Compiler,
    environment: Mapping[str, str] | None = None,
    before: Judgements = NOTHING,
) -> Settings:
    """The settings in *file*; what does not stop the start is in `warnings`. *before*: what an earlier reading found.

    Raises:
        ConfigError: something does; it tells everything, warnings included.
    """
    file = file.absolute()
    document = files.read(file)
    found = list(document.found)
    if any(each.mistake.code is Code.CONFIG_SYNTAX and each.source == document.main.text for each in found):
        raise ConfigError(found)
    environment = os.environ if environment is None else environment
    settings, mistakes = _settings(document.table, compiler, environment, file, before)
    found += [document.locate(each) for each in mistakes]
    order = {str(document.main.name): -1}
    found.sort(key=lambda each: (order.get(each.file, 0), each.file, each.span.start))
    if any(each.mistake.fatal for each in found):
        raise ConfigError(found)
    return Settings(**{**settings, "warnings": tuple(found)})


def _settings(
    table: Mapping[str, Any],
    compiler: Compiler,
    environment: Mapping[str, str],
    file: pathlib.Path,
    before: Judgements,
) -> tuple[dict[str, Any], list[Mistake]]:
    mistakes = sections.unknown_sections(table)
    revealed: dict[str, Any] = dict(table)
    missing: list[Mistake] = []
    for name in ("alerts", "channels", "email", "heartbeat", "ingest", "server"):
        if name in table:
            revealed[name], unresolved = resolve(table[name], (name,), environment, file.parent)
            missing += unresolved
    parts: dict[str, Any] = {"folder": file.parent, "file": file, "written": table}
    for name, read in (
        ("server", sections.server),
        ("store", sections.store),
        ("ingest", sections.ingest),
        ("outbound", sections.outbound),
        ("email", sections.email),
        ("heartbeat", sections.heartbeat),
        ("probe", sections.probe),
        ("lookups", sections.lookups),
        ("queries", sections.queries),
        ("datamodels", datamodels),
        ("macros", sections.macros),
        ("inhibitions", inhibitions),
    ):
        parts[name], wrong = read(revealed)
        mistakes += wrong
    defaults = email_defaults(parts["email"])
    parts["channels"], wrong = channels.named(revealed, Style(flat=True, email=defaults))
    mistakes += wrong
    known = _known(revealed, parts["channels"])
    mistakes += _error_channels(parts["server"], known)
    lookups = folder_of(file.parent / parts["lookups"].folder, parts["lookups"].tables)
    compile_query = compiler(parts["macros"], lookups, parts["datamodels"])
    context = Context(compile_query, known, parts["server"].timezone, defaults, flat=True)
    words = (parts["macros"], lookups.folder, lookups.defined, lookups.version(), parts["datamodels"])
    basis = (words, known, repr(known), context.timezone, defaults)
    parts["judgements"], wrong = _alerts(revealed, context, basis, before)
    parts["alerts"] = tuple(each.alert for each in parts["judgements"].by_key.values() if each.alert)
    mistakes += wrong
    # What a missing secret was put in for is not judged.
    unjudged = {each.path for each in missing}
    return parts, missing + [each for each in mistakes if each.path not in unjudged]


def _known(table: Mapping[str, Any], sound: Mapping[str, ChannelSpec]) -> dict[str, ChannelSpec | None]:
    raw = table.get("channels", {})
    return {name: sound.get(name) for name in raw} if isinstance(raw, Mapping) else {}


def _error_channels(server: Server, known: Mapping[str, object]) -> list[Mistake]:
    mistakes = []
    for place, name in enumerate(server.error_channels):
        if name not in known:
            near = suggest(name, known)
            hint = f"did you mean `{near}`?" if near else "define it as [channels.<name>]"
            path = ("server", "error_channels", place)
            mistakes.append(Mistake(path, f"names no channel: {name[:60]}", Code.UNKNOWN_CHANNEL, hint))
    return mistakes


def _alerts(
    table: Mapping[str, Any], context: Context, basis: object, before: Judgements
) -> tuple[Judgements, list[Mistake]]:
    raw = table.get("alerts", {})
    if not isinstance(raw, Mapping):
        return NOTHING, [Mistake(("alerts",), "must be tables: write each as [alerts.<key>]")]
    known = before.of(basis)
    judged: dict[str, Judgement] = {}
    mistakes: list[Mistake] = []
    for key, fields in raw.items():
        if not isinstance(fields, Mapping):
            mistakes.append(Mistake(("alerts", key), "must be an object"))
            continue
        old = known.get(key)
        judged[key] = old if old is not None and old.is_of(fields) else _judged(key, fields, context)
        mistakes += judged[key].mistakes
    return Judgements(basis, judged), mistakes


def _judged(key: str, fields: Mapping[str, Any], context: Context) -> Judgement:
    named = {"name": key, **fields}
    alert, wrong = build(named, context, alert_id=file_id(key), file_key=key)
    return Judgement(fields, alert, tuple(each.under("alerts", key) for each in wrong))
