"""Syslog: one datagram or frame → one event. RFC 5424, RFC 3164, and the variants of both that devices send."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any

from lynxalert.events import Event, Reject, Unreadable, parse_object
from lynxalert.ingest.framing import ENDS, Frame
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.syslog_headers import BOM, Header, header

FACILITIES = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *("ntp", "audit", "alert", "clock"),
    *(f"local{number}" for number in range(8)),
)
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
USUAL = 13  # user.notice, where a sender gives no priority (RFC 3164, 4.3.3)
COOKIE = "@cee:"  # in front of a JSON object (Common Event Expression)
SHOWN = 10_000  # characters kept of a reject


@protocol("syslog")
@dataclass(frozen=True, slots=True)
class Syslog:
    """Messages of daemons, routers and firewalls, over UDP, TCP or TLS.

    Times without a zone are read in *timezone*, times without a year in the year nearest to the arrival. The host is
    the one the message names, else the sender's address. Fields: `facility`, `severity` with their `_code`, `appname`,
    `procid`, `msgid`, `message`, structured data as `sd.<id>.<name>`, and those of a JSON object in the message.
    """

    timezone: str = "UTC"
    index: str = "main"
    source: str = "syslog"
    sourcetype: str = "syslog"

    def decode(self, payload: Payload) -> Decoded:
        """The one event of *payload*, or none if it is blank. `arrived` and `sender` of *payload* are made use of."""
        body = payload.body.strip(ENDS)
        if not body or body.isspace():
            return Decoded(())
        found = self.message(Frame(body), payload.arrived, payload.sender)
        if isinstance(found, Reject):
            return Decoded((), (found,))
        return Decoded((found,), repaired=int("\ufffd" in found.raw and b"\xef\xbf\xbd" not in body))

    def message(self, frame: Frame, arrived: dt.datetime | None, sender: str | None) -> Event | Reject:
        """*frame*, which is not blank, as an event; a faulty one is kept as a reject."""
        text = frame.body.decode(errors="replace").removeprefix(BOM)
        if frame.fault is not None:
            return Reject(0, frame.fault, text[:SHOWN], self.index, self.source)
        priority, rest = _priority(text)
        found = header(rest, zoneinfo.ZoneInfo(self.timezone), arrived)
        try:
            document = _document(found.message)
        except Unreadable as error:
            return Reject(0, str(error), text[:SHOWN], self.index, self.source)
        return Event(
            text.replace(BOM, "", 1),
            self.index,
            self.source,
            self.sourcetype,
            found.host or sender,
            found.time,
            {**document, **_fields(priority, found, document.get("message"))},
        )


def _priority(text: str) -> tuple[int, str]:
    """The number in `<…>` and what follows it; 13 and everything where none from 0 to 191 stands there."""
    end = text.find(">", 1, 5)
    digits = text[1:end]
    if text.startswith("<") and end > 1 and digits.isascii() and digits.isdigit() and int(digits) < 192:
        return int(digits), text[end + 1 :].lstrip(" ")
    return USUAL, text


def _document(message: str) -> dict[str, Any]:
    """The fields of a message that is a JSON object."""
    text = message.lstrip().removeprefix(COOKIE)
    document = parse_object(text)
    return {} if document is None else document


def _fields(priority: int, found: Header, spoken: Any) -> dict[str, Any]:
    facility, severity = divmod(priority, 8)
    fields: dict[str, Any] = {
        "facility": FACILITIES[facility],
        "facility_code": facility,
        "severity": SEVERITIES[severity],
        "severity_code": severity,
        "message": found.message if spoken is None else spoken,
    }
    for name in ("appname", "procid", "msgid"):
        value = getattr(found, name)
        if value is not None:
            fields[name] = value
    if found.appname is not None:
        fields["process"] = found.appname
    if found.procid is not None and found.procid.isdecimal():
        fields["pid"] = found.procid
    fields.update((f"sd.{name}", value) for name, value in found.elements.items())
    return fields
