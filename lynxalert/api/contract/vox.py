"""What is said of Vox's interface."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api.contract.asked import Paged
from lynxalert.api.contract.dialects import BATCH, KEYED, USUAL, one, refusing
from lynxalert.api.contract.operation import Family, Operation, Reply
from lynxalert.api.dialects import (
    batches,
    vox,
    vox_shapes,
)
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.taken import Accepted
from lynxalert.api.shapes.vox import VoxRefusal, VoxRule, VoxRules

VOX_RULES: Mapping[Endpoint, Operation] = {
    vox.index: Operation(name="vox_list_rules", says="Rules", asked=Paged, replies=one(VoxRules)),
    vox.create: Operation(
        name="vox_create_rule", says="Make a rule", takes=vox_shapes.New, replies=one(VoxRule, 201)
    ),
    vox.get: Operation(name="vox_get_rule", says="One rule", replies=one(VoxRule)),
    vox.update: Operation(
        name="vox_change_rule",
        says="Replace the fields in the body",
        takes=vox_shapes.Change,
        replies=one(VoxRule),
    ),
    vox.delete: Operation(name="vox_delete_rule", says="Remove a rule", replies={204: Reply("It is gone.")}),
    batches.call_events: Operation(
        name="vox_call_events",
        says="Send events of calls",
        takes=BATCH,
        headers=KEYED,
        replies=one(Accepted),
    ),
}
VOX = Family(
    name="Vox",
    says="The interface of Vox, over the same alerts.",
    operations=VOX_RULES,
    refusal=refusing(VoxRefusal),
    usual=(*USUAL, 422),
)
