"""Alerts of many shapes over the same events, read in one statement, answer what each answers alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.engine import Engine
from lynxalert.engine.shared import Answer, Ask, Shared
from lynxalert.events import EventStore
from lynxalert.plan import Result, TimeWindow
from tests.engine.test_shared import (
    MINUTE,
    NOON,
    SECOND,
    alone,
    answers,
    engine_of,
    events,
    fields,
    first_stages,
    last_stages,
    literals,
    middle_stages,
    of_events,
    searched,
    signs,
    told,
    windows,
)

targets = st.sampled_from(
    ["n", "service", "mix", "x"]
)  # of an eval: some are fields, some are what others made
of_text = st.sampled_from(["message", "service", "mix"])


@st.composite
def odd_stages(draw: st.DrawFn) -> str:
    """Stages that name, overwrite and take apart fields, each alert in its own way."""
    name = draw(targets)
    return draw(
        st.sampled_from(
            [
                f"| eval {name}=status*2 | where {name}{draw(signs)}{draw(literals)}",
                f"| eval {name}=coalesce(mix, service) | eval {name}={name}+1 | where isnotnull({name})",
                f"| rename service as {draw(st.sampled_from(['s', 'mix', 'status']))}",
                f"| rename dur as service, service as dur | where dur{draw(signs)}{draw(literals)}",
                rf'| rex field={draw(of_text)} "(?<{draw(st.sampled_from(["got", "mix"]))}>[a-z])(?<tail>\d*)" | where len(tail)>{draw(st.integers(0, 2))}',
                f'| where like(lower({draw(of_text)}), "%{draw(st.sampled_from(["a", "B", "1"]))}%")',
                f'| where match({draw(of_text)}, "(?i)^[{draw(st.sampled_from(["ab", "h", "x"]))}]")',
                f"| where mvcount(mix)>{draw(st.integers(0, 2))} OR isnull(status)",
                f"| where NOT ({draw(fields)}{draw(signs)}{draw(literals)})",
                f"| search {draw(fields)}!={draw(searched)} NOT {draw(fields)}=*",
                f"| eval {name}=random()*0+2 | where {name}>=0",
                '| eval x=mvjoin(mvmap(split(message, " "), upper(message)), ",") | where len(x)>3',
            ]
        )
    )


@st.composite
def totals(draw: st.DrawFn) -> str:
    calls = [
        "count as n",
        "count",
        f"count(eval(status>{draw(st.integers(0, 4))})) as n, count(mix) as c",
        "sum(dur) as n, count as c, avg(status) as a",
        "max(dur) as n, min(mix) as m, max(service) as x, range(status) as r",
        "dc(service) as n, values(mix) as v",
        "sum(mix) as n, avg(mix) as a, count(eval(mix=12)) as c",
    ]
    return f"| stats {draw(st.sampled_from(calls))}"


# Some end in nothing, others in columns that are not shown.
ends = st.one_of(
    last_stages(), st.sampled_from(["| where n>0 | eval m=n/2 | fields m", "| where count=0 OR n<2"])
)
middles = st.lists(st.one_of(middle_stages(), odd_stages(), odd_stages()), max_size=3).map(" ".join)
totalled = st.builds(" ".join, st.tuples(first_stages(), middles, totals(), ends))
grouped = st.builds(
    lambda first, middle, total, last: f"{first} {middle} {total} by service {last}",
    first_stages(),
    middles,
    totals(),
    ends,
)
whole = st.builds(" ".join, st.tuples(first_stages(), middles, of_events))
SURE = {"at": 5, "message": "boot a", "service": "a", "status": 1, "dur": 2, "mix": "a"}
# Of whatever is drawn beside them, these make a medley each.
TOTALS = ["source=0", "source!=zzz", "NOT source=1", "source=* host!=q", "status>=3", "boot"]
GROUPED = ["status<4", "status!=2 service=*", "message=x", "message=*b12 OR dur=1"]


def asked(texts: list[str], window: TimeWindow) -> list[Ask]:
    sure = [f"{each} | stats count as n | where n>{place}" for place, each in enumerate(TOTALS)]
    sure += [f"{each} | stats count as n by service | where n>{place}" for place, each in enumerate(GROUPED)]
    return [Ask(text, window, window.end or NOON) for text in [*sure, *texts]]


@given(
    st.lists(events, max_size=25),
    st.lists(st.one_of(totalled, totalled, grouped, whole), min_size=4, max_size=10),
    windows,
    st.sampled_from([1, 2]),
)
def test_many_shapes_say_together_what_each_says_alone(
    found: list[dict[str, Any]], texts: list[str], window: TimeWindow, sources: int
) -> None:
    engine = engine_of([SURE, SURE, *found], sources)
    shared = Shared(engine)
    asks = asked(texts, window)
    together = answers(shared, asks)
    assert sorted(together) == list(range(len(asks)))
    assert shared.medleys.answered >= 4  # those of what every event has as it is
    for place, ask in enumerate(asks):
        assert told(together[place], engine, ask) == alone(engine, ask), ask.text


def told_together(engine: Engine, texts: list[str], window: TimeWindow = MINUTE) -> Shared:
    """Ask *texts* at once, and compare with asking each; who was asked."""
    shared = Shared(engine, most_parts=0)
    asks = [Ask(text, window, NOON) for text in texts]
    for place, answer in answers(shared, asks).items():
        assert told(answer, engine, asks[place]) == alone(engine, asks[place]), texts[place]
    return shared


def test_a_total_that_nobody_reads_is_one_row() -> None:
    texts = [f"{each} | stats count | eval a=now() | fields a | eval b=1" for each in TOTALS[:4]]
    assert told_together(engine_of([SURE] * 3), texts).medleys.answered == 4


CROWD: list[dict[str, Any]] = [
    {"at": n, "message": "x", "service": "ab"[n % 2], "status": n % 5, "dur": n / 4} for n in range(90)
]


def test_one_that_fails_takes_nobody_along_and_is_left_out_for_an_hour() -> None:
    """More rows than a reading may have: it is asked by itself from then on, the others stay together."""
    engine = engine_of(CROWD)
    shared = Shared(engine, most_parts=0, most_rows=40)
    many = "dur>=0 | stats count by dur"
    quiet = [
        f"status{sign} | stats count by dur | where count>{n}"
        for n, sign in enumerate([">1", "<4", "!=2", "=3"], 1)
    ]

    def tick(later: dt.timedelta) -> tuple[list[Ask], dict[int, Answer], int]:
        window = TimeWindow(NOON - 60 * SECOND + later, NOON + later)
        asks = [Ask(text, window, NOON + later) for text in [quiet[0], many, *quiet[1:]]]
        before = shared.medleys.answered
        found = answers(shared, asks)
        return asks, found, shared.medleys.answered - before

    asks, first, together = tick(0 * SECOND)
    assert first[1] is None
    assert together == 4
    for place in (0, 2, 3, 4):
        assert told(first[place], engine, asks[place]) == alone(engine, asks[place])
    assert tick(60 * SECOND)[2] == 4
    _, later, together = tick(3_600 * SECOND)
    assert isinstance(later[1], Result)  # nothing is left to fail over
    assert together == 5


def test_what_reads_other_events_or_groups_stands_apart() -> None:
    engine = engine_of(CROWD)
    total = [f"status>{n} dur<{9 - n} {'service=a' * (n % 2)} | stats count" for n in range(2)]
    total += ["status!=4 | stats count", "NOT service=b | stats sum(dur) as n"]
    keyed = [
        "status>1 | stats count by service",
        "dur>1 | stats max(dur) by service",
        "status=1 | stats sum(dur) by service",
    ]
    earlier = [f"earliest=-20s {each} | stats count" for each in ("dur=1", "service!=b", "status=4 dur!=3")]
    assert told_together(engine, [*total, *keyed, *earlier]).medleys.answered == 4
    sorted_ = [
        f"{each} as n by service | sort - n" for each in [*total, "dur=2 | stats count"] if "count" in each
    ]
    assert told_together(engine, [*keyed, *sorted_[:3]]).medleys.answered == 0
    assert told_together(engine, [*keyed, "status=3 | stats avg(dur) by service"]).medleys.answered == 4


def test_aggregates_that_need_their_rows_together_stay_by_themselves() -> None:
    texts = [
        f"status>{n} {'service=a' * (n % 2)} dur!={n} | stats dc(service) as n, p90(dur)" for n in range(5)
    ]
    texts += [
        f"status<{n + 1} {'service=b' * (n % 2)} | stats first(dur) as n, values(service)" for n in range(5)
    ]
    assert told_together(engine_of(CROWD), texts).medleys.answered == 0


def test_whole_events_of_many_shapes_are_counted_together() -> None:
    texts = ["status>9", "service=zzz", "dur>999 status=1", "NOT service=* | where dur>1", "message=nowhere*"]
    shared = told_together(engine_of(CROWD), texts)
    assert shared.medleys.answered == 5


def test_a_field_that_is_promoted_or_widened_in_between_is_read_where_it_is() -> None:
    store = EventStore()
    engine = Engine(store)
    store.ingest([{"timestamp": (NOON - SECOND).isoformat(), **SURE} for _ in range(3)])
    shared = Shared(engine)
    asks = asked(["mix=3 service=a | stats count", "mix=2 status=1 | stats count"], MINUTE)
    for more in ({}, {"mix": 3}, {"mix": [2, 3], "status": "x"}, {"status": 2.5, "new": 1}):
        pieces = shared.sort(asks)[1]
        store.ingest([{"timestamp": (NOON - SECOND).isoformat(), **SURE, **more}])
        found = dict(pair for piece in pieces for pair in shared.answer(piece))
        for place, ask in enumerate(asks):
            if found[place] is not None:  # or it is asked by itself
                assert told(found[place], engine, ask) == alone(engine, ask), ask.text
    assert shared.medleys.answered > 10
