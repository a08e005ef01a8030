"""Where groups stand, found by lengths of what is caught before them, held against Python's own positions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.plan.places import placed

ONE_PLACE = (
    r"(?P<a>\w+)=(?P<b>\d*)",
    r"^(?P<a>a+)(?:x|(b|c)(?P<b>=))?(?P<c>.*)$",
    r"(a(b)?(?P<a>c(?P<b>.)))",
    r"[(a](?P<a>[]x=])|b(?P<b>\()|\((?P<c>c)",
    r"x(?P<a>a)?(?:(?:b(?P<b>c))|c(?P<c>=))",
)


@pytest.mark.parametrize("pattern", ONE_PLACE)
@given(text=st.text("abcx=(]1 ", max_size=12))
def test_groups_begin_after_what_stands_before_them(pattern: str, text: str) -> None:
    known, groups = placed(pattern)
    plain, fuller = re.search(pattern, text), re.search(known, text)
    assert (plain is None) == (fuller is None)
    assert {group.name for group in groups} == set(re.compile(pattern).groupindex)
    for group in groups if plain and fuller else ():
        assert fuller[group.number] == plain[group.name]
        if plain[group.name]:
            pieces = sum(len(fuller[number] or "") for number in group.before)
            assert fuller.start() + pieces == plain.start(group.name)


@pytest.mark.parametrize(
    "pattern", [r"(?P<a>x)+", r"(?:(?P<a>x)y)*", r"(?:(?:(?P<a>x)y)?){2}", r"((?P<a>x)|y)+"]
)
def test_a_group_that_may_repeat_has_no_place(pattern: str) -> None:
    assert placed(pattern) == (pattern, ())


def test_flags_hold_for_all_that_follows() -> None:
    known, (group,) = placed(r"a(?i)b(?P<x>C)")
    assert known == r"(a)(?i)(b)(?P<x>C)"
    assert (group.number, group.before) == (3, (1, 2))
