"""Text in a markup → why its provider would refuse it, or None. Pure; for templates, when they are saved.

After https://core.telegram.org/bots/api#formatting-options.
"""

from __future__ import annotations

import html.parser
import re

TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "span"}
    | {"tg-spoiler", "tg-emoji", "tg-time"}
)
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
# What opens and closes a style, longest first; inside a link's address only `)` and `\` are reserved.
STYLES = ("```", "`", "||", "__", "_", "*", "~")
LINK = re.compile(r"\]\((?:\\.|[^)\\])*\)")


class _Tags(html.parser.HTMLParser):
    """Follows the tags of a text; *fault* is the first thing wrong with them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.fault: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - not judged
        if tag not in TAGS:
            self.fault = self.fault or f"`<{tag}>` is no tag that Telegram knows"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fault = self.fault or f"`</{tag}>` closes nothing"


def html_fault(text: str) -> str | None:
    """Why Telegram would refuse *text* as HTML."""
    tags = _Tags()
    tags.feed(text)
    tags.close()
    return tags.fault or (f"`<{tags.open[-1]}>` is never closed" if tags.open else None)


def markdown_v2_fault(text: str) -> str | None:
    """Why Telegram would refuse *text* as MarkdownV2."""
    open_styles: list[str] = []
    at = 0
    while at < len(text):
        step, fault = _step(text, at, open_styles)
        if fault:
            return fault
        at += step
    return f"`{open_styles[-1]}` is never closed" if open_styles else None


def _step(text: str, at: int, open_styles: list[str]) -> tuple[int, str | None]:
    """How many characters of *text* are read at *at*, and what is wrong there."""
    inside = open_styles[-1] if open_styles else ""
    if text[at] == "\\":
        return 2, None
    style = next((one for one in STYLES if text.startswith(one, at)), None)
    if inside in ("`", "```"):
        if text.startswith(inside, at):
            open_styles.pop()
            return len(inside), None
        return 1, None
    if style is not None:
        if style in open_styles:
            if style != inside:
                return 1, f"`{style}` closes before `{inside}` does"
            open_styles.pop()
        else:
            open_styles.append(style)
        return len(style), None
    if text[at] == "[" or text.startswith("![", at):
        open_styles.append("[")
        return 1 + (text[at] == "!"), None
    link = LINK.match(text, at)
    if link is not None and inside == "[":
        open_styles.pop()
        return len(link[0]), None
    quotes = text[at] == ">" and (at == 0 or text[at - 1] == "\n")
    if text[at] in RESERVED and not quotes:
        return 1, f"`{text[at]}` must be written `\\{text[at]}`"
    return 1, None
