"""Mail to a real SMTP server (aiosmtpd): TLS in every way, logins, and refusals through the real sender as a table."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pathlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from lynxalert.alerts.model import ChannelSpec
from lynxalert.notify.http import Http
from lynxalert.notify.model import Delivery, DeliveryError, Status
from lynxalert.notify.render import compose
from lynxalert.notify.sending import probe, send
from tests.fakes import FakeClock
from tests.goldens import load, parametrize
from tests.notify.occasions import T, made, occasion
from tests.notify.provider import client, outbound
from tests.notify.test_faults import FAULTY, PATIENCE, row, telling

PASSWORD = "CANARY-password"
# What the server says instead, and to which command.
REFUSALS = {
    "none": (),
    "greylisted": ("RCPT", "450 4.2.0 try again in five minutes"),
    "busy": ("MAIL", "451 4.3.0 out of order for a moment"),
    "full": ("DATA", "452 4.2.2 mailbox is full"),
    "closing": ("MAIL", "421 4.3.2 closing down"),
    "unknown recipient": ("RCPT", "550 5.1.1 no such user"),
    "too large": ("DATA", "552 5.3.4 message is too big"),
    "spam": ("DATA", "554 5.7.1 rejected CANARY-password"),
    "not allowed": ("MAIL", "530 5.7.0 log in first"),
    "hangs": ("DATA", "hang"),
}


@dataclass
class Post:
    """A mail server's hands. *refusals* are said one by one, then it takes what comes."""

    refusals: list[tuple[str, str]] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0
    freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _: Session, envelope: Envelope, sender: str, options: Any
    ) -> str:
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return await self._said("MAIL", "250 OK")

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, to: str, ___: Any) -> str:  # noqa: N802 - aiosmtpd's name
        envelope.rcpt_tos.append(to)
        return await self._said("RCPT", "250 OK")

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await self._said("DATA", "250 queued")
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer

    async def _said(self, verb: str, otherwise: str) -> str:
        if not self.refusals or self.refusals[0][0] != verb:
            return otherwise
        answer = self.refusals.pop(0)[1]
        if answer == "hang":
            await self.freed.wait()
        return answer

    def authenticate(self, _: SMTP, __: Session, ___: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(mechanism.encode())
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@contextlib.asynccontextmanager
async def posting(pki: pathlib.Path, tls: str = "none", *, login: bool = False) -> AsyncIterator[Post]:
    """A mail server that speaks *tls*: none | starttls | implicit."""
    post, loop = Post(), asyncio.get_running_loop()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    options: dict[str, Any] = {"hostname": "relay.example.com", "loop": loop, "enable_SMTPUTF8": True}
    if login:
        options |= {"authenticator": post.authenticate, "auth_require_tls": tls == "starttls"}
    if tls == "starttls":
        options |= {"tls_context": context}
    server = await loop.create_server(
        lambda: SMTP(post, **options), "127.0.0.1", 0, ssl=context if tls == "implicit" else None
    )
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        post.freed.set()
        server.close()


def config(post: Post, pki: pathlib.Path | None = None, **changes: Any) -> dict[str, Any]:
    trusted = {"ca_file": str(pki / "ca.pem")} if pki is not None else {}
    place = {"smtp_host": "127.0.0.1", "smtp_port": post.port}
    return {"to": ["ops@example.com"], "from": "LynxAlert <lynx@example.com>", **place, **trusted, **changes}


async def history(post: Post, name: str, patience: float) -> list[Delivery]:
    """What was recorded of one start after each attempt; of a server that hangs after the first."""
    clock, slow = FakeClock(T), name == "hangs"
    post.refusals = [REFUSALS[name]] * FAULTY if REFUSALS[name] else []
    spec = ChannelSpec(type="email", name="email", config=config(post, username="me", password=PASSWORD))
    records: list[Delivery] = []
    async with (
        Http(outbound(**({"timeout": dt.timedelta(seconds=patience)} if slow else {})), clock) as http,
        telling(spec, http, clock) as outcomes,
    ):
        while not records or (records[-1].status is Status.RETRYING and not slow):
            records.append(await outcomes.get())
            due = records[-1].due_at
            if due is not None and due > clock.now() and not slow:
                await clock.advance(due - clock.now())
    return records


@parametrize("relays")
async def test_refusals(path: pathlib.Path, pki: pathlib.Path, pytestconfig: pytest.Config) -> None:
    case, lines = load(path, rewrite=bool(pytestconfig.getoption("--golden-rewrite"))), []
    for name in REFUSALS:
        for patience in PATIENCE:
            async with posting(pki, login=True) as post:
                line = row(name, await history(post, name, patience))
            line = line.replace(f"within {patience:g} s", f"within {PATIENCE[0]:g} s")
            if name != "hangs" or line in case.get("table").splitlines():
                break
        assert "CANARY" not in line
        lines.append(line)
    case.expect("table", "\n".join(lines))


WAYS = [
    ("none", {}, False),
    ("none", {"tls": "none"}, False),
    ("none", {"tls": "starttls"}, None),
    ("none", {"tls": "implicit"}, None),
    ("starttls", {}, True),
    ("starttls", {"ca_file": None}, True),  # this machine's own relay, with a certificate that nobody signed
    ("starttls", {"tls": "starttls"}, True),
    ("starttls", {"tls": "none"}, False),
    ("implicit", {"tls": "implicit"}, True),
    ("starttls", {"tls": "starttls", "ca_file": None}, None),
    ("implicit", {"tls": "implicit", "ca_file": None}, None),
]


@pytest.mark.parametrize(("offered", "asked", "encrypted"), WAYS)
async def test_what_is_asked_for_is_never_less(
    pki: pathlib.Path,
    offered: str,
    asked: dict[str, Any],
    encrypted: bool | None,  # noqa: FBT001 - a column of the table; None: nothing is sent
) -> None:
    async with posting(pki, offered) as post, client() as http:
        settings = {
            name: value for name, value in {**config(post, pki), **asked}.items() if value is not None
        }
        channel = made("email", **settings)
        refused = contextlib.nullcontext() if encrypted is not None else pytest.raises(DeliveryError)
        with refused:
            await send(channel, compose(occasion(), channel, "dlv_1"), http)
        assert post.encrypted == ([] if encrypted is None else [encrypted])
        assert len(post.taken) == len(post.encrypted)


@pytest.mark.parametrize(("password", "level"), [(PASSWORD, "AUTH"), ("wrong", "HTTP")])
async def test_logins(pki: pathlib.Path, password: str, level: str) -> None:
    async with posting(pki, "starttls", login=True) as post, client() as http:
        channel = made("email", **config(post, pki, username="me", password=password, tls="starttls"))
        report = await probe(channel, http)
        assert (report.level.name, report.status) == (
            level,
            "reachable" if level == "AUTH" else "unreachable",
        )
        assert post.logins
        assert post.taken == []
        if level == "AUTH":
            await send(channel, compose(occasion(), channel, "dlv_1"), http)
            (mail,) = post.taken
            assert mail.rcpt_tos == ["ops@example.com"]
            assert b"\r\n.\r\n" not in (mail.original_content or b"")


async def test_lines_keep_within_smtp(pki: pathlib.Path) -> None:
    async with posting(pki) as post, client() as http:
        channel = made("email", **config(post))
        long = occasion(values={"msg": "ü😀x" * 3000, "dots": ".\n..\n.x"})
        await send(channel, compose(long, channel, "dlv_1"), http)
        (mail,) = post.taken
        assert max(map(len, (mail.original_content or b"").split(b"\r\n"))) <= 998


async def test_a_mail_server_that_hangs_is_left_within_the_time_out(pki: pathlib.Path) -> None:
    async with posting(pki) as post, client(timeout=dt.timedelta(seconds=0.2)) as http:
        post.refusals = [("MAIL", "hang")]
        channel = made("email", **config(post))
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel, "dlv_1"), http)
        assert (str(raised.value.reason), raised.value.permanent) == ("timeout", False)
