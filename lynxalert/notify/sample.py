"""Alert and a row → an occasion as if it had just fired: for test messages, previews and the check of templates.

`vet` is that check: every mistake in an alert's templates, before it is saved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lynxalert.alerts.keys import key_of
from lynxalert.alerts.model import Alert, ChannelSpec, Kind, Match, Phase, Transition
from lynxalert.clock import rfc3339
from lynxalert.lang import Diagnostic
from lynxalert.notify.channel import field_types
from lynxalert.notify.facts import Occasion, facts_of
from lynxalert.notify.fields import Template
from lynxalert.notify.markup import PLAIN, Markup
from lynxalert.notify.message import Link
from lynxalert.notify.queueing import made
from lynxalert.notify.render import payload_markup
from lynxalert.notify.templates import check
from lynxalert.plan import Row, TimeWindow

SAMPLE: Row = {"sample": "value", "count": 42}


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake in a template: where the template stands, its text, and what is wrong in it."""

    path: tuple[str | int, ...]
    source: str
    diagnostic: Diagnostic


def sample(
    alert: Alert,
    row: Row | None,
    at: dt.datetime,
    *,
    kind: Kind = Kind.FIRED,
    links: tuple[Link, ...] = (),
    labels: Row | None = None,
    test: bool = False,
) -> Occasion:
    """*alert* firing at *at* with *row*, or with a made-up row; its episode is none that exists.

    *labels* are its by-fields. What is no beginning began three windows earlier.
    """
    values, labels = SAMPLE if row is None else row, labels or {}
    started = at if kind in (Kind.FIRED, Kind.NO_DATA, Kind.FLAPPING) else at - 3 * alert.window
    phases = {Kind.RESOLVED: Phase.OK, Kind.NO_DATA: Phase.NODATA}
    digest = hashlib.sha256(f"{alert.id}\x00{rfc3339(at)}".encode()).hexdigest()[:24]
    transition = Transition(
        alert_id=alert.id,
        version=alert.version,
        key=key_of(labels),
        labels=labels,
        kind=kind,
        previous=Phase.OK if started == at else Phase.FIRING,
        phase=phases.get(kind, Phase.FIRING),
        episode=f"test-{digest}",
        sequence=1,
        started=started,
        at=at,
        match=Match(key_of(labels), labels, values),
    )
    window = TimeWindow(at - alert.window, at)
    return Occasion(alert=alert, transition=transition, window=window, rows=(values,), links=links, test=test)


def vet(alert: Alert, row: Row | None, at: dt.datetime) -> tuple[Finding, ...]:
    """Every mistake in the templates of *alert* and its channels, errors and warnings; *row* is a real result.

    Without a row nothing is said about fields of `result`, because nobody knows them yet.
    """
    written: list[tuple[tuple[str | int, ...], str, Markup]] = [
        (("templates", name), source, PLAIN) for name, source in alert.templates.items()
    ]
    for index, spec in enumerate(alert.channels):
        written += [
            (("channels", index, "config", name), source, markup) for name, source, markup in _templates(spec)
        ]
    if not written:
        return ()
    occasion = sample(alert, row, at)
    facts = facts_of(replace(occasion, transition=replace(occasion.transition, match=None), rows=()))
    if row is not None:
        facts = facts_of(occasion)
    return tuple(
        Finding(path, source, diagnostic)
        for path, source, markup in written
        for diagnostic in check(source, markup, facts)
    )


def _templates(spec: ChannelSpec) -> Iterator[tuple[str, str, Markup]]:
    """Each template of a channel: its field, its text, and the markup its values are escaped for."""
    channel = made(spec)
    if channel is None:
        return
    for name in field_types(type(channel)):
        source = getattr(channel, name)
        if isinstance(source, Template):
            is_body = name == "body_template"
            markup = PLAIN if name == "title_template" else channel.markup
            if is_body:
                markup = payload_markup(source, getattr(channel, "headers", {}))
            yield name, source, markup
