"""Random stages over the columns there are, as text: each command with its options, typed and ill-typed arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from tests.differential.expressions import claims, values

NEW = ["a", "b", "c", "v", "n"]
PLAIN = ["count", "dc", "sum", "avg", "min", "max", "range", "median", "mode", "values", "list", "first", "last", "earliest", "latest", "stdev", "varp", "sumsq", "p50", "perc90"]  # fmt: skip
TIMELESS = [name for name in PLAIN if name not in ("earliest", "latest")]
SEARCHED = ["5", "5.0", '"5*"', "a", "A*", '"*b*"', "*", '""', "true", "x", '" 5"', "é", "nan", "1", "10.0.0.0/8", "0.5"]  # fmt: skip
WORDS = ["a", "error", "5", "err*", "*ror*", '"a b"', "日本", "x", "500", "true"]


def listed(name: str) -> str:
    """A field where names stand in a list."""
    return (
        name if re.fullmatch(r"[A-Za-z_]\w*(\{\})?", name) and name.lower() not in RESERVED else f'"{name}"'
    )


RESERVED = {
    "by",
    "as",
    "in",
    "over",
    "with",
    "where",
    "desc",
    "d",
    "asc",
    "a",
    "output",
    "outputnew",
    "sortby",
    "from",
    "eval",
}


class Drawn:
    """What a stage draws from: the columns there are."""

    def __init__(self, draw: st.DrawFn, columns: Sequence[str]) -> None:
        self._draw, self._columns = draw, columns
        # Beside other kinds a time is a number; what it is then called as text is not promised.
        self._valued = [name for name in columns if name != "_time"] or ["id"]

    def one(self, choices: Sequence) -> str:
        return self._draw(st.sampled_from(choices))

    def field(self) -> str:
        return listed(self.one(self._columns))

    def fields(self, most: int = 3) -> str:
        names = self._draw(st.lists(st.sampled_from(self._columns), min_size=1, max_size=most, unique=True))
        return " ".join(map(listed, names))

    def value(self) -> str:
        return self._draw(values(self._valued))

    def claim(self) -> str:
        return self._draw(claims(self._valued))

    def by(self, most: int = 2) -> str:
        return f" by {self.fields(most)}" if self._draw(st.booleans()) else ""

    def maybe(self, *options: str) -> str:
        return " ".join(one for one in options if self._draw(st.integers(0, 3)) == 0)

    def measures(self, functions: Sequence[str] = PLAIN, most: int = 3) -> str:
        """Aggregations, each under a name of its own."""
        count = self._draw(st.integers(1, most))
        timed = functions if "_time" in self._columns else [name for name in functions if name in TIMELESS]
        made = []
        for place in range(count):
            choice = self._draw(st.integers(0, 5))
            if choice == 0:
                call = "count"
            elif choice == 1:
                call = f"count(eval({self.claim()}))"
            elif choice == 2:
                call = f"{self.one(TIMELESS)}(eval({self.value()}))"
            else:
                call = f"{self.one(timed)}({self.field()})"
            made.append(f"{call} as m{place}")
        return " ".join(made)


def terms(d: Drawn) -> str:
    """Search terms."""
    shapes: list[Callable[[], str]] = [
        lambda: f"{d.field()}{d.one(['=', '!=', '<', '>=', '='])}{d.one(SEARCHED)}",
        lambda: f"NOT {d.field()}{d.one(['=', '!='])}{d.one(SEARCHED)}",
        lambda: f"{d.field()} IN ({d.one(SEARCHED)}, {d.one(SEARCHED)})",
        lambda: d.one(WORDS),
        lambda: f"({d.one(WORDS)} OR {d.field()}={d.one(SEARCHED)})",
        lambda: f"NOT ({d.field()}={d.one(SEARCHED)} {d.one(WORDS)})",
    ]
    picked = [shape() for shape in (d.one(shapes), d.one(shapes))][: int(d.one([1, 2]))]
    return d.one([" ", " AND ", " OR "]).join(picked)


REPLACEMENTS = ["z", '"<*>"']
SPLITTABLE = ["count", "sum", "dc", "max", "avg"]


def charted(d: Drawn) -> str:
    function = d.one(SPLITTABLE)
    measure = "count" if function == "count" else f"{function}({d.field()})"
    return f"{measure} as m" if d.one([True, False]) else f"{measure} as m count as k"


STAGES: dict[str, Callable[[Drawn], str]] = {
    "search": lambda d: f"search {terms(d)}",
    "where": lambda d: f"where {d.claim()}",
    "eval": lambda d: f"eval {d.one(NEW)}={d.value()}",
    "eval two": lambda d: f"eval {d.one(NEW)}={d.value()}, {d.one(NEW)}={d.value()}",
    "stats": lambda d: f"stats {d.measures()}{d.by()}",
    "eventstats": lambda d: f"eventstats {d.measures(most=2)}{d.by()}",
    "streamstats": lambda d: (
        f"streamstats {d.maybe('window=2', 'current=f', 'global=f', 'reset_on_change=t')} {d.measures(most=2)}{d.by()}"
    ),
    "streamstats reset": lambda d: (
        f"streamstats reset_{d.one(['before', 'after'])}=({d.claim()}) {d.measures(most=2)}{d.by(1)}"
    ),
    "top": lambda d: f"{d.one(['top', 'rare'])} {d.maybe('limit=2', 'showperc=f')} {d.fields(2)}",
    "chart": lambda d: f"chart {charted(d)} over {d.field()}",
    "chart split": lambda d: (
        f"chart {d.maybe('limit=2', 'useother=f')} {charted(d)} over {d.field()} by {d.field()}"
    ),
    "table": lambda d: f"table {d.fields(4)}",
    "fields": lambda d: f"fields {d.one(['', '- '])}{d.fields(2)}",
    "rename": lambda d: f"rename {d.field()} as {d.one(NEW)}",
    "fillnull": lambda d: f"fillnull {d.maybe('value=x')} {d.fields(2)}",
    "filldown": lambda d: f"filldown {d.fields(2)}",
    "bin": lambda d: f"bin {d.field()} span={d.one(['2', '0.5', '10'])}",
    "sort": lambda d: f"sort {d.one(['', '-', '+'])}{d.field()} {d.one(['', '-'])}{d.field()}",
    "sort by": lambda d: (
        f"sort {d.one(['3 ', ''])}{d.one(['', '-'])}{d.one(['num', 'str', 'auto', 'ip'])}({d.field()})"
    ),
    "head": lambda d: f"head {d.one([1, 2, 5])}",
    "head while": lambda d: f"head {d.maybe('null=t', 'keeplast=t', 'limit=2')} ({d.claim()})",
    "tail": lambda d: f"tail {d.one([1, 2, 5])}",
    "reverse": lambda _: "reverse",
    "dedup": lambda d: f"dedup {d.one(['', '2 '])}{d.fields(2)} {d.maybe('keepempty=t', 'consecutive=t')}",
    "uniq": lambda d: f"table {d.fields(2)} | uniq",
    "regex": lambda d: f'regex {d.field()}{d.one(["=", "!="])}"[a5]"',
    "rex": lambda d: f'rex field={d.field()} {d.maybe("max_match=0")} "(?<{d.one(NEW)}>[a-z5])"',
    "replace": lambda d: f"replace {d.one(['5', 'a*', '*'])} with {d.one(REPLACEMENTS)} in {d.fields(2)}",
    "makemv": lambda d: f'makemv {d.maybe("allowempty=t")} delim="," {d.field()}',
    "mvexpand": lambda d: f"mvexpand {d.field()}",
    "nomv": lambda d: f"nomv {d.field()}",
    "mvcombine": lambda d: f"table {d.fields(2)} | mvcombine {d.field()}",
    "strcat": lambda d: f'strcat {d.field()} "-" {d.field()} c',
    "rangemap": lambda d: f"rangemap field={d.field()} low=0-2 mid=2-9",
    "delta": lambda d: f"delta {d.field()} as {d.one(NEW)} p={d.one([1, 2])}",
    "accum": lambda d: f"accum {d.field()} as {d.one(NEW)}",
    "addtotals": lambda d: f"addtotals {d.maybe('col=t')} {d.fields(2)}",
    "addcoltotals": lambda d: f"addcoltotals {d.fields(2)}",
    "append": lambda d: f"append [search {terms(d)} | table id v n]",
    "appendpipe": lambda d: f"appendpipe [stats {d.measures(TIMELESS, 1)}]",
    "appendcols": lambda d: "appendcols [stats count by g]",
    "join": lambda d: (
        f"join {d.maybe('type=left', 'overwrite=f')} {d.field()} [stats count as k by {d.one(['g', 'v', 'n'])}]"
    ),
    "foreach": lambda d: (
        f"foreach {d.fields(2)} [eval c=coalesce(c, 0) + if(isnum('<<FIELD>>'), '<<FIELD>>', 0)]"
    ),
    "xyseries": lambda d: f"xyseries {d.field()} {d.field()} {d.field()}",
    "untable": lambda d: f"untable {d.field()} label cell",
    "transpose": lambda d: f"transpose {d.one([0, 2, 5])}",
    "format": lambda _: "format",
    "convert": lambda d: (
        f"convert {d.one(['num', 'rmcomma', 'rmunit', 'memk', 'dur2sec'])}({d.field()}) as {d.one(NEW)}"
    ),
    "timechart": lambda d: f"timechart span={d.one(['7s', '20s', '1m'])} {charted(d)}",
    "timechart split": lambda d: (
        f"timechart span={d.one(['20s', '1m'])} {d.maybe('limit=2', 'usenull=f')} {charted(d)} by {d.field()}"
    ),
}
