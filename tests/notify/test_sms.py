"""Short messages: what they cost, and that a text never costs more than allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.notify.render import compose
from lynxalert.notify.sms import segments, simplify
from tests.notify.occasions import configs, made, occasion


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 134 + "я", 3),
    ],
)
def test_segments(text: str, number: int) -> None:
    assert segments(text) == number


@given(st.text(max_size=2000), st.integers(2, 6))
def test_a_text_costs_what_was_allowed(text: str, most: int) -> None:
    channel = made("twilio_sms", **configs("http://x")["twilio_sms"], segments=most)
    message = compose(occasion(values={"msg": text, "errors": 3}), channel)
    assert segments(simplify(message.body)) <= most
