"""Message templates as written → the mistakes in them, before anything is sent with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lynxalert.alerts import Alert, ChannelSpec, Every
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.lang import Code
from lynxalert.notify.sample import Finding, vet
from lynxalert.plan import Type, Value

# Nothing in a message but its values depends on the alert, and without a row no value is known.
_INTERVAL = dt.timedelta(minutes=5)
_STAND_IN = Alert(
    id="alt_0000000000000000", name="sample", query="*", schedule=Every(_INTERVAL, "5m"), window=_INTERVAL
)
_SAMPLES: Mapping[Type, Value] = {
    Type.INTEGER: 5,
    Type.FLOAT: 0.5,
    Type.BOOLEAN: True,
    Type.LIST: ["text"],
    Type.NULL: None,
}
_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def of_channel(spec: ChannelSpec, path: Path) -> list[Mistake]:
    """What is wrong in the templates of a channel whose configuration stands at *path*."""
    found = vet(replace(_STAND_IN, channels=(spec,)), None, _MOMENT)
    return [_mistake(each, (*path, each.path[-1])) for each in found]


def of_alert(templates: Mapping[str, str]) -> list[Mistake]:
    """What is wrong in the templates that an alert has for all its channels."""
    found = vet(replace(_STAND_IN, templates=templates), None, _MOMENT)
    return [_mistake(each, each.path) for each in found]


def of_result(
    templates: Mapping[str, str], channels: Sequence[ChannelSpec], columns: Mapping[str, Type] | None
) -> list[Mistake]:
    """What templates of an alert and its channels ask of a result that will not be there.

    Nothing is said while the *columns* of the result depend on the events.
    """
    if columns is None:
        return []
    row = {name: _SAMPLES.get(kind, "text") for name, kind in columns.items()}
    alert = replace(_STAND_IN, templates=templates, channels=tuple(channels))
    known = {_said(each) for each in vet(alert, None, _MOMENT)}
    found = [each for each in vet(alert, row, _MOMENT) if _said(each) not in known]
    return [_mistake(each, each.path[:2]) for each in found if each.diagnostic.code is Code.LINT]


def _said(finding: Finding) -> tuple[Path, str]:
    return finding.path, finding.diagnostic.message


def _mistake(finding: Finding, path: Path) -> Mistake:
    diagnostic = finding.diagnostic
    code = Code.LINT if diagnostic.code is Code.LINT else Code.BAD_TEMPLATE
    return Mistake(path, f": {diagnostic.message}", code, diagnostic.help, diagnostic.span)
