"""What is said of trying alerts out."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import backtests, rendering, trials
from lynxalert.api.alert_json import DERIVED
from lynxalert.api.contract.asked import (
    Moment,
    Replayed,
)
from lynxalert.api.contract.operation import AlertBody, Operation, gives
from lynxalert.api.errors import Endpoint
from lynxalert.api.shapes.backtests import ShownBacktest
from lynxalert.api.shapes.trials import DryRun, Previews, TestOutcomes

TRIAL = AlertBody(
    "AlertTrial", "A definition, or what of it differs, and the moment to look at.", DERIVED, Moment
)
REPLAY = AlertBody(
    "AlertReplay", "A definition, or what of it differs, and the time to play.", DERIVED, Replayed
)
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
