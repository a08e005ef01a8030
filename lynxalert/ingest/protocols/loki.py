"""Loki's push: streams of labelled lines, in JSON or protobuf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.events import Alike, Event, Grouped, Reject, Unreadable, clean, parse_object
from lynxalert.ingest.columns import FEWEST
from lynxalert.ingest.loki_streams import Bad, columns_of, read_entry, streams_of
from lynxalert.ingest.origin import Origin, origin_of
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import stamp, taken
from lynxalert.ingest.written import text_of_value

Streams: TypeAlias = Sequence[tuple[Mapping[str, Any] | Bad, list[Any]]]

SHOWN = 10_000  # characters kept of a reject
HOSTS = ("host", "hostname", "node_name", "nodename")
SOURCES = ("source", "filename", "job", "service_name", "app")
SOURCETYPES = ("sourcetype",)


@protocol("loki")
@dataclass(frozen=True, slots=True)
class Loki:
    """What Promtail, Alloy, Fluent Bit, Vector and Loki's client libraries send.

    The line is the event; labels and structured metadata are fields. `host` (or `hostname`, …) is the host; `source`,
    else `filename`, `job`, `service_name` or `app` the source. The index is asked for by `X-Index` or `?index=`.
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Decoded:
        """The entries of *payload*, whose compression is gone; bad ones are rejected one by one.

        Raises:
            IngestError: the body is neither form, or its streams are no list.
        """
        origin = origin_of(payload, Origin(source="loki"))
        streams = list(streams_of(payload))
        return self._together(streams, origin) or self._one_by_one(streams, origin)

    def _together(self, streams: Streams, origin: Origin) -> Decoded | None:
        """The entries of *streams*, one behind the other, if nothing is unusual about any of them."""
        if sum(len(entries) for _, entries in streams) < FEWEST:
            return None
        found: list[Alike] = []
        for labels, entries in streams:
            alike = None if isinstance(labels, Bad) else self._stream(dict(labels), entries, origin)
            if alike is None:
                return None
            found.append(alike)
        return Decoded(found[0] if len(found) == 1 else Grouped(found))

    def _stream(self, fields: dict[str, Any], entries: list[Any], origin: Origin) -> Alike | None:
        columns = columns_of(entries, self.longest_event)
        if columns is None:
            return None
        times, lines = columns
        host, source, sourcetype = taken(fields, HOSTS), taken(fields, SOURCES), taken(fields, SOURCETYPES)
        return Alike(
            lines,
            [parse_object(line) for line in lines],
            Event(
                "",
                origin.index,
                source or origin.source,
                sourcetype or origin.sourcetype,
                host or origin.host,
            ),
            times=times,
            beside=[fields] * len(lines) if fields else None,
        )

    def _one_by_one(self, streams: Streams, origin: Origin) -> Decoded:
        events: list[Event] = []
        rejects: list[Reject] = []
        number = 0
        for labels, entries in streams:
            for entry in entries:
                number += 1
                try:
                    events.append(self._event(entry, labels, origin))
                except (Bad, Unreadable) as error:
                    shown = text_of_value(entry)[:SHOWN]
                    rejects.append(Reject(number, str(error), shown, origin.index, origin.source))
        return Decoded(tuple(events), tuple(rejects))

    def _event(self, entry: Any, labels: Mapping[str, Any] | Bad, origin: Origin) -> Event:
        if isinstance(labels, Bad):
            raise labels
        time, line, metadata = read_entry(entry)
        line = clean(line).rstrip("\r\n")
        if not line or line.isspace():
            raise Bad("blank")
        if len(line) > self.longest_event:
            raise Bad(f"longer than {self.longest_event} characters")
        at = None if time in (None, "", 0, "0") else stamp(time)
        if at is None and time not in (None, "", 0, "0"):
            raise Bad(f"`{str(time)[:40]}` is no time")
        fields = {**labels, **metadata}
        host, source, sourcetype = taken(fields, HOSTS), taken(fields, SOURCES), taken(fields, SOURCETYPES)
        return Event(
            line,
            origin.index,
            source or origin.source,
            sourcetype or origin.sourcetype,
            host or origin.host,
            at,
            fields,
            parse_object(line),
        )
