"""What is said of selftune's interface."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract.asked import Paged
from lynxalert.api.contract.dialects import BATCH, USUAL, one, refusing
from lynxalert.api.contract.operation import Family, Operation, Reply
from lynxalert.api.dialects import (
    batches,
    selftune,
    skills,
)
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.selftune import (
    SelftuneAlert,
    SelftuneAlerts,
    SelftunePushed,
    SelftuneRefusal,
    SelftuneSkills,
)

SELFTUNE_ALERTS: Mapping[Endpoint, Operation] = {
    selftune.index: Operation(
        name="selftune_list_alerts", says="Alerts", asked=Paged, replies=one(SelftuneAlerts)
    ),
    selftune.create: Operation(
        name="selftune_create_alert",
        says="Make an alert",
        headers=("Idempotency-Key",),
        takes=selftune.Definition,
        replies=one(SelftuneAlert, 201),
    ),
    selftune.get: Operation(name="selftune_get_alert", says="One alert", replies=one(SelftuneAlert)),
    selftune.delete: Operation(
        name="selftune_delete_alert", says="Remove an alert", replies={204: Reply("It is gone.")}
    ),
    skills.index: Operation(
        name="selftune_list_skills",
        says="Which skills were pushed or are configured",
        replies=one(SelftuneSkills),
    ),
    batches.push: Operation(
        name="selftune_push",
        says="Send records",
        more="A `push_id` that came before is 409, which the command line takes for a success.",
        takes=BATCH,
        headers=("Content-Encoding",),
        replies=one(SelftunePushed),
    ),
}
SELFTUNE = Family(
    name="selftune",
    says="The interface of selftune, over the same alerts.",
    operations=SELFTUNE_ALERTS,
    refusal=refusing(SelftuneRefusal),
    usual=USUAL,
)
