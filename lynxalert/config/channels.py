"""Channels as written, in a file or in a body of the API → checked specifications, or every mistake in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lynxalert.alerts import ChannelSpec
from lynxalert.config.flow import Flow, flow_mistakes, grouping_of, pace_of
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.config.settings import Email
from lynxalert.config.shape import read_rest
from lynxalert.config.templates import of_channel
from lynxalert.lang import Code
from lynxalert.notify.configure import configure, spell
from lynxalert.registry import suggest

MOST = 50  # channels of one alert
OWN = (
    "type",
    "name",
    "enabled",
    "send_resolved",
    "group_by",
    "group_wait",
    "group_interval",
    "rate",
    "burst",
    "max_age",
    "max_age_resolved",
    "probe_interval",
    "config",
)


class ChannelDefinition(Flow):
    """What every channel has besides the configuration of its type."""

    type: Any = None  # judged with the configuration, in one sentence
    name: str | None = None
    enabled: bool = True
    send_resolved: bool = True
    config: Any = None


@dataclass(frozen=True, slots=True)
class Style:
    """How channels are written. *flat*: the configuration stands beside `type` (files), else under `config` (bodies).

    *email* is what an email channel has unless it says otherwise. *lenient*: what a channel needs may be missing yet.
    """

    flat: bool
    email: Mapping[str, Any] = field(default_factory=dict)
    lenient: bool = False


def channel(raw: Any, path: Path, style: Style) -> tuple[ChannelSpec | None, list[Mistake]]:
    """One channel at *path*."""
    if not isinstance(raw, Mapping):
        return None, [Mistake(path, "must be an object")]
    flat = style.flat and "config" not in raw
    own = {key: value for key, value in raw.items() if key in OWN} if flat else dict(raw)
    config = {key: value for key, value in raw.items() if key not in OWN} if flat else raw.get("config")
    definition, mistakes, _ = read_rest(ChannelDefinition, own)
    if definition.type == "email" and isinstance(config, Mapping | None):
        config = {**style.email, **(config or {})}
    mistakes = [each.under(*path) for each in mistakes]
    made, problems = configure(definition.type, config, path, path if flat else None)
    for problem in problems:
        # The sentences of `configure` begin with the path, which a mistake keeps apart.
        text = problem.message.removeprefix(spell(problem.path)).lstrip()
        mistakes.append(Mistake(problem.path, text, problem.code, problem.help))
    inside = path if flat else (*path, "config")
    if style.lenient and not flat and _merely_lacking(mistakes, inside, config):
        mistakes = [replace(each, code=Code.LINT) for each in mistakes]
    elif made is None or mistakes:
        return None, mistakes
    wrong = flow_mistakes(definition, path, stateful=made is not None and made.stateful)
    if wrong:
        return None, wrong
    spec = ChannelSpec(
        type=definition.type,
        name=definition.name or definition.type,
        enabled=definition.enabled,
        send_resolved=definition.send_resolved,
        grouping=grouping_of(definition),
        pace=pace_of(definition),
        max_age=definition.max_age,
        max_age_resolved=definition.max_age_resolved,
        probe_interval=definition.probe_interval,
        config=dict(config or {}),
    )
    findings = mistakes + (of_channel(spec, inside) if made is not None else [])
    return (None if any(each.fatal for each in findings) else spec), findings


def _merely_lacking(mistakes: Sequence[Mistake], inside: Path, config: Any) -> bool:
    """Whether all that is wrong are settings that are not there."""
    return all(each.path[:-1] == inside and each.path[-1] not in (config or {}) for each in mistakes)


def named(table: Mapping[str, Any], style: Style) -> tuple[dict[str, ChannelSpec], list[Mistake]]:
    """`[channels.<name>]` of a file: the sound ones by name. A channel is called by its key unless it has a name."""
    raw = table.get("channels", {})
    if not isinstance(raw, Mapping):
        return {}, [Mistake(("channels",), "must be tables: write each as [channels.<name>]")]
    found: dict[str, ChannelSpec] = {}
    mistakes = []
    for key, each in raw.items():
        called = {"name": key, **each} if isinstance(each, Mapping) else each
        spec, wrong = channel(called, ("channels", key), style)
        mistakes += wrong
        if spec is not None:
            found[key] = spec
    return found, mistakes


def channels(
    raw: Sequence[Any], known: Mapping[str, ChannelSpec | None], style: Style
) -> tuple[tuple[ChannelSpec, ...], list[Mistake]]:
    """The `channels` of an alert: texts name *known* ones (None: known but wrong, told elsewhere), objects are its own."""
    specs: list[ChannelSpec] = []
    mistakes = []
    if len(raw) > MOST:
        mistakes.append(Mistake(("channels",), f"are too many: at most {MOST}"))
    for position, each in enumerate(raw[:MOST]):
        path: Path = ("channels", position)
        if not isinstance(each, str | Mapping):
            mistakes.append(Mistake(path, "must be the name of a channel, or an object"))
            continue
        if not isinstance(each, str):
            spec, wrong = channel(each, path, style)
            mistakes += wrong
        elif each in known:
            spec = known[each]
        else:
            near = suggest(each, known)
            hint = (
                f"did you mean `{near}`?" if near else "define it as [channels.<name>] in the configuration"
            )
            mistakes.append(Mistake(path, f"names no channel: {each[:60]}", Code.UNKNOWN_CHANNEL, hint))
            continue
        if spec is not None:
            specs.append(spec)
    return tuple(specs), mistakes


def email_defaults(email: Email) -> dict[str, Any]:
    """What `[email]` sets, as an email channel has it."""
    return email.model_dump(by_alias=True, exclude_unset=True)
