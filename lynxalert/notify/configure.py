"""Channel configuration: plain mapping → channel or every problem in it; masks for reading it back.

Shared by the configuration file and the API: both know the path at which the channel stands.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lynxalert.alerts.model import ChannelSpec
from lynxalert.lang import Code
from lynxalert.notify import fields, travel
from lynxalert.notify.channel import Channel, channels, field_types, setting
from lynxalert.notify.message import Plain
from lynxalert.registry import suggest

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a channel: where, the whole sentence as the API prints it, and what to do about it."""

    path: Path
    message: str
    help: str | None = None
    code: Code = Code.BAD_SETTING


def spell(path: Path) -> str:
    """`channels[1].config.bot_token`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def configure(
    kind: Plain, config: Plain, path: Path, config_path: Path | None = None
) -> tuple[Channel | None, tuple[Problem, ...]]:
    """The channel of type *kind* that *config* describes, or None and every problem.

    *path* is the channel's place (`channels`, 1), *config_path* that of its fields (default: `config` in it).
    """
    inside = (*path, "config") if config_path is None else config_path
    known = channels()
    if kind is None or kind == "":
        return None, (
            Problem((*path, "type"), f"{spell((*path, 'type'))} is required", None, Code.MISSING_KEY),
        )
    if not isinstance(kind, str) or kind not in known:
        near = suggest(str(kind), known)
        tip = f"did you mean `{near}`?" if near else "one of " + ", ".join(known)
        text = f"{spell(path)}.type '{str(kind)[:60]}' is not supported"
        return None, (Problem((*path, "type"), text, tip, Code.UNKNOWN_CHANNEL),)
    if config is not None and not isinstance(config, Mapping):
        return None, (Problem(inside, f"{spell(inside)} must be an object"),)
    return _build(known[kind], config or {}, inside)


def mask(kind: str, config: Mapping[str, Plain]) -> dict[str, Plain]:
    """*config* as a reader may see it: secrets, header values and the paths of URLs end in `...`."""
    if kind not in channels():
        return {name: fields.Secret(str(value)).mask for name, value in config.items()}
    kinds = _settings(channels()[kind])
    return {name: _masked(kinds.get(name, fields.Secret), value) for name, value in config.items()}


def merge(
    sent: Sequence[ChannelSpec], stored: Sequence[ChannelSpec], path: Path = ("channels",)
) -> tuple[tuple[ChannelSpec, ...], tuple[Problem, ...]]:
    """*sent* with every secret that was left out, or sent back as its mask, taken from *stored*.

    Channels match by type, name and ordinal among those; null removes a field. A mask that matches nothing is a
    problem, because sending it on would store three dots as a password.
    """
    left = list(stored)
    whole: list[ChannelSpec] = []
    problems: list[Problem] = []
    for index, one in enumerate(sent):
        match = next((old for old in left if (old.type, old.name) == (one.type, one.name)), None)
        if match is not None:
            left.remove(match)
        before = match.config if match else {}
        config = _kept(one, before)
        whole.append(replace(one, config=config))
        for name in sorted(_secret_fields(one.type) & set(config)):
            if _is_mask(config[name]) and config[name] != before.get(name):
                where = (*path, index, "config", name)
                problems.append(
                    Problem(where, f"{spell(where)} is a mask of no stored value", "send the whole value")
                )
    return tuple(whole), tuple(problems)


def _build(
    cls: type[Channel], config: Mapping[str, Plain], inside: Path
) -> tuple[Channel | None, tuple[Problem, ...]]:
    kinds = _settings(cls)
    problems = [_unknown(cls.kind, name, kinds, inside) for name in config if name not in kinds]
    values: dict[str, object] = {}
    for one in dataclasses.fields(cls):  # type: ignore[arg-type] # every channel is a dataclass
        name = setting(one.name)
        where = (*inside, name)
        value = config.get(name)
        if value is None or value in ("", [], ()):
            if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
                text = f"{spell(where)} is required for type '{cls.kind}'"
                problems.append(Problem(where, text, None, Code.MISSING_KEY))
            continue
        try:
            values[one.name] = fields.read(kinds[name], value)
        except ValueError as wrong:
            problems.append(Problem(where, f"{spell(where)} must be {wrong}"))
    if any(problem.code is not Code.UNKNOWN_KEY for problem in problems):
        return None, tuple(problems)
    made = cls(**values)
    problems += [
        Problem((*inside, name), f"{spell((*inside, name))} {objection}")
        for name, objection in (*made.objections(), *travel.objections(made))
    ]
    return (None if problems else made), tuple(problems)


def _settings(cls: type[Channel]) -> dict[str, Any]:
    return {setting(name): wanted for name, wanted in field_types(cls).items()}


def _unknown(kind: str, name: str, kinds: Mapping[str, object], inside: Path) -> Problem:
    where = (*inside, name)
    near = suggest(str(name), kinds)
    tip = f"did you mean `{near}`?" if near else "one of " + ", ".join(kinds)
    return Problem(where, f"{spell(where)} is not known for type '{kind}'", tip, Code.UNKNOWN_KEY)


def _secret_fields(kind: str) -> set[str]:
    if kind not in channels():
        return set()
    secret = (fields.Secret, fields.Url)
    types = _settings(channels()[kind])
    return {name for name, wanted in types.items() if _is(wanted, secret) or _is_headers(wanted)}


def _is(wanted: object, among: tuple[type, ...]) -> bool:
    return wanted in among or any(option in among for option in typing.get_args(wanted))


def _is_headers(wanted: object) -> bool:
    return typing.get_origin(wanted) is Mapping


def _masked(wanted: object, value: Plain) -> Plain:
    if value in (None, "") or not (_is(wanted, (fields.Secret, fields.Url)) or _is_headers(wanted)):
        return value
    try:
        return fields.mask(fields.read(wanted, value))
    except ValueError:
        return fields.Secret(str(value)).mask


def _kept(one: ChannelSpec, before: Mapping[str, Plain]) -> dict[str, Plain]:
    config = dict(one.config)
    shown = mask(one.type, before)
    for name in _secret_fields(one.type) & set(before):
        old, seen = before[name], shown[name]
        if name not in config or config[name] == seen:
            config[name] = old
        elif isinstance(old, Mapping) and isinstance(config[name], Mapping):
            config[name] = {
                key: old[key] if key in old and text == seen[key] else text
                for key, text in config[name].items()
            }
    return {name: value for name, value in config.items() if value is not None}


def _is_mask(value: Plain) -> bool:
    if isinstance(value, Mapping):
        return any(_is_mask(text) for name, text in value.items() if name.lower() not in fields.OPEN_HEADERS)
    return isinstance(value, str) and value.endswith(fields.MASK)
