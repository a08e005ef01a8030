"""What is said of `/alerts`: their definitions; what else is said stands beside this."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import alerts
from lynxalert.api.alert_json import DERIVED
from lynxalert.api.contract.asked import AboutAlerts
from lynxalert.api.contract.operation import SAME, AlertBody, Data, Either, Operation, Reply, gives, nothing
from lynxalert.api.contract.quiet import QUIET
from lynxalert.api.contract.records import RECORDS
from lynxalert.api.contract.refusals import refusal
from lynxalert.api.contract.trials import TRIALS
from lynxalert.api.dialects import selftune
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.alert import ShownAlert, ShownAlerts
from lynxalert.api.shapes.paging import CountedPage, Warned
from lynxalert.api.shapes.selftune import SelftuneAlert, SelftuneRefusal

FIELDS = AlertBody("AlertFields", "The fields of a definition; null is the default of any of them.", DERIVED)
BUSY = (409, 412)
ONE = gives(ShownAlert, Warned, says="The alert.", headers=("ETag",))
MADE = Either((Data(ShownAlert, Warned), SelftuneAlert))
WRONG = Either((refusal(400).shape, SelftuneRefusal))
DEFINITIONS: Mapping[Endpoint, Operation] = {
    alerts.index: Operation(
        name="list_alerts",
        says="All alerts, by name",
        more="All at once without `limit` and `cursor`.",
        asked=AboutAlerts,
        replies=gives(ShownAlerts, CountedPage),
    ),
    selftune.create_shared: Operation(
        name="create_alert",
        says="Make an alert",
        more="A body with `type` and none of `q`, `query` and `channels` is selftune's, and answered in its words.",
        takes=Either((FIELDS, selftune.Definition)),
        headers=("Idempotency-Key",),
        refuses=(409,),
        replies={
            201: Reply("The alert that was made.", MADE, headers=("ETag", "Location")),
            400: Reply("No JSON; or what is wrong, in selftune's words.", WRONG),
        },
    ),
    alerts.get: Operation(
        name="get_alert",
        says="One alert, by id or key in the file",
        headers=("If-None-Match",),
        replies={**ONE, 304: SAME},
    ),
    alerts.put: Operation(
        name="replace_alert",
        says="Replace the definition",
        more="Secrets that are masked or left out stay as stored, and so does the state, as far as the alert means the same.",
        takes=FIELDS,
        headers=("If-Match",),
        refuses=BUSY,
        replies=ONE,
    ),
    alerts.patch: Operation(
        name="change_alert",
        says="Replace the fields in the body",
        takes=FIELDS,
        headers=("If-Match",),
        refuses=BUSY,
        replies=ONE,
    ),
    alerts.delete: Operation(
        name="delete_alert",
        says="Remove an alert; what fires ends",
        headers=("If-Match",),
        refuses=BUSY,
        replies=nothing(),
    ),
    alerts.toggle: Operation(
        name="toggle_alert",
        says="Enable what is disabled, or the other way round",
        takes=alerts.Switch,
        optional=True,
        headers=("If-Match",),
        refuses=BUSY,
        replies=ONE,
    ),
}
ALERTS: Mapping[Endpoint, Operation] = {**DEFINITIONS, **TRIALS, **QUIET, **RECORDS}
