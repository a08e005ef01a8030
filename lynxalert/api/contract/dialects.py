"""What is said of the interfaces of other products: selftune, Checkrd, Vox. Their errors are in words of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lynxalert.api.contract.asked import Paged
from lynxalert.api.contract.operation import Family, Operation, Reply
from lynxalert.api.contract.refusals import CODES, RETRIED
from lynxalert.api.dialects import (
    batches,
    checkrd,
    checkrd_records,
    checkrd_shapes,
    selftune,
    skills,
    vox,
    vox_shapes,
)
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes import dialects as shapes

USUAL = (400, 401, 403, 404, 408, 409, 412, 413, 415, 429, 500, 503, 504)
BATCH: Mapping[str, Any] = {"type": "object", "description": "A batch, as the product's client sends it."}
KEYED = ("Idempotency-Key", "Content-Encoding")


def _one(shape: Any, status: int = 200) -> dict[int, Reply]:
    return {status: Reply("Done.", shape)}


def _refusing(shape: Any) -> Any:
    def refusal(status: int) -> Reply:
        return Reply(CODES[status][0], shape, headers=("Retry-After",) if status in RETRIED else ())

    return refusal


SELFTUNE_ALERTS: Mapping[Endpoint, Operation] = {
    selftune.index: Operation(
        name="selftune_list_alerts", says="Alerts", asked=Paged, replies=_one(shapes.SelftuneAlerts)
    ),
    selftune.create: Operation(
        name="selftune_create_alert",
        says="Make an alert",
        headers=("Idempotency-Key",),
        takes=selftune.Definition,
        replies=_one(shapes.SelftuneAlert, 201),
    ),
    selftune.get: Operation(name="selftune_get_alert", says="One alert", replies=_one(shapes.SelftuneAlert)),
    selftune.delete: Operation(
        name="selftune_delete_alert", says="Remove an alert", replies={204: Reply("It is gone.")}
    ),
    skills.index: Operation(
        name="selftune_list_skills",
        says="Which skills were pushed or are configured",
        replies=_one(shapes.SelftuneSkills),
    ),
    batches.push: Operation(
        name="selftune_push",
        says="Send records",
        more="A `push_id` that came before is 409, which the command line takes for a success.",
        takes=BATCH,
        headers=("Content-Encoding",),
        replies=_one(shapes.SelftunePushed),
    ),
}
CHECKRD_ALERTS: Mapping[Endpoint, Operation] = {
    checkrd.index: Operation(
        name="checkrd_list_alerts", says="Alerts", asked=Paged, replies=_one(shapes.CheckrdAlerts)
    ),
    checkrd.create: Operation(
        name="checkrd_create_alert",
        says="Make an alert",
        headers=("Idempotency-Key",),
        takes=checkrd_shapes.New,
        replies=_one(shapes.CheckrdAlert),
    ),
    checkrd.get: Operation(name="checkrd_get_alert", says="One alert", replies=_one(shapes.CheckrdAlert)),
    checkrd.put: Operation(
        name="checkrd_change_alert",
        says="Replace the fields in the body",
        takes=checkrd_shapes.Change,
        replies=_one(shapes.CheckrdAlert),
    ),
    checkrd.delete: Operation(
        name="checkrd_delete_alert", says="Remove an alert", replies=_one(shapes.CheckrdDone)
    ),
    checkrd.toggle: Operation(
        name="checkrd_toggle_alert",
        says="Enable or disable",
        takes=checkrd_shapes.Toggle,
        replies=_one(shapes.CheckrdAlert),
    ),
    checkrd.mute: Operation(
        name="checkrd_mute_alert",
        says="Keep it quiet for a time",
        takes=checkrd_shapes.Mute,
        replies=_one(shapes.CheckrdAlert),
    ),
    checkrd.unmute: Operation(
        name="checkrd_unmute_alert", says="Let it speak again", replies=_one(shapes.CheckrdAlert)
    ),
    checkrd_records.history: Operation(
        name="checkrd_list_changes",
        says="Each change of state, newest first",
        asked=Paged,
        replies=_one(shapes.CheckrdChanges),
    ),
    checkrd_records.notifications: Operation(
        name="checkrd_list_notifications",
        says="Each message, newest first",
        asked=Paged,
        replies=_one(shapes.CheckrdNotifications),
    ),
    batches.telemetry: Operation(
        name="checkrd_telemetry",
        says="Send telemetry of agents",
        takes=BATCH,
        headers=KEYED,
        replies=_one(shapes.Accepted),
    ),
}
VOX_RULES: Mapping[Endpoint, Operation] = {
    vox.index: Operation(name="vox_list_rules", says="Rules", asked=Paged, replies=_one(shapes.VoxRules)),
    vox.create: Operation(
        name="vox_create_rule", says="Make a rule", takes=vox_shapes.New, replies=_one(shapes.VoxRule, 201)
    ),
    vox.get: Operation(name="vox_get_rule", says="One rule", replies=_one(shapes.VoxRule)),
    vox.update: Operation(
        name="vox_change_rule",
        says="Replace the fields in the body",
        takes=vox_shapes.Change,
        replies=_one(shapes.VoxRule),
    ),
    vox.delete: Operation(name="vox_delete_rule", says="Remove a rule", replies={204: Reply("It is gone.")}),
    batches.call_events: Operation(
        name="vox_call_events",
        says="Send events of calls",
        takes=BATCH,
        headers=KEYED,
        replies=_one(shapes.Accepted),
    ),
}
SELFTUNE = Family(
    name="selftune",
    says="The interface of selftune, over the same alerts.",
    operations=SELFTUNE_ALERTS,
    refusal=_refusing(shapes.SelftuneRefusal),
    usual=USUAL,
)
CHECKRD = Family(
    name="Checkrd",
    says="The interface of Checkrd, over the same alerts.",
    operations=CHECKRD_ALERTS,
    refusal=_refusing(shapes.CheckrdRefusal),
    usual=USUAL,
)
VOX = Family(
    name="Vox",
    says="The interface of Vox, over the same alerts.",
    operations=VOX_RULES,
    refusal=_refusing(shapes.VoxRefusal),
    usual=(*USUAL, 422),
)
