"""Who keeps whom quiet."""

from __future__ import annotations

import pytest

from lynxalert.notify.inhibition import Inhibition
from lynxalert.notify.matchers import parse_matcher

CRITICAL = {"severity": "critical", "service": "shop", "alert": "down"}
WARNING = {"severity": "warning", "service": "shop", "alert": "slow"}
RULE = Inhibition(
    source=(parse_matcher("severity=critical"),),
    target=(parse_matcher("severity=~warning|info"),),
    equal=("service", "region"),
)
SAME = Inhibition(source=(parse_matcher("service=shop"),), target=(parse_matcher("service=~.+"),))


@pytest.mark.parametrize(
    ("rule", "labels", "firing", "quiet"),
    [
        (RULE, WARNING, [CRITICAL], True),
        (RULE, WARNING, [], False),
        (RULE, CRITICAL, [CRITICAL], False),
        (RULE, WARNING, [{**CRITICAL, "service": "search"}], False),
        (RULE, WARNING, [{**CRITICAL, "region": "eu"}], False),
        (RULE, {**WARNING, "region": "eu"}, [{**CRITICAL, "region": "eu"}], True),
        (RULE, {**WARNING, "severity": "error"}, [CRITICAL], False),
        (SAME, WARNING, [WARNING], False),  # not by itself, and not by its like
        (SAME, WARNING, [CRITICAL], False),
        (SAME, {"service": "search"}, [CRITICAL], True),
    ],
)
def test_who_keeps_whom_quiet(rule, labels, firing, quiet) -> None:
    assert rule.inhibits(labels, firing) is quiet
