"""Markups: a value → text that a channel shows as it is, never as markup. Pure.

Values are escaped, templates are not; a text that does not fit is made again from shorter values, because cut
markup is broken markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lynxalert.notify.wellformed import html_fault, markdown_v2_fault

# Controls no provider shows (tab and line feed stay), and half characters that no UTF-8 can hold.
UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]|[\ud800-\udfff]")

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """*text* without characters that break requests or lines; what was there shows as `�`."""
    if text.isprintable():
        return text
    return UNSHOWN.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str, limit: int) -> str:
    """*text* in at most *limit* characters, with `…` where something is missing."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"


def one_line(text: str) -> str:
    """*text* with every run of white space as one blank, and nothing that turns the direction of writing."""
    shown = text if text.isprintable() else TURNING.sub("�", clean(text))
    return " ".join(shown.split())


def octets(text: str) -> int:
    """The length in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def units(text: str) -> int:
    """The length as Telegram counts: UTF-16 units. Never less than the number of characters."""
    return len(text) if text.isascii() else len(text) + sum(map("\uffff".__lt__, text))


@dataclass(frozen=True, slots=True)
class Markup:
    """How one kind of channel writes text, and how many units of it fit.

    `link` takes (title, url); `events` raw events, one a line, where they are shown otherwise than a block. `fault` says why the provider would refuse a text, as far as can be known. `size`
    counts the units of the limit.
    """

    name: str
    limit: int
    escape: Callable[[str], str]
    bold: Callable[[str], str]
    code: Callable[[str], str]
    block: Callable[[str], str]
    link: Callable[[str, str], str]
    fault: Callable[[str], str | None] = lambda _: None
    size: Callable[[str], int] = units
    events: Callable[[str], str] | None = None

    @property
    def styled(self) -> bool:
        """Whether a reader sees more than letters, and the title of a link in place of its address."""
        return self.bold("a") != "a"

    def fits(self, text: str) -> bool:
        """Whether *text* is within the limit."""
        return self.size(text) <= self.limit

    def shortest(self, attempts: Iterable[str]) -> str | None:
        """The first of *attempts*, each made from less data, that fits."""
        return next((text for text in attempts if self.fits(text)), None)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _backslash(characters: str) -> Callable[[str], str]:
    pattern = re.compile(f"([{re.escape(characters)}])")
    return lambda text: pattern.sub(r"\\\1", text)


def _ticked(text: str) -> str:
    # A back-tick would end the code span, and neither Slack nor Discord can escape one inside.
    return text.replace("`", "ˋ")


def _nobody(text: str) -> str:
    # Mattermost has no escape for mentions; a word joiner between sign and name keeps them from being one.
    return text.replace("@", "@\u2060")


def _same(text: str) -> str:
    return text


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


_markdown_v2 = _backslash("\\_*[]()~`>#+-=|{}.!")
_markdown_code = _backslash("\\`")
_markdown_url = _backslash("\\)")
_discord = _backslash("\\_*[]~`>#|@<")
_markdown = _backslash("\\_*[]()~`>#|<!:$")

PLAIN = Markup(
    "plain", 10_000, _same, _same, _same, lambda text: f"\n{text}\n", lambda title, url: f"{title}: {url}"
)
JSON = Markup("json", 200_000, _json, _json, _json, _json, lambda title, url: _json(f"{title}: {url}"))
HTML = Markup(
    "html",
    4096,
    _html,
    lambda text: f"<b>{_html(text)}</b>",
    lambda text: f"<code>{_html(text)}</code>",
    lambda text: f"<pre>{_html(text)}</pre>",
    lambda title, url: f'<a href="{_html(url)}">{_html(title)}</a>',
    html_fault,
)
MARKDOWN_V2 = Markup(
    "markdown_v2",
    4096,
    _markdown_v2,
    lambda text: f"*{_markdown_v2(text)}*",
    lambda text: f"`{_markdown_code(text)}`",
    lambda text: f"```\n{_markdown_code(text)}\n```",
    lambda title, url: f"[{_markdown_v2(title)}]({_markdown_url(url)})",
    markdown_v2_fault,
)
SLACK = Markup(
    "slack",
    3000,
    _slack,
    lambda text: f"*{_slack(text).replace('*', '∗')}*",
    lambda text: f"`{_ticked(_slack(text))}`",
    lambda text: f"```\n{_ticked(_slack(text))}\n```",
    lambda title, url: f"<{_slack(url).replace('|', '%7C')}|{_slack(title).replace('|', '¦')}>",
)
DISCORD = Markup(
    "discord",
    2000,
    _discord,
    lambda text: f"**{_discord(text)}**",
    lambda text: f"`{_ticked(text)}`",
    lambda text: f"```\n{_ticked(text)}\n```",
    lambda title, url: f"[{_discord(title)}](<{url.replace('>', '%3E')}>)",
)
MATTERMOST = Markup(
    "mattermost",
    16_000,
    lambda text: _markdown(_nobody(text)),
    lambda text: f"**{_markdown(_nobody(text))}**",
    lambda text: f"`{_ticked(_nobody(text))}`",
    lambda text: f"```\n{_ticked(_nobody(text))}\n```",
    lambda title, url: f"[{_markdown(_nobody(title))}]({_markdown_url(url)})",
)
GOOGLE_CARD = Markup(
    "google_card",
    4000,
    _html,
    lambda text: f"<b>{_html(text)}</b>",
    _html,
    lambda text: f"<i>{_html(text)}</i>",
    lambda title, url: f'<a href="{_html(url)}">{_html(title)}</a>',
)
