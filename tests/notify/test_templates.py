"""Templates: what they see, what they may do, what they cost, and how their mistakes are told."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.lang import Code, one_line
from lynxalert.notify.facts import facts_of
from lynxalert.notify.markup import HTML, JSON, MARKDOWN_V2, PLAIN, Markup
from lynxalert.notify.templates import TemplateError, check, render
from tests.notify.occasions import LINK, alert, occasion

FACTS = facts_of(
    occasion(
        alert=alert(labels={"team": "sre"}, severity="critical"),
        values={
            "errors": 247,
            "rate": 0.5,
            "http.status": 500,
            "msg": 'a "q" <x>',
            "none": None,
            "list": ["a", "b"],
        },
        labels={"host": "web1"},
        rows=[{"host": "a", "n": 1}, {"host": "b", "n": 2}],
        evidence=["raw <event>"],
        links=(LINK,),
    )
)


def shown(source: str, markup: Markup = PLAIN) -> str:
    try:
        return render(source, markup, FACTS).text
    except TemplateError as error:
        help = f" ({error.diagnostic.help})" if error.diagnostic.help else ""  # noqa: A001 - its name there
        return f"! {error}{help}"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        # the seed's spellings
        ("{{.alert.name}}: {{.result.errors}} errors in last {{.alert.interval}}",
         "High error rate: 247 errors in last 5m"),
        ("{{ .result.errors | json }} {{.timestamp}} {{- .alert.id }}", "247 2026-02-14T13:25:00Zalt_xyz789"),
        ('{{ "a.b" ~ .result.errors }} {{ (.result.errors) }} {{ [.result.errors] }}', "a.b247 247 247"),
        # every root
        ("{{ alert.severity }} {{ alert.labels.team }} {{ alert.query }}",
         "critical sre level=error | stats count as errors | where errors > 100"),
        ("{{ instance.labels.host }} {{ instance.phase }} {{ instance.value }}", "web1 firing 247"),
        ("{{ episode.started }} {{ episode.duration }} {{ episode.sequence }}", "2026-02-14T13:25:00Z 0s 1"),
        ("{{ transition.kind }} {{ transition.window_start }}", "fired 2026-02-14T13:20:00Z"),
        ("{{ evidence[0] }} {{ links[0].url }} {{ test }}", "raw <event> https://alerts.example.com/alerts/alt_xyz789 false"),
        ("{% for row in rows %}{{ loop.index }} {{ row.host }}={{ row.n }}{{ ', ' if not loop.last }}{% endfor %}",
         "1 a=1, 2 b=2"),
        ("{% for name, value in instance.labels.items() %}{{ name }}={{ value }}{% endfor %}", "host=web1"),
        # values
        ("{{ result.none }}|{{ result.list }}|{{ result.rate }}|{{ result.http.status }}|{{ result['http.status'] }}",
         "|a, b|0.5|500|500"),
        ("{{ result }}", '{"errors": 247, "rate": 0.5, "http.status": 500, "msg": "a \\"q\\" <x>", "none": null, "list": ["a", "b"]}'),
        ("{{ 1.0 }} {{ 1e20 }} {{ 0.1 + 0.2 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -3 }} {{ 2 * 3 - 1 }}",
         "1 1e+20 0.3 3 3 -3 5"),
        # filters
        ("{{ result.msg | html }} {{ result.msg | json }} {{ result.msg | urlquery }}",
         'a &quot;q&quot; &lt;x&gt; "a \\"q\\" <x>" a+%22q%22+%3Cx%3E'),
        ("{{ alert.name | truncate(6) }} {{ alert.name | upper }} {{ alert.name | lower }} {{ 'x y' | title }}",
         "High… HIGH ERROR RATE high error rate X Y"),
        ("{{ rows | length }} {{ rows | count }} {{ result.none | length }} {{ result.list | join('-') }}", "2 2 0 a-b"),
        ("{{ 'x' | default('y') }} {{ result.nope | default('y') }} {{ result.nope | d }}|", "x y |"),
        ("[{{ result.none | round(1) }}{{ result.gone | int }}{{ result.none | float | abs }}{{ result.gone | join }}]", "[]"),
        ("{{ 2.567 | round(1) }} {{ 2.5 | round }} {{ '7' | int + 1 }} {{ '7.5' | float }} {{ -3 | abs }}", "2.6 2 8 7.5 3"),
        ("{{ ' x ' | trim }} {{ 'aXb' | replace('X', '-') }} {{ rows | first | items | first | last }}", "x a-b a"),
        ("{{ (rows | last).host }} {{ [] | first }}|{{ 5 | items }}", "b |"),
        # what is not there
        ("{{ result.nope }}|{{ result.nope.deeper[3] }}|{{ rows[9].n }}|{{ result.nope * 2 + 1 }}|{{ 1 - result.nope }}", "||||"),
        ("{% if result.nope > 3 or 3 < result.nope %}a{% elif result.nope is defined %}b{% else %}c{% endif %}", "c"),
        ("{% for x in result.nope %}a{% else %}none{% endfor %}{{ 'a' if result.nope }}{{ 'x' ~ result.nope }}", "nonex"),
        ("{{ result.nope | json }} {{ result.nope | upper }}|{{ alert.__class__ }}|{{ ''.__class__ }}", "null ||"),
        ("{{ loop.cycle }}", "! line 1: unknown name `loop` (one of alert, result, rows, instance, episode, transition, evidence, links, timestamp, test)"),
        ("{% for row in rows %}{{ loop.cycle }}{{ loop.length }}{% endfor %}", "22"),
        ("{% set x = 3 %}{{ x }}{{ range(3) }}{{ range(1, 6, 2) }}", "30, 1, 21, 3, 5"),
        ("{{ result.errors >= 247 and not test }} {{ 'q' in result.msg }} {{ 2 in [1, 2] }} {{ result.msg[:3] }}", 'true true true a "'),
    ],
)  # fmt: skip
def test_renders(source: str, text: str) -> None:
    assert shown(source) == text


@pytest.mark.parametrize(
    ("source", "markup", "text"),
    [
        ("<b>{{ result.msg }}</b>", HTML, "<b>a &quot;q&quot; &lt;x&gt;</b>"),
        ("{{ result.msg | html }}", HTML, "a &quot;q&quot; &lt;x&gt;"),
        ("{{ '<i>' ~ result.msg }}", HTML, "&lt;i&gt;a &quot;q&quot; &lt;x&gt;"),
        ("*{{ alert.id }}*", MARKDOWN_V2, "*alt\\_xyz789*"),
        ('{"a": "{{ result.msg }}", "b": {{ result.msg | json }}, "c": {{ result.errors }}}', JSON,
         '{"a": "a \\"q\\" <x>", "b": "a \\"q\\" <x>", "c": 247}'),
    ],
)  # fmt: skip
def test_values_are_escaped_and_templates_are_not(source: str, markup: Markup, text: str) -> None:
    assert shown(source, markup) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ nope }}", "! line 1: unknown name `nope` (one of alert, result, rows, instance, episode, transition, evidence, links, timestamp, test)"),
        ("a\n{{ resullt.x }}", "! line 2: unknown name `resullt` (did you mean `result`?)"),
        ("{{ alert.name | jsno }}", "! line 1: unknown filter `jsno` (did you mean `json`?)"),
        ("{{ alert.name | q }}", "! line 1: unknown filter `q` (one of abs, count, first, float, html, int, items, join, json, last, length, lower, replace, round, title, tojson, trim, truncate, upper, urlquery)"),
        ("{{ alert.name", "! line 1: unexpected end of template, expected 'end of print statement'."),
        ("{{if .result.errors}}x{{end}}", "! line 1: this is the spelling of Go templates (write `{% if … %} … {% endif %}`)"),
        ('{{ printf "%d" .result.errors }}', "! line 1: this is the spelling of Go templates (`printf` of Go templates is not offered)"),
        ("{{ result.msg + 1 }}", "! line 1: `+` needs numbers on both sides"),
        ("\n\n{{ 1 / 0 }}", "! line 3: division by zero"),
        ("{% include 'x' %}", "! line 1: `include` is not offered here"),
        ("{% import 'x' as y %}", "! line 1: `import` is not offered here"),
        ("{% extends 'x' %}", "! line 1: `extends` is not offered here"),
        ("{% macro x() %}{% endmacro %}", "! line 1: `macro` is not offered here"),
        ("{{ result.msg.upper() }}", "! line 1: nothing can be called here; filters are written `value | json`"),
        ("{{ lipsum() }}", "! line 1: nothing can be called here; filters are written `value | json`"),
        ("{{ self }}", "! line 1: the name `self` is not offered here"),
        ("{{ _budget }}", "! line 1: the name `_budget` is not offered here"),
        ("{{ rows | _each(1) }}", "! line 1: the filter `_each` is not offered here"),
        ("{% filter upper %}x{% endfilter %}", "! line 1: `filterblock` is not offered here"),
        ("{{ alert is mapping }}", "! line 1: the test `mapping` is not offered here"),
        ("{% for x in rows recursive %}{% endfor %}", "! line 1: `recursive` is not offered here"),
        ("{{ 2 ** 9 }}", "! line 1: `pow` is not offered here"),
        ("{{ '%9999999d' % 1 }}", "! line 1: `%` needs numbers on both sides"),
        ("{{ 'a' * 99999999 }}", "! line 1: `*` needs numbers on both sides"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "! line 1: nested too deeply"),
        ("x" * 20_000, "! line 1: a template has at most 16384 characters"),
        ("{{ range(99999999) }}", "! line 1: the range is too long"),
        ("{{ rows | join('x' * 2) }}", "! line 1: `*` needs numbers on both sides"),
    ],
)  # fmt: skip
def test_refuses(source: str, text: str) -> None:
    assert shown(source) == text


BOMBS = [
    "{% for a in range(9000) %}{% for b in range(9000) %}x{% endfor %}{% endfor %}",
    "{% for a in range(9000) %}" + "x" * 5000 + "{% endfor %}",
    "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
    "{% set x = [1, 2, 3] %}" + "{% set x = x + x %}" * 60 + "{{ x }}",
    "{% for a in range(60000) %}{% if a == 'x' %}{% endif %}{% endfor %}",
    "{% set x = 'a' * 1 %}",
    "{{ 'abc' | replace('', 'x' ~ evidence) | replace('', evidence ~ evidence) }}" * 40
    + "{% for a in range(9999) %}{{ alert.query | upper | lower | title | trim }}{% endfor %}",
]


@pytest.mark.parametrize("source", BOMBS)
def test_no_template_can_hang(source: str) -> None:
    began = time.monotonic()
    assert shown(source).startswith("! line 1:")
    assert time.monotonic() - began < 60  # or never


def test_numbers_stay_small() -> None:
    assert shown("{% set x = 9 %}" + "{% set x = x * x %}" * 60 + "{{ x }}") == "inf"


@given(st.text(st.sampled_from("{}%|. abresult.errors()[]'\"~+-*/0123456789if\nendforin"), max_size=60))
def test_any_text_is_a_template_or_a_mistake(source: str) -> None:
    assert isinstance(shown(source), str)


@given(st.text(st.sampled_from("{}% .ax\"'"), max_size=40))
def test_respelling_keeps_every_place(source: str) -> None:
    from lynxalert.notify.spelling import respell

    assert len(respell(source)[0]) == len(source)


def found(source: str, markup: Markup = HTML, facts: Any = None) -> list[str]:
    return [one_line("t", source, one) for one in check(source, markup, facts or FACTS)]


@pytest.mark.parametrize(
    ("source", "markup", "expected"),
    [
        ("{{ alert.name }}: {{ result.errors }}", HTML, []),
        ("{{.alert.name}}", HTML,
         ["t:1:1: warning[C201]: leading dots are the spelling of Go templates and are left out (write `{{ alert.name }}`)"]),
        ("{{ alert.nmae }}", HTML, [
            "t:1:10: error[C107]: `alert` has no `nmae` (did you mean `alert.name`?)",
            "t:1:10: warning[C201]: `nmae` is not there and stays empty (the query returns errors, rate, http.status, msg, none, list)",
        ]),
        ("x\n{{ result.eror }}", HTML,
         ["t:2:11: warning[C201]: `eror` is not there and stays empty (did you mean `errors`?)"]),
        ("{{ nope }}", HTML,
         ["t:1:4: error[C107]: unknown name `nope` (one of alert, result, rows, instance, episode, transition, evidence, links, timestamp, test)"]),
        ("{{ rows[0].n + 1 }} {{ result.errors > 5 }}", HTML, []),
        ("y" * 5000, HTML, ["t:1:1: error[C107]: without any row it is already longer than the 4096 characters that fit"]),
        ("<b>{{ alert.name }}</b> <div>", HTML,
         ["t:1:1: warning[C201]: the text would be refused and sent plain: `<div>` is no tag that Telegram knows"]),
        ("{{ alert.name }}.", MARKDOWN_V2,
         ["t:1:1: warning[C201]: the text would be refused and sent plain: `.` must be written `\\.`"]),
        ('{"a": "{{ result.msg }}"}', JSON, []),
        ('{"a": {{ result.msg }}}', JSON,
         ["t:1:1: error[C107]: the body would not be valid JSON (put values in quotes, or write `{{ value | json }}` without quotes)"]),
        ('{"a": {{ result.errors }}}', JSON, []),
        ("null", JSON, []),
    ],
)  # fmt: skip
def test_check(source: str, markup: Markup, expected: list[str]) -> None:
    assert found(source, markup) == expected


def test_without_a_row_fields_are_not_judged() -> None:
    facts = {**FACTS, "result": {}, "rows": []}
    assert found("{{ result.anything }}", HTML, facts) == []


def test_mistakes_have_the_template_code() -> None:
    with pytest.raises(TemplateError) as raised:
        render("{{ nope }}", PLAIN, FACTS)
    assert raised.value.diagnostic.code is Code.BAD_TEMPLATE
