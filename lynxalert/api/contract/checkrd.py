"""What is said of Checkrd's interface."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract.asked import Paged
from lynxalert.api.contract.dialects import BATCH, KEYED, USUAL, one, refusing
from lynxalert.api.contract.operation import Family, Operation
from lynxalert.api.dialects import (
    batches,
    checkrd,
    checkrd_records,
    checkrd_shapes,
)
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.checkrd import (
    CheckrdAlert,
    CheckrdAlerts,
    CheckrdChanges,
    CheckrdDone,
    CheckrdNotifications,
    CheckrdRefusal,
)
from lynxalert.api.shapes.taken import Accepted

CHECKRD_ALERTS: Mapping[Endpoint, Operation] = {
    checkrd.index: Operation(
        name="checkrd_list_alerts", says="Alerts", asked=Paged, replies=one(CheckrdAlerts)
    ),
    checkrd.create: Operation(
        name="checkrd_create_alert",
        says="Make an alert",
        headers=("Idempotency-Key",),
        takes=checkrd_shapes.New,
        replies=one(CheckrdAlert),
    ),
    checkrd.get: Operation(name="checkrd_get_alert", says="One alert", replies=one(CheckrdAlert)),
    checkrd.put: Operation(
        name="checkrd_change_alert",
        says="Replace the fields in the body",
        takes=checkrd_shapes.Change,
        replies=one(CheckrdAlert),
    ),
    checkrd.delete: Operation(name="checkrd_delete_alert", says="Remove an alert", replies=one(CheckrdDone)),
    checkrd.toggle: Operation(
        name="checkrd_toggle_alert",
        says="Enable or disable",
        takes=checkrd_shapes.Toggle,
        replies=one(CheckrdAlert),
    ),
    checkrd.mute: Operation(
        name="checkrd_mute_alert",
        says="Keep it quiet for a time",
        takes=checkrd_shapes.Mute,
        replies=one(CheckrdAlert),
    ),
    checkrd.unmute: Operation(
        name="checkrd_unmute_alert", says="Let it speak again", replies=one(CheckrdAlert)
    ),
    checkrd_records.history: Operation(
        name="checkrd_list_changes",
        says="Each change of state, newest first",
        asked=Paged,
        replies=one(CheckrdChanges),
    ),
    checkrd_records.notifications: Operation(
        name="checkrd_list_notifications",
        says="Each message, newest first",
        asked=Paged,
        replies=one(CheckrdNotifications),
    ),
    batches.telemetry: Operation(
        name="checkrd_telemetry",
        says="Send telemetry of agents",
        takes=BATCH,
        headers=KEYED,
        replies=one(Accepted),
    ),
}
CHECKRD = Family(
    name="Checkrd",
    says="The interface of Checkrd, over the same alerts.",
    operations=CHECKRD_ALERTS,
    refusal=refusing(CheckrdRefusal),
    usual=USUAL,
)
