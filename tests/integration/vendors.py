"""The vendors' own types of what their interfaces take, as they publish them, and what those types leave out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PACKAGES = (
    "typescript@5.9.3",
    "@slack/web-api@8.2.0",
    "@slack/webhook@8.0.2",
    "discord-api-types@0.38.57",
    "@grammyjs/types@5.0.0",
    "@googleapis/chat@51.0.0",
    "@microsoft/teams.api@2.1.0",
    "@microsoft/teams.cards@2.1.0",
    "@pagerduty/pdjs@2.2.4",
)


@dataclass(frozen=True, slots=True, eq=False)
class Vendor:
    """What the vendor of channel *kind* takes: the end of a path → the type `Body` of it.

    open: fields below which the vendor takes whatever it is given.
    settings: what configurations of the channel differ in from that of `configs`; None takes a setting away.
    thread: what an episode's first message was called, for those that follow it.
    """

    kind: str
    imports: str
    types: dict[str, str]
    open: tuple[str, ...] = ()
    settings: tuple[dict[str, Any], ...] = ({},)
    thread: str | None = None

    def type_of(self, path: str) -> str:
        """The type for a request to *path*. Raises `StopIteration` where there is none."""
        return next(type_ for part, type_ in self.types.items() if part in path)


VENDORS = (
    Vendor(
        "slack",
        "import type { ChatPostMessageArguments, ChatUpdateArguments, KnownBlock } from '@slack/web-api';\n"
        "import type { IncomingWebhookSendArguments } from '@slack/webhook';\n"
        # Slack's `Block` is any object with a type, which would let everything pass.
        "type Known<T> = T extends unknown ? Omit<T, 'blocks'> & { blocks?: KnownBlock[] } : never;",
        {
            "/services/": "Known<IncomingWebhookSendArguments>",
            "/chat.postMessage": "Known<ChatPostMessageArguments>",
            "/chat.update": "Known<ChatUpdateArguments>",
        },
        settings=(
            {},
            {"channel": "#alerts", "username": "Lynx", "icon_emoji": ":cat:"},
            {"webhook_url": None, "bot_token": "xoxb-1", "channel": "C1", "api_url": "http://provider/api"},
            {
                "webhook_url": None,
                "bot_token": "xoxb-1",
                "channel": "C1",
                "api_url": "http://provider/api",
                "follow_up": "update",
                "icon_url": "https://example.com/lynx.png",
            },
        ),
        thread="C1:1.2",
    ),
    Vendor(
        "discord",
        "import type { RESTPostAPIWebhookWithTokenJSONBody } from 'discord-api-types/v10';",
        {"/api/webhooks/": "RESTPostAPIWebhookWithTokenJSONBody"},
    ),
    Vendor(
        "telegram",
        "import type { ApiMethods } from '@grammyjs/types';",
        {"/sendMessage": "Parameters<ApiMethods<never>['sendMessage']>[0]"},
        settings=({}, {"parse_mode": "MarkdownV2", "message_thread_id": 42, "silent": True}),
        thread="7",
    ),
    Vendor(
        "googlechat",
        "import type { chat_v1 } from '@googleapis/chat';",
        {"/messages": "chat_v1.Schema$Message"},
    ),
    Vendor(
        "msteams",
        "import type { Attachment } from '@microsoft/teams.api';\n"
        "import type { IAdaptiveCard } from '@microsoft/teams.cards';\n"
        "type Card = Omit<Attachment, 'content' | 'contentUrl'> & { content: IAdaptiveCard; contentUrl: null };",
        {"/workflows/": "{ type: 'message'; attachments: Card[] }"},
    ),
    Vendor(
        "pagerduty",
        "import type { EventPayloadV2 } from '@pagerduty/pdjs/build/src/events';\n"
        # Documented by the vendor, left out of its types: who asks; and an end needs no more than its key.
        "type Ends = Omit<EventPayloadV2, 'payload'> & { event_action: 'resolve' };\n"
        "type Event = (EventPayloadV2 | Ends) & { client?: string; client_url?: string };",
        {"/v2/enqueue": "Event"},
        open=("custom_details",),
        settings=({}, {"component": "db", "group": "prod", "class": "latency", "severity": "critical"}),
    ),
)

MODELS = "incident-io==2.29.0"
MODELLED = (
    Vendor("incidentio", "", {"/v2/incidents": "IncidentsCreatePayloadV2"}),
    Vendor(
        "incidentio_alerts",
        "",
        {"/v2/alert_events/http/": "AlertEventsCreateHTTPPayloadV2"},
        open=("metadata",),
    ),
)


def spoiled(body: Any, open_: tuple[str, ...]) -> Iterator[Any]:
    """*body* again and again, each time with one more field in another of its objects."""
    if isinstance(body, dict):
        yield {**body, "no_such_field": 1}
    at = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for place, value in at:
        if place not in open_:
            for worse in spoiled(value, open_):
                copy = body.copy()
                copy[place] = worse
                yield copy
