"""Attempts to leave a template, or to make it work for ever: each ends as text or as a mistake, quickly, and changes nothing."""

from __future__ import annotations

import copy
import pathlib
import re
import time

import pytest

from lynxalert.notify.markup import HTML, JSON, PLAIN
from lynxalert.notify.templates import TemplateError, render
from tests.notify.test_templates import FACTS

CORPUS = (pathlib.Path(__file__).parent / "escapes.txt").read_text(encoding="utf-8").splitlines()[1:]
# What only Python's own objects would say.
LEAKS = re.compile(
    r"<class|<function|<built-in|<bound|<module|object at 0x|0x[0-9a-f]{6}|root:|jinja2|lynxalert\.|Budget|LoopContext|uid="
)
SECONDS = 3  # of a processor, which may be shared: they take thousandths

NEST = "{% set x = [1, 2] %}" + "{% set x = [x, x] %}" * 40
TWO = "{% set x = [1] %}{% set y = [1] %}" + "{% set x = [x, x] %}{% set y = [y, y] %}" * 40
HEAVY = "{% set x = ['" + "a" * 900 + "'] %}" + "{% set x = x + x %}" * 60
BOMBS = [
    *(
        NEST + end
        for end in ("{{ x }}", "{{ x | json }}", "{{ x | upper }}", "{{ x | join }}", "{{ x ~ x }}")
    ),
    *(TWO + end for end in ("{{ x == y }}", "{{ x in [y] }}", "{{ x < y }}", "{% if x != y %}{% endif %}")),
    "{% set x = {'a': 1} %}" + "{% set x = {'a': x, 'b': x} %}" * 40 + "{{ x }}",
    "{% set x = (1, 2) %}" + "{% set x = (x, x) %}" * 40 + "{{ x }}",
    "{% set x = [1] %}" + "{% set x = [x] %}" * 900 + "{{ x | json }}",
    HEAVY + "{{ x | json }}",
    HEAVY + "{% for a in range(9000) %}{% if x == x + x %}{% endif %}{% endfor %}",
    "{% for a in range(65000) %}{{ rows }}{% endfor %}",
    "{% for a in range(9000) %}{% for b in rows %}{{ alert.query | replace('e', 'eeeeeeeeee') }}{% endfor %}{% endfor %}",
    "{% for a in range(9000) %}{{ [a, a, a, a, a, a, a, a] | join(alert.query) }}{% endfor %}",
    "{{ " + "alert.name ~ " * 1500 + "'x' }}",
    "{{ " + "1 + " * 3900 + "1 }}",
    "{{ " + "not " * 3900 + "1 }}",
    "{{ " + "-" * 16_000 + "1 }}",
    "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "{{ x" + ".a" * 8000 + " }}",
    "{{ result" + "[0]" * 5000 + " }}",
    "{{ 'x'" + " | upper" * 2000 + " }}",
    "{% if 1 %}" * 800 + "{% endif %}" * 800,
    "{% for a in rows %}" * 600 + "x" + "{% endfor %}" * 600,
    "{{" * 8000,
    "{%" * 8000,
    "{#" * 8000,
    "{{ '" * 4000,
    '{{ "' + "\\" * 16_000,
    "{{ ." * 4000,
    "{{" + " " * 16_000 + "}}",
    "{{-" * 5000 + "-}}" * 300,
    "{{ '" + "a.b " * 4000 + "' }}",
]


def tried(source: str, markup: object) -> str:
    try:
        return render(source, markup, FACTS).text  # type: ignore[arg-type]
    except TemplateError as error:
        return f"! {error}"


@pytest.mark.parametrize("markup", [PLAIN, HTML, JSON], ids=lambda each: each.name)
def test_nothing_gets_out(markup: object) -> None:
    before = copy.deepcopy(FACTS)
    for source in CORPUS:
        began = time.process_time()
        shown = tried(source, markup)
        assert not LEAKS.search(shown), (source, shown)
        assert time.process_time() - began < SECONDS, source
    assert before == FACTS


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_nothing_works_for_long(number: int) -> None:
    began = time.process_time()
    assert len(tried(BOMBS[number], PLAIN)) < 1_100_000
    assert time.process_time() - began < SECONDS


def test_a_list_of_what_a_message_needs_is_not_too_much() -> None:
    source = "{% for name, value in [('errors', result.errors), ['host', rows[0].host]] %}{{ name }}={{ value }} {% endfor %}"
    assert tried(source, PLAIN) == "errors=247 host=a "
    assert tried(
        "{{ (rows + rows) | length }} {{ {'a': rows}.a[1].host }} {{ [result.msg, evidence] }}", PLAIN
    ) == ('4 b a "q" <x>, raw <event>')
