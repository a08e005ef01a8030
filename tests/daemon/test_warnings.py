"""A configuration of ten thousand odd alerts does not drown what else the log has to say of a start."""

from __future__ import annotations

import structlog

from lynxalert.config import Found, Mistake
from lynxalert.daemon.service import MOST_WARNINGS, warn
from lynxalert.lang import Code, Span


def test_the_first_warnings_are_told_and_how_many_there_are_beside() -> None:
    lines = "\n" * 300
    odd = [
        Found("config.toml", lines, Mistake(("alerts", f"a{n}"), f"is odd {n}", Code.LINT), Span(n, n))
        for n in range(MOST_WARNINGS + 5)
    ]
    for many, told in ((MOST_WARNINGS, MOST_WARNINGS), (MOST_WARNINGS + 5, MOST_WARNINGS + 1)):
        with structlog.testing.capture_logs() as logged:
            warn(odd[:many])
        assert [each["event"] for each in logged] == ["configuration"] * told
        assert logged[1] | {"log_level": ""} == {
            "event": "configuration",
            "log_level": "",
            "file": "config.toml",
            "line": 2,
            "reason": odd[1].mistake.text,
        }
    assert (logged[-1]["further"], logged[-1]["reason"]) == (5, "`lynxalert check` tells every warning")
