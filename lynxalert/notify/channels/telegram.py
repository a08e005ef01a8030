"""Message → a Telegram chat, through the Bot API: https://core.telegram.org/bots/api#sendmessage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lynxalert.notify import kit
from lynxalert.notify.kit import ChatId, Http, Message, Plain, Receipt, Secret, Template, Url


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram(kit.Base):
    """A Telegram chat, group (its id begins with -100) or forum topic, written to by a bot."""

    kind: ClassVar[str] = "telegram"
    identity: ClassVar[tuple[str, ...]] = ("api_url", "bot_token", "chat_id", "message_thread_id")

    bot_token: Secret
    chat_id: ChatId
    message_template: Template | None = None
    resolved_template: Template | None = None
    parse_mode: Literal["HTML", "MarkdownV2"] = "HTML"
    message_thread_id: int | None = None
    api_url: Url = Url("https://api.telegram.org")

    @property
    def markup(self) -> kit.Markup:
        return kit.HTML if self.parse_mode == "HTML" else kit.MARKDOWN_V2

    async def send(self, message: Message, http: Http) -> Receipt:
        text: dict[str, Plain] = {"text": message.body, "link_preview_options": {"is_disabled": True}}
        if message.is_rich:
            text["parse_mode"] = self.parse_mode
        if self.message_thread_id is not None:
            text["message_thread_id"] = self.message_thread_id
        try:
            sent = await self._call("sendMessage", {"chat_id": self.chat_id, **text}, http)
        except kit.DeliveryError as error:
            # A group that became a supergroup answers with its new id, and nothing was sent yet.
            moved = (error.body or {}).get("parameters", {}).get("migrate_to_chat_id")
            if not moved:
                raise
            sent = await self._call("sendMessage", {"chat_id": moved, **text}, http)
        return Receipt(str(sent.get("message_id")))

    async def probe(self, http: Http) -> kit.ProbeReport:
        await self._call("getMe", {}, http)
        await self._call("getChat", {"chat_id": self.chat_id}, http)
        return kit.ProbeReport(kit.Level.TARGET, "reachable", "the bot is in the chat")

    async def _call(self, method: str, fields: dict[str, Plain], http: Http) -> dict[str, Plain]:
        url = Url(f"{self.api_url.value.rstrip('/')}/bot{self.bot_token.value}/{method}")
        answer = (await http.request("POST", url, json=fields)).object()
        if answer.get("ok") is not True:
            raise http.refusal(answer.get("error_code"), answer.get("description"), answer)
        result = answer.get("result")
        return result if isinstance(result, dict) else {}
