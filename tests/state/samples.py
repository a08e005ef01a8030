"""Values to store: one alert, one instance, one transition, deliveries; vary them with `replace`."""

from __future__ import annotations

import datetime as dt

from lynxalert.alerts import (
    ActiveSchedule,
    ActiveWindow,
    Alert,
    ChannelSpec,
    Episode,
    Every,
    Instance,
    Kind,
    Match,
    NoData,
    Phase,
    Policy,
    Reason,
    Transition,
)
from lynxalert.notify.message import Message
from lynxalert.notify.model import Delivery, Status, Target, delivery_id

NOON = dt.datetime(2026, 2, 14, 12, 0, 0, 123456, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
SECRET = "canary-5f2a"

WEBHOOK = ChannelSpec(type="webhook", name="hook", config={"url": f"https://example.com/{SECRET}"})
ALERT = Alert(
    id="alt_1",
    name="High error rate",
    query="level=error | stats count as errors by service | where errors > 100",
    schedule=Every(5 * MINUTE, "5m"),
    window=5 * MINUTE,
    channels=(WEBHOOK,),
    when={"type": "threshold", "field": "errors", "op": "gt", "value": 100},
    policy=Policy(hold=MINUTE, repeat_interval=MINUTE, no_data=NoData.NODATA),
    expect=({"service": "api"}, {"service": None}),
    by=("service",),
    active_schedule=ActiveSchedule("Europe/Berlin", (ActiveWindow(("Monday",), "09:00", "18:00"),)),
    labels={"team": "sre"},
    paused_until=NOON,
    file_key="high-error-rate",
)
ROW = {"service": "api", "errors": 247, "first": NOON, "tags": ["a", 1.5, None], "odd": "\u202eü"}
MATCH = Match('{"service":"api"}', {"service": "api"}, ROW, 247.0, "warn", 2)
INSTANCE = Instance(
    key=MATCH.key,
    labels=MATCH.labels,
    phase=Phase.FIRING,
    since=NOON,
    seen=NOON,
    hit=NOON,
    match=MATCH,
    episode=Episode(id="ep_1", started=NOON, sequence=1, told=NOON, tier="warn"),
    flips=5,
)
TRANSITION = Transition(
    alert_id="alt_1",
    version=1,
    key=MATCH.key,
    labels=MATCH.labels,
    kind=Kind.FIRED,
    previous=Phase.PENDING,
    phase=Phase.FIRING,
    episode="ep_1",
    sequence=1,
    started=NOON,
    at=NOON,
    reason=Reason.NO_EVENTS,
    match=MATCH,
    tier="warn",
    late=True,
)


def delivery(
    episode: str = "ep_1",
    sequence: int = 1,
    name: str = "hook",
    *,
    destination: str | None = None,
    due: dt.datetime | None = NOON,
    kind: Kind = Kind.FIRED,
    status: Status = Status.QUEUED,
    alert_id: str = "alt_1",
) -> Delivery:
    target = Target("webhook", name, destination or f"webhook:{name}")
    message = Message(
        subject="t",
        title="t",
        text="x",
        kind=str(kind),
        state="resolved" if kind is Kind.RESOLVED else "firing",
        severity="error",
        episode=episode,
        starts_at="2026-02-14T12:00:00Z",
        sent_at="2026-02-14T12:00:00Z",
    )
    return Delivery(
        id=delivery_id(episode, sequence, target),
        alert_id=alert_id,
        key="{}",
        episode=episode,
        sequence=sequence,
        target=target,
        kind=kind,
        status=status,
        created_at=NOON,
        due_at=due,
        message=message,
    )
