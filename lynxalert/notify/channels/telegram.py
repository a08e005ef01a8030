"""Message → a Telegram chat, through the Bot API: https://core.telegram.org/bots/api#sendmessage."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import ChatId, Http, Message, Plain, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram(kit.Web):
    """A Telegram chat, group (its id begins with -100) or forum topic, written to by a bot."""

    kind: ClassVar[str] = "telegram"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "bot_token", "chat_id", "message_thread_id")
    link_kinds: ClassVar[tuple[str, ...] | None] = ()

    bot_token: Secret
    chat_id: ChatId
    message_template: Template | None = None
    resolved_template: Template | None = None
    chart: bool = True
    parse_mode: Literal["HTML", "MarkdownV2"] = "HTML"
    message_thread_id: int | None = None
    silent: bool = False
    api_url: Url = Url("https://api.telegram.org")

    @property
    def takes_pictures(self) -> bool:
        return self.chart

    @property
    def markup(self) -> kit.Markup:
        return kit.HTML if self.parse_mode == "HTML" else kit.MARKDOWN_V2

    async def send(self, message: Message, http: Http) -> Receipt:
        has_buttons = kit.buttons.are_public(message.links) and not message.degraded
        message = message if has_buttons else kit.buttons.written_out(message, self.markup)
        text: dict[str, Plain] = {"text": message.body, "link_preview_options": {"is_disabled": True}}
        if message.is_rich:
            text["parse_mode"] = self.parse_mode
        if self.message_thread_id is not None:
            text["message_thread_id"] = self.message_thread_id
        if has_buttons:
            text["reply_markup"] = kit.buttons.telegram(message.links)
        if self.silent:
            text["disable_notification"] = True
        if message.thread is not None and message.thread.isdecimal():
            first = {"message_id": int(message.thread), "allow_sending_without_reply": True}
            text["reply_parameters"] = first
        sent = str((await self._there("sendMessage", text, http)).get("message_id"))
        if message.picture is not None:
            await self._show(message.picture, sent, http)
        return Receipt(sent)

    async def _show(self, picture: bytes, sent: str, http: Http) -> None:
        """The chart, as a silent reply. The message has arrived: whatever becomes of its picture is no failure."""
        fields = {"disable_notification": "true"}
        if sent.isdecimal():
            reply = {"message_id": int(sent), "allow_sending_without_reply": True}
            fields["reply_parameters"] = kit.encode(reply).decode()
        if self.message_thread_id is not None:
            fields["message_thread_id"] = str(self.message_thread_id)
        with suppress(kit.DeliveryError):
            await self._there("sendPhoto", fields, http, picture)

    async def probe(self, http: Http) -> kit.ProbeReport:
        await self._call("getMe", {}, http)
        await self._there("getChat", {}, http)
        return kit.ProbeReport(kit.Level.TARGET, "reachable", "the bot is in the chat")

    async def _there(
        self, method: str, fields: Mapping[str, Plain], http: Http, picture: bytes | None = None
    ) -> dict[str, Plain]:
        """Call *method* for the chat, and for the supergroup that it may have become: told once, then known."""
        place = (self.api_url.value, self.bot_token.value, str(self.chat_id))
        chat = http.learned.lasting(place) or self.chat_id
        try:
            return await self._call(method, {"chat_id": chat, **fields}, http, picture)
        except kit.DeliveryError as error:
            told = error.body.get("parameters") if isinstance(error.body, dict) else None
            moved = told.get("migrate_to_chat_id") if isinstance(told, dict) else None
            if not moved or str(moved) == chat:
                raise
            await http.learned.last(place, str(moved))
            return await self._call(method, {"chat_id": str(moved), **fields}, http, picture)

    async def _call(
        self, method: str, fields: Mapping[str, Plain], http: Http, picture: bytes | None = None
    ) -> dict[str, Plain]:
        url = Url(f"{self.api_url.value.rstrip('/')}/bot{self.bot_token.value}/{method}")
        if picture is None:
            answer = (await http.request("POST", url, json=fields)).object()
        else:
            texts = {name: str(value) for name, value in fields.items()}
            headers, body = kit.multipart.form(texts, "photo", picture)
            answer = (await http.request("POST", url, body=body, headers=headers)).object()
        if answer.get("ok") is not True:
            raise http.refusal(answer.get("error_code"), answer.get("description"), answer)
        result = answer.get("result")
        return result if isinstance(result, dict) else {}
