"""Counts of every alert → the series that Prometheus collects, at most a thousand alerts by their id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from lynxalert.alerts.counts import Counts
from lynxalert.daemon.slots import Outcome

MOST_NAMED = 1000
OTHERS = ("other", "")

_TOTALS: tuple[tuple[str, str, Callable[[Counts], float]], ...] = (
    ("evaluations", "Slots judged.", lambda each: each.evaluations),
    ("errors", "Slots that failed, each try.", lambda each: each.errors),
    ("gaps", "Slots that were never judged.", lambda each: each.gaps),
    ("late_rows", "Rows that came when their window had been judged.", lambda each: each.late_rows),
    ("rejudged_windows", "Windows judged again for late rows.", lambda each: each.rejudged_windows),
    ("too_late_rows", "Late rows beyond `max_lateness`.", lambda each: each.too_late_rows),
)


@dataclass(frozen=True, slots=True)
class _Tally:
    """One alert as it was last committed."""

    labels: tuple[str, str]
    counts: Counts
    behind: int


class Tallies:
    """The last counts of each alert; *known* are the ids of those that there are."""

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        self._known = known
        self._found: dict[str, _Tally] = {}

    def count(self, outcomes: Iterable[Outcome]) -> None:
        """*outcomes* were committed."""
        for each in outcomes:
            alert, cursor = each.alert, each.cursor
            self._found[alert.id] = _Tally((alert.id, alert.name), cursor.counts, cursor.health.behind)

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Totals, slots behind, and the duration of the last evaluation, by alert."""
        known = set(self._known())
        self._found = {key: each for key, each in self._found.items() if key in known}
        named = list(self._found.values())[:MOST_NAMED]
        others = list(self._found.values())[MOST_NAMED:]
        for name, text, of in _TOTALS:
            family = CounterMetricFamily(f"lynxalert_alert_{name}", text, labels=("alert", "name"))
            for each in named:
                family.add_metric(each.labels, of(each.counts))
            if others:
                family.add_metric(OTHERS, sum(of(each.counts) for each in others))
            yield family
        yield _gauge("slots_behind", "Slots that wait.", named, lambda each: each.behind)
        yield _gauge("duration_seconds", "How long the last evaluation took.", named, _seconds)


def _gauge(
    name: str, text: str, named: Sequence[_Tally], of: Callable[[_Tally], float | None]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"lynxalert_alert_{name}", text, labels=("alert", "name"))
    for each in named:
        if (value := of(each)) is not None:
            family.add_metric(each.labels, value)
    return family


def _seconds(each: _Tally) -> float | None:
    return None if each.counts.duration is None else each.counts.duration.total_seconds()
