"""Mail against a small SMTP server: what is sent, what refusals mean, how far a probe comes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import email
import email.policy
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lynxalert.alerts.model import Kind
from lynxalert.notify.chart import placeholder
from lynxalert.notify.model import DeliveryError, Failure, Level
from lynxalert.notify.render import compose
from lynxalert.notify.sending import probe, send
from tests.notify.occasions import made, occasion
from tests.notify.provider import client


@dataclass
class Relay:
    """Speaks just enough SMTP. `refusals` maps the beginning of a command to the answer it gets instead."""

    refusals: dict[str, str] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    serving: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving += 1
        self.idle.clear()
        await self.converse(reader, writer)
        self.serving -= 1
        if not self.serving:
            self.idle.set()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"220 relay ESMTP\r\n")
            while line := (await reader.readline()).decode("latin-1").strip():
                self.commands.append(line)
                refusal = next(
                    (answer for start, answer in self.refusals.items() if line.startswith(start)), None
                )
                if refusal == "hang up":
                    break
                writer.write(f"{refusal or self.answer(line)}\r\n".encode())
                if line == "DATA" and not refusal:
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(f"{self.refusals.get('.', '250 queued')}\r\n".encode())
                if line == "QUIT":
                    break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def answer(self, line: str) -> str:
        match line.split(maxsplit=1)[0]:
            case "EHLO":
                return "250-relay\r\n250-AUTH PLAIN\r\n250 SIZE 1000000"
            case "AUTH":
                return "235 welcome"
            case "DATA":
                return "354 go on"
            case "QUIT":
                return "221 bye"
            case _:
                return "250 ok"


@contextlib.asynccontextmanager
async def relaying(**refusals: str) -> AsyncIterator[Relay]:
    relay = Relay({name.replace("_", " "): answer for name, answer in refusals.items()})
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        await relay.idle.wait()


def channel(relay: Relay, **changes: Any) -> Any:
    config = {
        "to": ["ops@example.com", "Dev <dev@example.com>"],
        "from": "LynxAlert <lynx@example.com>",
        "smtp_host": "localhost",
        "smtp_port": relay.port,
        **changes,
    }
    return made("email", **config)


async def test_a_mail() -> None:
    async with relaying() as relay, client(allow_private=()) as http:
        mailbox = channel(relay)
        told = occasion(values={"errors": 247, "msg": "<b>&"}, labels={"host": "a"})
        await send(mailbox, compose(told, mailbox, "dlv_1"), http)
        (raw,) = relay.mails
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert mail["Subject"] == "FIRING (error): High error rate — host=a"
        assert mail["To"] == "ops@example.com, Dev <dev@example.com>"
        assert mail["Message-ID"] == "<dlv_1@example.com>"
        assert mail["References"] == f"<{'e' * 24}@example.com>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Date"] == "Sat, 14 Feb 2026 12:00:00 +0000"
        text, rich = mail.iter_parts()
        assert (text.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
        assert "msg: <b>&" in text.get_content()
        assert "msg: <code>&lt;b&gt;&amp;</code>" in rich.get_content()
        assert [line for line in relay.commands if line.startswith("RCPT")] == [
            "RCPT TO:<ops@example.com>",
            "RCPT TO:<dev@example.com>",
        ]


async def test_events_are_a_table_where_mail_has_styles() -> None:
    async with relaying() as relay, client() as http:
        mailbox = channel(relay)
        events = ['{"level": "error", "msg": "</table>"}', '{"level": "error", "code": 502}']
        await send(mailbox, compose(occasion(evidence=events), mailbox, "dlv_1"), http)
        text, rich = email.message_from_bytes(relay.mails[0], policy=email.policy.default).iter_parts()
        assert events[0] in text.get_content()
        shown = rich.get_content()
        assert shown.count("<tr>") == 3
        assert "&lt;/table&gt;</td>" in shown
        assert shown.count("</table>") == 1
        assert "<pre>" not in shown


async def test_a_chart_lies_within_the_mail() -> None:
    async with relaying() as relay, client() as http:
        mailbox = channel(relay)
        message = compose(occasion(), mailbox, "dlv_1")
        assert mailbox.takes_pictures
        await send(mailbox, replace(message, picture=placeholder()), http)
        mail = email.message_from_bytes(relay.mails[0], policy=email.policy.default)
        text, related = mail.iter_parts()
        assert (text.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
        rich, picture = related.iter_parts()
        assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in rich.get_content()
        assert (picture.get_content_type(), picture.get_content()) == ("image/png", placeholder())
        assert picture.get_content_disposition() == "inline"


async def test_start_and_end_are_one_thread_and_two_mails() -> None:
    async with relaying() as relay, client() as http:
        mailbox = channel(relay)
        for kind, identity in ((Kind.FIRED, "dlv_1"), (Kind.RESOLVED, "dlv_2")):
            await send(mailbox, compose(occasion(kind), mailbox, identity), http)
        first, second = (email.message_from_bytes(raw) for raw in relay.mails)
        assert first["References"] == second["References"]
        assert first["Message-ID"] != second["Message-ID"]


async def test_a_degraded_mail_is_plain() -> None:
    async with relaying() as relay, client() as http:
        mailbox = channel(relay)
        await send(mailbox, compose(occasion(), mailbox, "dlv_1").degrade(), http)
        assert email.message_from_bytes(relay.mails[0]).get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("refusals", "reason", "permanent", "detail"),
    [
        ({"MAIL": "451 greylisted"}, Failure.SERVER, False, "SMTP 451: greylisted"),
        ({"RCPT": "450 later"}, Failure.SERVER, False, "SMTP 450: later"),
        ({"RCPT": "550 no such user"}, Failure.REJECTED, True, "SMTP 550: no such user"),
        ({"DATA": "554 no"}, Failure.REJECTED, True, "SMTP 554: no"),
        ({".": "552 too big CANARY-password"}, Failure.REJECTED, True, "SMTP 552: too big <redacted>"),
        ({"AUTH": "535 wrong"}, Failure.UNAUTHORIZED, True, "SMTP 535: wrong"),
        ({"MAIL": "530 log in first"}, Failure.UNAUTHORIZED, True, "SMTP 530: log in first"),
        ({"EHLO": "hang up"}, Failure.NETWORK, False, "the mail server broke off: "),
        ({"MAIL": "hang up"}, Failure.NETWORK, False, "the mail server broke off: "),
    ],
)
async def test_refusals(
    refusals: dict[str, str],
    reason: Failure,
    permanent: bool,  # noqa: FBT001 - a column of the table
    detail: str,
) -> None:
    async with relaying() as relay, client() as http:
        relay.refusals = refusals
        mailbox = channel(relay, username="me", password="CANARY-password")
        with pytest.raises(DeliveryError) as raised:
            await send(mailbox, compose(occasion(), mailbox, "dlv_1"), http)
        error = raised.value
        assert (error.reason, error.permanent) == (reason, permanent)
        assert error.detail.startswith(detail)
        assert "CANARY" not in repr(mailbox)


async def test_one_good_recipient_is_enough() -> None:
    async with relaying() as relay, client() as http:
        relay.refusals = {"RCPT TO:<dev": "550 gone"}
        mailbox = channel(relay)
        receipt = await send(mailbox, compose(occasion(), mailbox, "dlv_1"), http)
        assert len(relay.mails) == 1
        assert receipt.note == "not taken for dev@example.com: SMTP 550: gone"


async def test_a_relay_that_hangs_up_after_taking_the_mail_took_it() -> None:
    async with relaying() as relay, client() as http:
        relay.refusals = {"QUIT": "hang up"}
        mailbox = channel(relay)
        receipt = await send(mailbox, compose(occasion(), mailbox, "dlv_1"), http)
        assert (receipt.note, len(relay.mails)) == (None, 1)


async def test_a_relay_that_is_silent() -> None:
    async with relaying() as relay, client(timeout=dt.timedelta(seconds=0.2)) as http:
        relay.refusals = {"EHLO": "250-never"}
        mailbox = channel(relay)
        with pytest.raises(DeliveryError) as raised:
            await send(mailbox, compose(occasion(), mailbox, "dlv_1"), http)
        assert raised.value.reason is Failure.TIMEOUT


async def test_encryption_that_was_asked_for_is_not_skipped() -> None:
    async with relaying() as relay, client() as http:
        for tls in ("starttls", "implicit"):
            mailbox = channel(relay, tls=tls)
            with pytest.raises(DeliveryError):
                await send(mailbox, compose(occasion(), mailbox, "dlv_1"), http)
        assert relay.mails == []


async def test_other_private_relays_need_permission() -> None:
    async with client(allow_private=()) as http:
        mailbox = made("email", **{"to": "a@b.c", "from": "d@e.f", "smtp_host": "10.0.0.1"})
        with pytest.raises(DeliveryError) as raised:
            await send(mailbox, compose(occasion(), mailbox, "dlv_1"), http)
        assert raised.value.reason is Failure.BLOCKED


async def test_probes_send_nothing() -> None:
    async with relaying() as relay, client() as http:
        assert (await probe(channel(relay), http)).level is Level.TCP
        login = channel(relay, username="me", password="secret", tls="none")
        assert (await probe(login, http)).level is Level.AUTH
        assert relay.mails == []
        sent = next(line for line in relay.commands if line.startswith("AUTH"))
        assert base64.b64decode(sent.split()[-1]) == b"\0me\0secret"
        relay.refusals = {"NOOP": "421 closing"}
        report = await probe(channel(relay), http)
        assert (report.status, report.note) == ("unreachable", "SMTP 421: closing")
