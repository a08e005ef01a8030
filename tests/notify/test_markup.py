"""Escaping and limits: hostile text never becomes markup, and what does not fit is made from less data."""

from __future__ import annotations

import html.parser
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.notify.facts import facts_of
from lynxalert.notify.layout import ROOMS, lines, write
from lynxalert.notify.markup import (
    DISCORD,
    HTML,
    JSON,
    MARKDOWN_V2,
    PLAIN,
    SLACK,
    Markup,
    clean,
    cut,
    one_line,
    units,
)
from lynxalert.notify.render import compose, default_text
from lynxalert.notify.templates.checking import HOSTILE
from lynxalert.notify.wellformed import html_fault, markdown_v2_fault
from tests.notify.occasions import alert, made, occasion

texts = st.text(st.characters(exclude_categories=()), max_size=300) | st.just(HOSTILE)
each_markup = pytest.mark.parametrize(
    "markup", [PLAIN, HTML, MARKDOWN_V2, SLACK, DISCORD], ids=lambda one: one.name
)


class Tags(html.parser.HTMLParser):
    """The tags of a text and what a reader sees, failing on anything Telegram would refuse."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("b", "code", "pre", "a")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.seen += data


def read_html(text: str) -> str:
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    return tags.seen


def read_markdown_v2(text: str) -> str:
    """Telegram's rules: reserved characters stand escaped, or open and close something."""
    reserved = "_*[]()~`>#+-=|{}.!"
    seen, at, closing = "", 0, [""]
    while at < len(text):
        character = text[at]
        if character == "\\":
            seen += text[at + 1]
            at += 2
            continue
        if closing[-1] in ("`", "```"):
            if text.startswith(closing[-1], at):
                at += len(closing.pop())
                continue
            seen += character
        elif character == "`":
            fence = "```" if text.startswith("```", at) else "`"
            closing.append(fence)
            at += len(fence)
            continue
        elif character == "*":
            closing.pop() if closing[-1] == "*" else closing.append("*")
        elif character == "[":
            closing.append("]")
        elif character == "]" and closing[-1] == "]":
            assert text[at + 1] == "("
            closing[-1] = ")"
            at += 1
        elif character == ")" and closing[-1] == ")":
            closing.pop()
        else:
            assert closing[-1] == ")" or character not in reserved, f"{character!r} at {at} of {text!r}"
            seen += character
        at += 1
    assert closing == [""]
    return seen


@given(texts)
def test_html_shows_the_value_and_no_tag(text: str) -> None:
    assert read_html(HTML.escape(clean(text))) == clean(text)


@given(texts)
def test_markdown_v2_shows_the_value_and_no_markup(text: str) -> None:
    assert read_markdown_v2(MARKDOWN_V2.escape(clean(text))) == clean(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<b>x</b> &lt; <a href='http://x'>y</a> <tg-spoiler>z</tg-spoiler>", None),
        ("a < b", None),
        ("<p>x</p>", "`<p>` is no tag that Telegram knows"),
        ("<b>x", "`<b>` is never closed"),
        ("<b><i>x</b></i>", "`</b>` closes nothing"),
        ("x</b>", "`</b>` closes nothing"),
    ],
)
def test_faults_of_html(text: str, fault: str | None) -> None:
    assert html_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "*b* _i_ __u__ ~s~ ||p|| `c.-` ```\npre.\n``` [t](http://x.y/a-b) ![e](tg://emoji?id=1) \\. \\!",
            None,
        ),
        (">quoted\n>more", None),
        ("*a _b_*", None),
        ("a.b", "`.` must be written `\\.`"),
        ("(a)", "`(` must be written `\\(`"),
        ("a > b", "`>` must be written `\\>`"),
        ("*a", "`*` is never closed"),
        ("*a _b*_", "`*` closes before `_` does"),
        ("[a](http://x", "`]` must be written `\\]`"),
        ("`a", "``` is never closed"),
    ],
)
def test_faults_of_markdown_v2(text: str, fault: str | None) -> None:
    assert markdown_v2_fault(text) == fault


@given(texts)
def test_default_texts_have_no_fault(text: str) -> None:
    facts = facts_of(occasion(**hostile(text, 3)))
    assert html_fault(default_text(facts, HTML)) is None
    assert markdown_v2_fault(default_text(facts, MARKDOWN_V2)) is None


@given(texts)
def test_slack_has_no_mention_or_link(text: str) -> None:
    escaped = SLACK.escape(clean(text))
    assert "<" not in escaped
    assert ">" not in escaped
    assert not re.search(r"&(?!amp;|lt;|gt;)", escaped)


@given(texts)
def test_discord_has_no_unescaped_markup(text: str) -> None:
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`~|@]", DISCORD.escape(clean(text)).replace("\\\\", ""))


@given(texts)
def test_json_gives_the_value_back(text: str) -> None:
    import json

    assert json.loads(f'"{JSON.escape(clean(text))}"') == clean(text)


@given(texts)
def test_clean_text_can_be_sent(text: str) -> None:
    assert clean(text).encode("utf-8").decode("utf-8") == clean(text)
    assert clean(clean(text)) == clean(text)
    assert "\n" not in one_line(text)


@given(st.text(max_size=50), st.integers(1, 60))
def test_cut(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown) <= limit
    assert shown == text or shown.endswith("…")


def test_units_are_utf_16() -> None:
    assert units("aé€😀") == 5


def hostile(text: str, rows: int) -> dict[str, object]:
    return {
        "alert": alert(name=text or "x", description=text, query=text),
        "values": {"msg": text, "errors": 1},
        "labels": {"host": text},
        "rows": [{"msg": text, "n": number, text[:5]: text} for number in range(rows)],
        "evidence": [text] * 5,
        "condition": text,
    }


@given(texts, st.integers(0, 120))
def test_default_texts_are_sound_in_every_markup_and_fit(text: str, rows: int) -> None:
    long = text * 40
    facts = facts_of(occasion(**hostile(long, rows)))
    for markup in (PLAIN, HTML, MARKDOWN_V2, SLACK, DISCORD):
        assert markup.fits(default_text(facts, markup))
    read_html(default_text(facts, HTML))
    read_markdown_v2(default_text(facts, MARKDOWN_V2))
    for room in ROOMS:
        read_html(write(lines(facts, room), HTML))
        read_markdown_v2(write(lines(facts, room), MARKDOWN_V2))


@given(texts, st.integers(0, 120))
def test_templates_fit_by_shrinking_data(text: str, rows: int) -> None:
    source = (
        "<b>{{ alert.name }}</b>\n{% for row in rows %}<i>{{ row.msg }}</i>\n{% endfor %}{{ result.msg }}"
    )
    channel = made("telegram", bot_token="1:x", chat_id=1, message_template=source)
    message = compose(occasion(**hostile(text * 40, rows)), channel)
    assert message.rich is not None
    assert HTML.fits(message.rich)
    assert message.rich.count("<b>") == message.rich.count("</b>") == 1
    assert message.rich.count("<i>") == message.rich.count("</i>")
    assert message.warnings == ()


@each_markup
def test_a_smaller_limit_gives_a_shorter_text(markup: Markup) -> None:
    facts = facts_of(occasion(**hostile("value " * 100, 50)))
    lengths = [
        units(default_text(facts, replace(markup, limit=limit))) for limit in (3000, 1000, 600, 300, 120)
    ]
    assert lengths == sorted(lengths, reverse=True)
    assert all(length <= limit for length, limit in zip(lengths, (3000, 1000, 600, 300, 120), strict=True))
