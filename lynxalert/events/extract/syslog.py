"""A line of a syslog file → host, process and pid of its prefix."""

from __future__ import annotations

import re

PREFIX = re.compile(
    r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT\S+) "
    r"(?P<host>[^\s:\[\]]+) (?P<process>[^\s:\[\]]+)(?:\[(?P<pid>\d+)\])?:(?:\s|$)"
)


def is_syslog(sourcetype: str) -> bool:
    """Whether *sourcetype* names a syslog file, as `syslog`, `linux:syslog`, `syslog_auth` do."""
    return "syslog" in sourcetype.lower()


def syslog_fields(line: str) -> dict[str, str]:
    """`host`, `process` and `pid` as far as the prefix of *line* has them (RFC 3164, or an RFC 3339 stamp)."""
    match = PREFIX.match(line)
    return (
        {} if match is None else {name: text for name, text in match.groupdict().items() if text is not None}
    )
