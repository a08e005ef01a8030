"""What is said of `/alerts`: definitions, trials, records, reasons to stay quiet."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import alerts, backtests, charts, moments, overlays, records, rendering, trials
from lynxalert.api.alert_json import DERIVED
from lynxalert.api.contract.asked import (
    AboutAlerts,
    AboutDeliveries,
    AboutEvaluations,
    AboutTransitions,
    Moment,
    Replayed,
)
from lynxalert.api.contract.operation import SAME, AlertBody, Data, Either, Operation, Reply, gives, nothing
from lynxalert.api.contract.refusals import refusal
from lynxalert.api.dialects import selftune
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.alert import ShownAlert, ShownAlerts
from lynxalert.api.shapes.dialects import SelftuneAlert, SelftuneRefusal
from lynxalert.api.shapes.moments import ShownMoment, ShownTimeline
from lynxalert.api.shapes.paging import CountedPage, Page, Warned
from lynxalert.api.shapes.records import (
    Acknowledged,
    ShownDeliveries,
    ShownEvaluations,
    ShownHistory,
    ShownInstances,
)
from lynxalert.api.shapes.trials import DryRun, Previews, ShownBacktest, TestOutcomes

FIELDS = AlertBody("AlertFields", "The fields of a definition; null is the default of any of them.", DERIVED)
TRIAL = AlertBody(
    "AlertTrial", "A definition, or what of it differs, and the moment to look at.", DERIVED, Moment
)
REPLAY = AlertBody(
    "AlertReplay", "A definition, or what of it differs, and the time to play.", DERIVED, Replayed
)
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
TRIALS: Mapping[Endpoint, Operation] = {
    trials.test: Operation(
        name="test_alert",
        says="What an evaluation would do now; nothing is sent",
        more="Fields in the body stand instead of the stored ones. The channels are really probed.",
        takes=TRIAL,
        optional=True,
        replies=gives(DryRun),
    ),
    trials.test_unsaved: Operation(
        name="test_definition",
        says="The same for a definition that is not saved",
        takes=TRIAL,
        replies=gives(DryRun),
    ),
    trials.test_channels: Operation(
        name="test_channels",
        says="Send a real `[TEST]` message to every enabled channel",
        more="200 even where one fails: its row says so.",
        replies=gives(TestOutcomes),
    ),
    rendering.render: Operation(
        name="render_messages",
        says="What the channels of an alert would be told",
        more="Nothing is sent. Secrets in requests, and signatures of links, are hidden.",
        takes=rendering.Render,
        refuses=(404,),
        replies=gives(Previews),
    ),
    backtests.backtest: Operation(
        name="backtest_alert",
        says="What it would have told from `earliest` (`-7d`) to `latest`",
        more="Fields in the body stand instead of the stored ones; `against` is compared with. One backtest runs at a time.",
        takes=REPLAY,
        optional=True,
        refuses=(429,),
        replies=gives(ShownBacktest),
    ),
    backtests.backtest_unsaved: Operation(
        name="backtest_definition",
        says="The same for a definition that is not saved",
        takes=REPLAY,
        refuses=(429,),
        replies=gives(ShownBacktest),
    ),
}
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
RECORDS: Mapping[Endpoint, Operation] = {
    records.history: Operation(
        name="list_transitions",
        says="What it told, newest first",
        asked=AboutTransitions,
        replies=gives(ShownHistory, Page),
    ),
    records.notifications: Operation(
        name="list_alert_notifications",
        says="What was owed to its channels, newest first",
        asked=AboutDeliveries,
        replies=gives(ShownDeliveries, Page),
    ),
    records.evaluations: Operation(
        name="list_evaluations",
        says="Every slot judged, failed or skipped, newest first",
        asked=AboutEvaluations,
        replies=gives(ShownEvaluations, Page),
    ),
    moments.history: Operation(
        name="look_back",
        says="What was on record at an instant, or what happened from when to when",
        takes=moments.Asked,
        refuses=(404,),
        replies=gives(Either((ShownMoment, ShownTimeline)), Either((CountedPage, Page))),
    ),
    charts.chart: Operation(
        name="draw_chart",
        says="The value it watches over its last slots, as a picture",
        asked=charts.Chosen,
        refuses=(404,),
        replies={200: Reply("The chart.", {}, ("image/png",))},
    ),
    records.instances: Operation(
        name="list_instances", says="Where each of its instances stands", replies=gives(ShownInstances)
    ),
}
ALERTS: Mapping[Endpoint, Operation] = {**DEFINITIONS, **TRIALS, **QUIET, **RECORDS}
