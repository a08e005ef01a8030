from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.access.passes import BadPassError, ExpiredPassError, Passes, unsigned

NOW = dt.datetime(2026, 2, 14, 13, 25, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)
PASSES = Passes(b"s" * 32)
TICKET = PASSES.sign("ack", "alt_1.e1", NOW + WEEK)


def test_a_pass_is_good_until_it_expires() -> None:
    PASSES.check("ack", "alt_1.e1", TICKET, NOW)
    PASSES.check("ack", "alt_1.e1", TICKET, NOW + WEEK - dt.timedelta(seconds=1))
    with pytest.raises(ExpiredPassError):
        PASSES.check("ack", "alt_1.e1", TICKET, NOW + WEEK)


@pytest.mark.parametrize(
    ("purpose", "subject"),
    [("mute", "alt_1.e1"), ("ack", "alt_1.e2"), ("ack", "alt_1.e1."), ("ac", "kalt_1.e1"), ("", "")],
)
def test_for_one_purpose_and_one_subject(purpose: str, subject: str) -> None:
    with pytest.raises(BadPassError):
        PASSES.check(purpose, subject, TICKET, NOW)


def test_no_other_secret_signs_it() -> None:
    with pytest.raises(BadPassError):
        Passes(b"t" * 32).check("ack", "alt_1.e1", TICKET, NOW)


@given(st.data())
def test_any_change_of_a_ticket_makes_it_bad(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TICKET) - 1))
    other = data.draw(st.characters(exclude_characters=TICKET[at]))
    with pytest.raises(BadPassError):
        PASSES.check("ack", "alt_1.e1", TICKET[:at] + other + TICKET[at + 1 :], NOW)


@given(st.text(max_size=60))
def test_no_text_is_a_ticket(text: str) -> None:
    with pytest.raises(BadPassError):
        PASSES.check("ack", "alt_1.e1", text, NOW)


def test_texts_can_be_shown_without_signatures() -> None:
    text = f"Acknowledge: https://a.example/go/ack/alt_1.e1/{TICKET} and more"
    assert (
        unsigned(text)
        == f"Acknowledge: https://a.example/go/ack/alt_1.e1/{TICKET.partition('.')[0]}.… and more"
    )
