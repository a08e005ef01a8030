"""`/config`: the configuration in force without its secrets, and reading it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from lynxalert.api.access import actor_of
from lynxalert.api.errors import ApiError
from lynxalert.api.keys import CONFIGURATION
from lynxalert.api.reply import success
from lynxalert.config import ConfigError
from lynxalert.config.channels import OWN
from lynxalert.config.secrets import is_reference
from lynxalert.notify.configure import mask

_PASSWORDS = frozenset({"password"})


async def show(request: web.Request) -> web.Response:
    """`GET /config`: the file as written, references to secrets as references, secrets in it masked."""
    settings = request.app[CONFIGURATION].settings
    found = {
        "file": str(settings.file) if settings.file else None,
        "config": masked(settings.written),
        "warnings": [each.as_json() for each in settings.warnings],
    }
    return success(found)


async def plan(request: web.Request) -> web.Response:
    """`POST /config/plan`: what a reload would change; 422 with every mistake that would stop it. Nothing is applied."""
    try:
        return success(await request.app[CONFIGURATION].plan())
    except ConfigError as error:
        raise _refusal("a reload would be refused", error) from None


async def reload(request: web.Request) -> web.Response:
    """`POST /config/reload`: 200 with what changed; 422 with every mistake, and nothing has changed."""
    try:
        return success(await request.app[CONFIGURATION].reload(by=actor_of(request)))
    except ConfigError as error:
        raise _refusal("the configuration in force stays", error) from None


def _refusal(what: str, error: ConfigError) -> ApiError:
    fatal = [each for each in error.found if each.mistake.fatal]
    details = [each.as_json() for each in error.found]
    return ApiError(422, "VALIDATION_ERROR", f"{what}: {fatal[0].mistake.text}", details=details)


def masked(written: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a configuration file as anyone may see it."""
    shown: dict[str, Any] = dict(written)
    if isinstance(written.get("channels"), Mapping):
        shown["channels"] = {key: _channel(each) for key, each in written["channels"].items()}
    if isinstance(written.get("alerts"), Mapping):
        shown["alerts"] = {key: _alert(each) for key, each in written["alerts"].items()}
    if isinstance(written.get("email"), Mapping):
        shown["email"] = {
            key: "..." if key in _PASSWORDS and not is_reference(each) else each
            for key, each in written["email"].items()
        }
    server = written.get("server")
    if isinstance(server, Mapping) and isinstance(server.get("jwt"), Mapping):
        shown["server"] = {**server, "jwt": {**server["jwt"], "key": _keys(server["jwt"].get("key"))}}
    heartbeat = written.get("heartbeat")
    if isinstance(heartbeat, Mapping) and isinstance(heartbeat.get("url"), str):
        shown["heartbeat"] = {**heartbeat, "url": mask("webhook", {"url": heartbeat["url"]})["url"]}
    ingest = written.get("ingest")
    if isinstance(ingest, Mapping) and isinstance(ingest.get("keys"), Mapping):
        shown["ingest"] = {**ingest, "keys": {name: _keys(each) for name, each in ingest["keys"].items()}}
    return shown


def _keys(keys: Any) -> Any:
    if isinstance(keys, list):
        return [_keys(each) for each in keys]
    return dict(keys) if is_reference(keys) else "..."


def _alert(alert: Any) -> Any:
    channels = alert.get("channels")
    if not isinstance(channels, list):
        return alert
    return {**alert, "channels": [each if isinstance(each, str) else _channel(each) for each in channels]}


def _channel(channel: Any) -> Any:
    kind = str(channel.get("type"))
    own = {key: each for key, each in channel.items() if key in OWN and key != "config"}
    config = channel.get("config", {key: each for key, each in channel.items() if key not in OWN})
    shown = _config(kind, config)
    return {**own, "config": shown} if "config" in channel else {**own, **shown}


def _config(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    literal = {key: each for key, each in config.items() if not _refers(each)}
    return {
        key: _reference(each) if _refers(each) else mask(kind, literal)[key] for key, each in config.items()
    }


def _refers(value: Any) -> bool:
    """Whether *value* is a reference, or a table with one in it (headers)."""
    return is_reference(value) or (
        isinstance(value, Mapping) and any(is_reference(each) for each in value.values())
    )


def _reference(value: Any) -> Any:
    if is_reference(value):
        return dict(value)
    return {key: dict(each) if is_reference(each) else "..." for key, each in value.items()}
