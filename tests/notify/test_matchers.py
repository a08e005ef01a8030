"""Matchers: how they are spelled, what they match, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.notify.matchers import OPERATORS, Matcher, MatcherError, all_match, parse_matcher

LABELS = {"service": "shop", "status": 500, "share": 2.0, "on": True, "gone": None}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("service=shop", True),
        ('service = "shop"', True),
        ("service!=shop", False),
        ("service=~sh", False),  # a pattern matches the whole value
        ('service=~"sh.*|pay"', True),
        ("service!~sh.*", False),
        ("status=500", True),
        ("share=2", True),
        ("on=true", True),
        ("absent=", True),
        ("absent!=x", True),
        ("absent=~.+", False),
        ("gone=", True),
    ],
)
def test_what_a_matcher_claims(text, holds) -> None:
    assert parse_matcher(text).matches(LABELS) is holds


def test_every_matcher_must_hold() -> None:
    both = [parse_matcher("service=shop"), parse_matcher("status=200")]
    assert not all_match(both, LABELS)
    assert all_match([], LABELS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("service", "is no matcher: write it as"),
        ("=shop", "is no matcher"),
        ('service="shop', "is no matcher"),
        ("service=a b", "is no matcher"),
        ("service=~(", "is no pattern that RE2 knows: missing ): ("),
        ("service=~" + "a" * 1001, "is a pattern of more than 1,000 characters"),
    ],
)
def test_what_means_nothing_is_refused(text, reason) -> None:
    with pytest.raises(MatcherError, match="^" + reason.replace("(", r"\(").replace(")", r"\)")):
        parse_matcher(text)


@given(st.from_regex(r"[A-Za-z_.]+", fullmatch=True), st.sampled_from(OPERATORS), st.text(max_size=30))
def test_a_matcher_reads_back_as_it_is_written(name, op, value) -> None:
    try:
        matcher = Matcher(name, op, value)
    except MatcherError:
        return
    assert parse_matcher(str(matcher)) == matcher
