"""Three ways to show one mistake."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.lang import Code, Diagnostic, Span, locate, one_line, render
from lynxalert.lang.text import SHORT, line_of

SOURCE = "index=a\n| stats count by hots"
HOTS = Diagnostic(Code.UNKNOWN_FIELD, "unknown field `hots`", Span(25, 29), "did you mean `host`?")


def test_caret_text() -> None:
    assert render(SOURCE, HOTS) == (
        "error[L201]: unknown field `hots`\n"
        "2 | | stats count by hots\n"
        "  |                  ^^^^\n"
        "  = help: did you mean `host`?"
    )


def test_json() -> None:
    assert HOTS.as_json(SOURCE) == {
        "code": "L201",
        "message": "unknown field `hots`",
        "line": 2,
        "column": 18,
        "length": 4,
        "help": "did you mean `host`?",
    }


def test_one_line() -> None:
    text = "a.toml:2:18: error[L201]: unknown field `hots`"
    assert one_line("a.toml", SOURCE, HOTS) == f"{text} (did you mean `host`?)"
    assert one_line("a.toml", SOURCE, Diagnostic(HOTS.code, HOTS.message, HOTS.span)) == text


def test_warnings_are_no_errors() -> None:
    assert (Code.CUT.severity, Code.LINT.severity, Code.SYNTAX.severity) == ("warning", "warning", "error")


@given(st.text("a\n", max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_places_in_long_texts_are_those_of_short_ones(text: str, start: int, length: int) -> None:
    """A long text is not counted through for every place in it."""
    place = min(start, len(text))
    assert line_of(text, place) == text.count("\n", 0, place) + 1
    span, long = Span(place, place + max(1, length)), f"{text}\n{'b' * SHORT}"
    near, far = locate(f"{text}\nb", span), locate(long, span)
    assert (near.line, near.column) == (far.line, far.column)
