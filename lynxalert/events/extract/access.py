"""A line of a web server's access log → Splunk's field names for it."""

from __future__ import annotations

import re

SOURCETYPES = frozenset({"combined", "common"})
PREFIXES = ("access_combined", "access_common", "nginx", "apache")

REQUEST = r'"(?P<request>[^"\\]*(?:\\.[^"\\]*)*)"'
AGENTS = r'(?: "(?P<referer>[^"\\]*(?:\\.[^"\\]*)*)" "(?P<useragent>[^"\\]*(?:\\.[^"\\]*)*)")?'
LINE = re.compile(
    r"(?P<clientip>\S+) (?P<ident>\S+) (?P<user>\S+|\"[^\"]*\") \[(?P<req_time>\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+)\] "
    rf"{REQUEST} (?P<status>\d{{3}}|-) (?P<bytes>\d+|-){AGENTS}"
)
NAMED = ("clientip", "ident", "user", "req_time", "status", "bytes", "referer", "useragent")


def is_access(sourcetype: str) -> bool:
    """Whether *sourcetype* names an access log, as `combined`, `access_combined_wcookie`, `nginx:access` do."""
    name = sourcetype.lower()
    return name in SOURCETYPES or name.startswith(PREFIXES)


def access_fields(line: str) -> tuple[dict[str, str], str] | None:
    """The fields of *line*, all text, and what follows them; None when it is no line of an access log.

    clientip ident user req_time method uri uri_path uri_query version status bytes referer useragent.
    """
    match = LINE.match(line)
    if match is None:
        return None
    fields = {name: value for name in NAMED if (value := match[name]) is not None}
    request = match["request"].split()
    if len(request) >= 2:
        fields["method"], uri = request[0], request[1]
        fields["uri"] = uri
        path, mark, query = uri.partition("?")
        fields["uri_path"] = path
        if mark and query:
            fields["uri_query"] = query
        if len(request) > 2:
            fields["version"] = request[-1]
    return fields, line[match.end() :]
