"""Links as buttons, where a chat has such: what each provider calls one, and which addresses it takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import yarl

from lynxalert.notify.markup import Markup, cut
from lynxalert.notify.message import Link, Message, Plain


def slack(links: Sequence[Link]) -> list[dict[str, Plain]]:
    """Blocks for `links`; none where there is none: an empty row is refused."""
    buttons = [
        {"type": "button", "text": {"type": "plain_text", "text": cut(link.title, 75)}, "url": link.url}
        for link in links[:5]
        if len(link.url) <= 3000
    ]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def telegram(links: Sequence[Link]) -> dict[str, Plain]:
    """The `reply_markup` for *links*, two in a row."""
    buttons = [{"text": cut(link.title, 64), "url": link.url} for link in links[:8]]
    return {"inline_keyboard": [buttons[at : at + 2] for at in range(0, len(buttons), 2)]}


def are_public(links: Sequence[Link]) -> bool:
    """Whether Telegram takes *links* for buttons: it refuses hosts without a dot, as `localhost` is."""
    return bool(links) and all("." in (yarl.URL(link.url).host or "") for link in links)


def written_out(message: Message, markup: Markup) -> Message:
    """*message* with its links as lines below the text, where they fit."""
    if not message.is_rich or message.rich is None:
        return message
    text = "\n".join([message.rich, *(markup.link(link.title, link.url) for link in message.links)])
    return replace(message, rich=text) if markup.fits(text) else message
