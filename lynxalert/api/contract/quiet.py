"""What is said of reasons to stay quiet."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import overlays
from lynxalert.api.contract.operation import Operation, gives, nothing
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.alert import ShownAlert
from lynxalert.api.shapes.records import Acknowledged

QUIET: Mapping[Endpoint, Operation] = {
    overlays.mute: Operation(
        name="mute_alert",
        says="Keep it quiet, for a time or until unmuted",
        takes=overlays.Mute,
        optional=True,
        replies=gives(ShownAlert),
    ),
    overlays.unmute: Operation(
        name="unmute_alert",
        says="Let it speak again",
        takes=overlays.Unmute,
        optional=True,
        replies=gives(ShownAlert),
    ),
    overlays.ack: Operation(
        name="acknowledge_alert",
        says="No more repeats of what fires: somebody knows",
        more="409 if nothing fires.",
        takes=overlays.Known,
        optional=True,
        refuses=(409,),
        replies=gives(Acknowledged),
    ),
    overlays.unack: Operation(
        name="unacknowledge_alert",
        says="Let it be repeated again",
        takes=overlays.Unknown,
        optional=True,
        refuses=(409,),
        replies=nothing(),
    ),
}
