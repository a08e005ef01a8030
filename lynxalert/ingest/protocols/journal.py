"""systemd-journal-upload: entries of a journal in their export format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lynxalert.events import Event, Reject
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.journal_export import Entry, JournalReader
from lynxalert.ingest.origin import Origin, origin_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import named, nanoseconds
from lynxalert.ingest.written import text_of_value

MEDIA = "application/vnd.fdo.journal"
SOURCES = ("SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT", "_COMM")


@protocol("journal")
@dataclass(frozen=True, slots=True)
class Journal:
    """What systemd-journal-upload sends, and `journalctl -o export` writes.

    `MESSAGE` is the event, every other field of the entry a field by its name. `__REALTIME_TIMESTAMP` is the time,
    `_HOSTNAME` the host, `SYSLOG_IDENTIFIER` (else `_SYSTEMD_UNIT`, `_COMM`) the source.
    """

    longest_event: int = 4 * 2**20  # bytes of an entry; what is beyond it is left out

    def decode(self, payload: Payload) -> Decoded:
        """The entries of *payload*, a whole journal.

        Raises:
            IngestError: it is none, or ends inside a field.
        """
        origin = self.origin(payload)
        reader = self.reader()
        found = self.events(reader.feed(payload.body), origin)
        last = self.events(reader.finish(), origin)
        return Decoded(
            (*found.events, *last.events), self.left_out(reader, origin), found.repaired + last.repaired
        )

    def origin(self, payload: Payload) -> Origin:
        """Where the entries of *payload* come from, as far as its head says.

        Raises:
            IngestError: another content type, or an index that cannot be one.
        """
        media = payload.content_type.partition(";")[0].strip().lower()
        if media != MEDIA:
            raise IngestError(IngestCode.UNSUPPORTED_TYPE, f"the content type must be {MEDIA}")
        return origin_of(payload, Origin(source="journal", sourcetype="journald"))

    def reader(self) -> JournalReader:
        """What takes a journal in portions."""
        return JournalReader(self.longest_event)

    def events(self, entries: Iterable[Entry], origin: Origin) -> Decoded:
        """The events of *entries*."""
        read = [_event(entry, origin) for entry in entries]
        return Decoded(tuple(event for event, _ in read), (), sum(repaired for _, repaired in read))

    def left_out(self, reader: JournalReader, origin: Origin) -> tuple[Reject, ...]:
        """That values were too long, if any were."""
        if not reader.passed_over:
            return ()
        reason = f"{reader.passed_over} values beyond {self.longest_event} bytes of an entry were left out"
        return (Reject(0, reason, "", origin.index, origin.source),)


def _event(entry: Entry, origin: Origin) -> tuple[Event, bool]:
    """The event of *entry*, and whether it had bytes that are no UTF-8."""
    repaired = False
    fields: dict[str, Any] = {}
    for name, values in entry.items():
        texts = [value.decode(errors="replace") for value in values]
        repaired |= any("\ufffd" in text for text in texts)
        fields[name] = texts[0] if len(texts) == 1 else texts
    message = fields.pop("MESSAGE", None)
    message = "\n".join(message) if isinstance(message, list) else message
    raw = message if message and not message.isspace() else text_of_value(fields)
    event = Event(
        raw,
        origin.index,
        named(fields, SOURCES) or origin.source,
        origin.sourcetype,
        named(fields, ("_HOSTNAME",)) or origin.host,
        _time(fields.get("__REALTIME_TIMESTAMP")),
        fields,
    )
    return event, repaired


def _time(value: Any) -> dt.datetime | None:
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 18
    return nanoseconds(int(value) * 1000) if digits else None
