"""The vendors' own clients tell of an alert and its end to BASE: NAME says which. Run in an environment of its own."""

import asyncio
import os

BASE, NAME = os.environ["BASE"], os.environ["NAME"]
TITLE, TEXT, KEY = "High error rate", "errors (247) > 100", "e" * 24


def pagerduty():
    import pdpyras

    session = pdpyras.EventsAPISession("R012ABCDEF")
    session.url = BASE
    session.trigger(
        TITLE,
        "lynxalert",
        dedup_key=KEY,
        severity="critical",
        custom_details={"text": TEXT},
        links=[{"href": "http://localhost/", "text": "Open"}],
        payload={"component": "db", "group": "prod", "class": "latency", "timestamp": "2026-02-14T13:25:00Z"},
    )
    session.resolve(KEY)


def opsgenie():
    import opsgenie_sdk as sdk

    configuration = sdk.Configuration()
    configuration.host, configuration.api_key["Authorization"] = BASE, "genie-key-1"
    api = sdk.AlertApi(sdk.ApiClient(configuration))
    api.create_alert(
        sdk.CreateAlertPayload(
            message=TITLE,
            alias=KEY,
            description=TEXT,
            priority="P2",
            tags=["db"],
            details={"service": "web"},
            source="LynxAlert",
            responders=[{"type": "team", "name": "SRE"}],
        )
    )
    api.close_alert(
        identifier=KEY, identifier_type="alias", close_alert_payload=sdk.CloseAlertPayload(source="LynxAlert")
    )


def slack():
    from slack_sdk import WebClient
    from slack_sdk.webhook import WebhookClient

    WebhookClient(f"{BASE}/services/T00/B00/x").send(text=TEXT)
    api = WebClient(token="xoxb-1", base_url=f"{BASE}/api/")
    api.chat_postMessage(channel="C0123", text=TEXT, username="LynxAlert", icon_emoji=":rotating_light:")
    api.chat_postMessage(
        channel="C0123", text=TEXT, username="LynxAlert", icon_emoji=":rotating_light:", thread_ts="1.2"
    )
    api.chat_update(channel="C0123", ts="1.2", text=TEXT)


def telegram():
    from telegram import Bot, LinkPreviewOptions, ReplyParameters

    async def work():
        async with Bot("1234:AAAA", base_url=f"{BASE}/bot") as bot:
            await bot.get_chat(-100123)
            await bot.send_message(
                -100123,
                TEXT,
                parse_mode="HTML",
                message_thread_id=77,
                disable_notification=True,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_parameters=ReplyParameters(message_id=7, allow_sending_without_reply=True),
            )

    asyncio.run(work())


def discord():
    import discord
    from discord.http import Route

    Route.BASE = f"{BASE}/api"
    hook = discord.SyncWebhook.partial(1, "token")
    hook.send(TEXT, username="LynxAlert", allowed_mentions=discord.AllowedMentions.none())


globals()[NAME]()
