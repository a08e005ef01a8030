"""Message templates as written → the mistakes in them, before anything is sent with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from lynxalert.alerts import Alert, ChannelSpec, Every
from lynxalert.config.mistakes import Mistake
from lynxalert.config.places import Path
from lynxalert.lang import Code
from lynxalert.notify.sample import Finding, vet

# Nothing in a message but its values depends on the alert, and without a row no value is known.
_INTERVAL = dt.timedelta(minutes=5)
_STAND_IN = Alert(
    id="alt_0000000000000000", name="sample", query="*", schedule=Every(_INTERVAL, "5m"), window=_INTERVAL
)
_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def of_channel(spec: ChannelSpec, path: Path) -> list[Mistake]:
    """What is wrong in the templates of a channel whose configuration stands at *path*."""
    found = vet(replace(_STAND_IN, channels=(spec,)), None, _MOMENT)
    return [_mistake(each, (*path, each.path[-1])) for each in found]


def of_alert(templates: Mapping[str, str]) -> list[Mistake]:
    """What is wrong in the templates that an alert has for all its channels."""
    found = vet(replace(_STAND_IN, templates=templates), None, _MOMENT)
    return [_mistake(each, each.path) for each in found]


def _mistake(finding: Finding, path: Path) -> Mistake:
    diagnostic = finding.diagnostic
    code = Code.LINT if diagnostic.code is Code.LINT else Code.BAD_TEMPLATE
    return Mistake(path, f": {diagnostic.message}", code, diagnostic.help, diagnostic.span)
