"""The public face: a store you can put events into and ask questions of, in one process."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from lynxalert.clock import Clock, SystemClock
from lynxalert.engine import Engine, LookupFolder
from lynxalert.engine.explain import Explanation
from lynxalert.engine.explain import explain as explained
from lynxalert.engine.funnel import Funnel
from lynxalert.events import EventStore, IngestReceipt
from lynxalert.events.collected import events_of
from lynxalert.lang import Code, Diagnostic, QueryError, Span
from lynxalert.plan import Result, TimeWindow
from lynxalert.plan.knowledge import MappedDataset
from lynxalert.plan.sinks import LookupSink
from lynxalert.plan.timespec import BadTime, resolve


class Store:
    """Events and queries over them. Use as a context manager, or call `close`."""

    def __init__(
        self,
        path: str | pathlib.Path = ":memory:",
        *,
        macros: Mapping[str, Any] | None = None,
        lookups: str | pathlib.Path | LookupFolder | None = None,
        datamodels: Mapping[str, Mapping[str, MappedDataset]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._events = EventStore(path, clock=self._clock)
        folder = lookups if lookups is None or isinstance(lookups, LookupFolder) else LookupFolder(lookups)
        self._engine = Engine(self._events, macros=macros, lookups=folder, datamodels=datamodels)

    def ingest(
        self,
        events: Iterable[str | Mapping[str, Any]],
        *,
        index: str = "main",
        source: str = "default",
        sourcetype: str | None = None,
        host: str | None = None,
    ) -> IngestReceipt:
        """Store text lines or objects; fields and times are found as docs/language.md says. Queryable on return."""
        return self._events.ingest(events, index=index, source=source, sourcetype=sourcetype, host=host)

    def query(
        self,
        text: str,
        *,
        earliest: str | dt.datetime | None = None,
        latest: str | dt.datetime | None = None,
        now: dt.datetime | None = None,
        timezone: str = "UTC",
        limit: int = 100_000,
        write: bool = False,
    ) -> Result:
        """The rows of *text* over all time, or between *earliest* and *latest* (`-1h`, `@d`, RFC 3339, `now`).

        `outputlookup` and `collect` are refused unless *write* is given: then what they say is done before this returns.

        Raises:
            QueryError: the text or a time is wrong; `diagnostics` says where.
            BadLookup: a lookup cannot be written.
            QueryTimeOut: it took too long.
        """
        moment = now or self._clock.now()
        window = TimeWindow(_instant(earliest, moment, timezone), _instant(latest, moment, timezone))
        result = self._engine.query(
            text, now=moment, window=window, timezone=timezone, limit=limit, advise=True, write=write
        )
        for output in result.outputs:
            if isinstance(output.sink, LookupSink):
                self._engine.write_lookup(output)
            else:
                self._events.keep(events_of(output))
        return result

    def explain(self, text: str, *, timezone: str = "UTC") -> Explanation:
        """What becomes of *text*: canonical text, relation, SQL, parameters.

        Raises:
            QueryError: the text is wrong.
        """
        return explained(self._engine.compile(text, timezone))

    def funnel(
        self,
        text: str,
        *,
        earliest: str | dt.datetime | None = None,
        latest: str | dt.datetime | None = None,
        now: dt.datetime | None = None,
        timezone: str = "UTC",
    ) -> Funnel:
        """How many rows each stage of *text* leaves, and why there are none behind the first that leaves none.

        Raises:
            QueryError: the text or a time is wrong; `diagnostics` says where.
        """
        moment = now or self._clock.now()
        window = TimeWindow(_instant(earliest, moment, timezone), _instant(latest, moment, timezone))
        return self._engine.funnel(text, now=moment, window=window, timezone=timezone)

    def close(self) -> None:
        """Let go of the files."""
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _instant(given: str | dt.datetime | None, now: dt.datetime, timezone: str) -> dt.datetime | None:
    if given is None or isinstance(given, dt.datetime):
        return given
    try:
        return resolve(given, now, timezone)
    except BadTime as wrong:
        raise QueryError(given, [Diagnostic(Code.BAD_TIME, str(wrong), Span(0, len(given)))]) from None


def open_store(
    path: str | pathlib.Path = ":memory:",
    *,
    macros: Mapping[str, Any] | None = None,
    lookups: str | pathlib.Path | LookupFolder | None = None,
    datamodels: Mapping[str, Mapping[str, MappedDataset]] | None = None,
) -> Store:
    """Open (or make) the store at *path*; `:memory:` keeps nothing.

    *lookups* is the folder of CSV files (and of an address database) that queries may read, or a `LookupFolder`; *datamodels* says, by
    model and dataset, which events answer for a data model.
    """
    return Store(path, macros=macros, lookups=lookups, datamodels=datamodels)


def explain(text: str, *, macros: Mapping[str, Any] | None = None) -> Explanation:
    """What becomes of *text* when no event is known yet.

    Raises:
        QueryError: the text is wrong.
    """
    with Store(macros=macros) as store:
        return store.explain(text)
