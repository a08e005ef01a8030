"""Random queries that mostly mean something: every command and function over fields of every type, and hostile ones."""

from __future__ import annotations

import random
from typing import Any

from lynxalert.functions.table import AGGREGATES, FUNCTIONS
from lynxalert.plan.function import Function, Takes

HOSTILE = [
    "",
    "'",
    '"',
    "a'b",
    'say "hi"',
    "\\",
    "%",
    "_",
    "*",
    "a\nb",
    "; drop table x",
    "$now",
    "--",
    "/*",
    "é",
    "🙂",
]
HOSTILE += [
    "nan",
    "inf",
    "-inf",
    "1e400",
    "-1e400",
    "5",
    " 5",
    "1_000",
    "0x1F",
    "1e-400",
    "9223372036854775808",
    "null",
]
NUMBERS = [0, 1, -1, 2, 7, 100, 0.5, -2.5, 1e15, 1e300, -1e300, 2**53 + 1, 2**63 - 1, 2**64, 1e-300]
EVENTS: list[dict[str, Any]] = [
    {"timestamp": f"2026-02-14T11:{place:02d}:00Z", "i": place - 3, "f": place / 4 - 1, "b": place % 2 == 0}
    | {
        "t": text,
        "a b": text,
        "n": str(place),
        "tags": [text, str(place), "x"][: place % 4],
        "many": [place, 2],
    }
    | {
        "m": [text, place, place / 2, place > 5, None][place % 5],
        "deep": {"er": {"x": place}},
        "j": '{"k": [1, 2]}',
    }
    | {"ip": ["10.0.0.1", "::1", "x", "300.1.1.1", "2001:db8::5"][place % 5], "host": f"web{place % 3}"}
    for place, text in enumerate(HOSTILE)
]
EVENTS += [
    {"i": 2**63 - 1, "f": 1e308},
    {"i": -(2**63), "f": -1e308},
    {"huge": 2**70, "t": "t" * 2000},
    {"t": "\x00"},
]
NAMES = ["i", "f", "b", "t", "m", "n", "ip", "j", "host", "_time", "_raw", "index", "nothing", "huge", "made"]
QUOTED = ["tags{}", "many{}", "a b", "deep.er.x", *NAMES]
CONSTANTS: dict[str, list[list[str]]] = {
    "strftime": [['"%Y-%m-%d %H:%M:%S.%3N %z"', '"%s"', '"%q%"', '"%"', '""', '"%A %j %U %V %c %x %X %p"']],
    "strptime": [['"%Y-%m-%d"', '"%s"', '"%H"', '"%"', '""', '"%q"', '"%Z %z"', '"%b %d %e"']],
    "relative_time": [['"-1d@d"', '"@w3"', '"+5y"', '"-9999999mon"', '"@q"', '"+1000000h@mon"', '"-3s"']],
    "tonumber": [["2", "10", "16", "36"]],
    "tostring": [['"commas"', '"hex"', '"duration"', '"binary"']],
    "json_extract": [['"k{}"', '"k{0}"', '"a.b"', '"{}"', '"k{}.x"', '"é"', '"a/b~c"']],
    "spath": [['"k{}"', '"k{0}"', '"a.b"', '"{}"']],
    "cidrmatch": [['"10.0.0.0/8"', '"2001:db8::/32"', '"0.0.0.0/0"', '"::/0"', '"10.0.0.1"']],
    "ipmask": [['"255.255.255.0"', '"0.0.0.0"', '"255.0.255.1"']],
    "printf": [['"%s|%d|%x|%c|%e"']],
    "searchmatch": [['"x OR t=*"', '"web1 NOT i>3"', '"m=5*"', '"\\"a b\\""']],
    "match": [['"[a-z]+"', '"^$"', '"(?i)X"', '"\\d{1,3}"', '"\\\\pL"', '"a|b"']],
    "replace": [['"[a-z]+"', '"(.)(.)"', '"^"', '"x*"'], ['"\\1"', '"-"', '"\\0\\2"', '"\\\\9"', '""']],
    "mvfind": [['"[a-z]"', '"^x$"']],
}
REGEXES = [
    "(?<made>a+)",
    r"\\d+(?<x>.)?",
    "(",
    "[z-a]",
    "a{1,2000}",
    "(?i)WEB",
    r"\\p{Foo}",
    r"\\Z",
    "(?=x)",
    r"(?P=a)",
    "^$",
    ".",
]
REGEXES += [
    "(?<i>[^,]*)",
    "(?<a>.)(?<b>.)?",
    "a**",
    r"\\",
    "x{2}{3}",
    r"\\Qa.b\\E",
    "(?#c)a",
    r"[[:alpha:]]",
    "é",
    r"\\x{41}",
]
FORMATS = [
    "%Y-%m-%d",
    "%H:%M:%S",
    "%3N",
    "%z",
    "%:z",
    "%Z",
    "%s",
    "%%",
    "%",
    "x",
    "%b %e",
    "%j",
    "%U",
    "%q",
    "%Q",
    "%T",
    "%9N",
]


class Writer:
    """Writes one query from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, choices: list[Any]) -> Any:
        return self.random.choice(choices)

    def text(self) -> str:
        escaped = self.one(HOSTILE).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def field(self) -> str:
        name = self.one(QUOTED)
        return name if name.isidentifier() and self.random.random() < 0.8 else f"'{name}'"

    def value(self, depth: int) -> str:
        """An expression of any type."""
        roll = self.random.random()
        if depth <= 0 or roll < 0.25:
            return self.one([self.field, self.field, self.text, lambda: str(self.one(NUMBERS))])()
        if roll < 0.35:
            return f"({self.value(depth - 1)} {self.one(['+', '-', '*', '/', '%', '.'])} {self.value(depth - 1)})"
        if roll < 0.38:
            return f"-{self.value(depth - 1)}"
        if roll < 0.42:
            return f"{self.value(depth - 1)} ?? {self.value(depth - 1)}"
        function = self.one([function for function in FUNCTIONS.values() if function.public])
        if function.name in ("mvmap", "mvfilter"):
            return self.each(function.name, depth)
        return self.call(function, depth)

    def each(self, name: str, depth: int) -> str:
        field = f"'{self.one(['tags{}', 'many{}', 'm', 't', 'i'])}'"
        if name == "mvfilter":
            return f"mvfilter({self.one([f'{field} > 2', f'len({field}) > 1 AND {field} != 5', f'isnum({field})'])})"
        inner = self.call(self.one([FUNCTIONS["round"], FUNCTIONS["upper"], FUNCTIONS["split"]]), depth - 1)
        return f"mvmap({field}, {self.one([inner, f'{field} * 2', f'{field} . {inner}', f'split({field}, {self.text()})'])})"

    def call(self, function: Function, depth: int) -> str:
        least, most = function.arity
        count = self.random.randint(least, max(least, least + 2 if most is None else most))
        if function.name in ("case", "validate", "json_object") and count % 2:
            count += 1
        if function.name == "printf":
            count = 6
        parameters = [*function.takes, *[function.takes[-1]] * count][:count] if function.takes else []
        pools = iter(CONSTANTS.get(function.name, []))
        fixed = sum(1 for parameter in function.takes if parameter.constant and not parameter.many)
        arguments = []
        for place, parameter in enumerate(parameters):
            literal = parameter.constant or (function.name in ("match", "replace", "mvfind") and place > 0)
            if literal:
                pool = next(pools, None) or CONSTANTS.get(function.name, [[self.text()]])[-1]
                arguments.append(self.one(pool))
            elif parameter.takes is Takes.BOOLEAN or (
                function.name in ("case", "validate") and place % 2 == 0
            ):
                arguments.append(self.condition(depth - 1))
            else:
                arguments.append(self.value(depth - 1))
        assert fixed <= len(arguments) or most is not None
        return f"{function.name}({', '.join(arguments)})"

    def condition(self, depth: int) -> str:
        roll = self.random.random()
        left, right = self.value(depth - 1), self.value(depth - 1)
        if roll < 0.5:
            return f"{left} {self.one(['=', '!=', '<', '<=', '>', '>='])} {right}"
        if roll < 0.6:
            return f"{left} IN ({right}, {self.value(0)}, {self.text()})"
        if roll < 0.66:
            return f"{left} LIKE {self.text()}"
        if roll < 0.7:
            return f"{left} BETWEEN {right} AND {self.value(0)}"
        if roll < 0.75:
            return f"{left} IS {self.one(['', 'NOT '])}NULL"
        if roll < 0.8 or depth <= 0:
            return f"isnotnull({left})"
        joined = self.one(["AND", "OR", "XOR"])
        return f"({self.condition(depth - 1)} {joined} {self.one(['', 'NOT '])}{self.condition(depth - 1)})"

    def name(self) -> str:
        name = self.one(QUOTED)
        return name if name.isidentifier() else f'"{name}"'

    def names(self, most: int = 3) -> str:
        return ", ".join(self.name() for _ in range(self.random.randint(1, most)))

    def by(self) -> str:
        return self.one(["", f" by {self.names(2)}", f" by {self.names(2)}", " by _time span=2m"])

    def aggregation(self, place: int) -> str:
        name = self.one([name for name in AGGREGATES if name.isidentifier() and name != "sparkline"])
        if name in ("perc", "p", "exactperc", "upperperc"):
            name += self.one(["50", "95", "99.9", "1"])
        argument = self.one(
            [self.name(), self.name(), f"eval({self.value(1)})", f"eval({self.condition(1)})"]
        )
        if name.startswith("per_"):
            name = "sum"
        return self.one(
            [f"{name}({argument}) as a{place}", f"{name}({argument}) as a{place}", f"count as a{place}"]
        )

    def measures(self) -> str:
        return ", ".join(self.aggregation(place) for place in range(self.random.randint(1, 3)))

    def term(self) -> str:
        name = self.name()
        value = self.one([self.text(), "5", "web*", "*", '"10.0.0.0/8"', "x", '"*a*"', "-1", "1e3"])
        return self.one(
            [
                f"{name}={value}",
                f"{name}!={value}",
                f"NOT {name}={value}",
                f"{name}>{value}",
                f"{name} IN ({value}, 5, a*)",
                self.text(),
                "web1",
                "*eb*",
                "CASE(Web)",
                "TERM(a.b)",
                f"({name}={value} OR {name}<{value})",
            ]
        )

    def stage(self) -> str:
        """One stage of any command."""
        deep = self.random.randint(1, 3)
        return str(
            self.one(
                [
                    lambda: f"eval made={self.value(deep)}",
                    lambda: f"eval made={self.value(deep)}, i={self.value(1)}, other={self.value(1)}",
                    lambda: f"where {self.condition(deep)}",
                    lambda: f"search {self.term()} {self.term()}",
                    lambda: f"stats {self.measures()}{self.by()}",
                    lambda: f"eventstats {self.measures()}{self.by()}",
                    lambda: (
                        f"streamstats {self.one(['', 'window=2 ', 'current=f '])}{self.measures()}{self.by()}"
                    ),
                    lambda: (
                        f"timechart {self.one(['', 'span=1m ', 'span=1d ', 'bins=3 '])}{self.measures()}"
                        f"{self.one(['', f' by {self.name()}'])}"
                    ),
                    lambda: f"chart {self.measures()} over {self.name()} by {self.name()}",
                    lambda: (
                        f"{self.one(['top', 'rare'])} {self.one(['', 'limit=2 ', 'showperc=f '])}{self.names(2)}"
                    ),
                    lambda: f"{self.one(['top', 'rare'])} {self.name()} by {self.name()}",
                    lambda: f"sort {self.one(['', '-', '2 -'])}{self.name()}, {self.name()}",
                    lambda: f"sort {self.one(['num', 'str', 'ip', 'auto'])}({self.name()})",
                    lambda: f"{self.one(['head', 'tail'])} {self.one(['', '1', '3', '0'])}",
                    lambda: f"head ({self.condition(1)}) {self.one(['', 'null=t', 'keeplast=t'])}",
                    lambda: (
                        f"dedup {self.one(['', '2 '])}{self.names(2)} {self.one(['', 'keepempty=t', 'consecutive=t'])}"
                    ),
                    lambda: f"table {self.names()}",
                    lambda: f"fields {self.one(['', '- '])}{self.names()}",
                    lambda: f"rename {self.name()} as {self.one(['made', 'host', 'i', 'z'])}",
                    lambda: f"bin {self.name()} span={self.one(['1m', '2', '0.5', '1d', '1mon', '3'])}",
                    lambda: f'rex field={self.name()} "{self.one(["(?<made>.)", "(?P<i>[0-9]+)(?<t>x)?"])}"',
                    lambda: f'rex max_match=0 field={self.name()} "(?<made>[a-z])"',
                    lambda: (
                        f'rex mode=sed field={self.name()} "{self.one(["s/a/b/g", "y/ab/cd/", "s/(.)/<&>/"])}"'
                    ),
                    lambda: f'regex {self.name()}{self.one(["=", "!="])}"[a-z]"',
                    lambda: (
                        f"fillnull {self.one(['', 'value=x ', 'value=3 '])}{self.one(['', self.names()])}"
                    ),
                    lambda: "reverse",
                    lambda: f"makemv delim={self.one(['a', '-'])} {self.name()}",
                    lambda: f"mvexpand {self.name()}",
                    lambda: f"nomv {self.name()}",
                    lambda: f"mvcombine {self.name()}",
                    lambda: f"spath input={self.name()} path=k{{}} output=made",
                    lambda: f'strcat {self.name()} "-" {self.name()} made',
                    lambda: f"replace a* with b in {self.name()}",
                    lambda: (
                        f"convert {self.one(['ctime', 'num', 'auto', 'dur2sec', 'memk', 'rmunit'])}({self.name()})"
                    ),
                    lambda: f"delta {self.name()} as made",
                    lambda: f"accum {self.name()} as made",
                    lambda: f"addtotals {self.names()}",
                    lambda: f"filldown {self.names()}",
                    lambda: f"rangemap field={self.name()} low=0-5 high=6-20 default=none",
                    lambda: f"transaction {self.names(2)} maxspan=5m",
                    lambda: f"untable {self.name()} k v",
                    lambda: f"xyseries {self.name()} {self.name()} {self.name()}",
                    lambda: "transpose 3",
                    lambda: "uniq",
                    lambda: "addinfo",
                    lambda: f"append [search {self.term()} | {self.stage()}]",
                    lambda: f"appendpipe [stats {self.measures()}]",
                    lambda: f"appendcols [search {self.term()}]",
                    lambda: f"join type={self.one(['left', 'inner'])} {self.name()} [search {self.term()}]",
                    lambda: f'extract pairdelim="," kvdelim="=" {self.name()}',
                    lambda: f"tojson {self.names()}",
                    lambda: f"fieldformat {self.one(['i', 't'])}=tostring({self.field()})",
                    lambda: f"foreach {self.names()} [eval <<FIELD>>='<<FIELD>>'+1]",
                    lambda: f'rex field={self.name()} "{self.one(REGEXES)}"',
                    lambda: f'regex {self.name()}="{self.one(REGEXES)}"',
                    lambda: f'where {self.one(["match", "mvfind"])}({self.field()}, "{self.one(REGEXES)}")',
                    lambda: f"where match({self.field()}, {self.field()}) OR like(t, {self.field()})",
                    lambda: f'eval made=replace({self.field()}, "{self.one(REGEXES)}", {self.value(0)})',
                    lambda: f"eval made=replace({self.field()}, {self.field()}, {self.field()})",
                    lambda: f'eval made=strftime({self.field()}, "{self.one(FORMATS)}{self.one(FORMATS)}")',
                    lambda: f'eval made=strptime({self.field()}, "{self.one(FORMATS)}{self.one(FORMATS)}")',
                ]
            )()
        )

    def query(self) -> str:
        """A whole query of one to four stages."""
        first = self.one(["", "", f"search {self.term()} ", f"{self.term()} "])
        stages = " | ".join(self.stage() for _ in range(self.random.randint(1, 4)))
        return f"{first}| {stages}"
