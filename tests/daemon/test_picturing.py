"""Which messages get a chart on their way out, and that none waits for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lynxalert.alerts.model import Alert, Kind
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.picturing import SHOWN, Illustrator
from lynxalert.notify.chart import Pictured
from lynxalert.notify.model import Delivery, Special, Status, Target
from lynxalert.notify.render import compose
from lynxalert.state import Database
from tests.notify.occasions import MINUTE, T, alert, made, occasion

CHAT = made("discord", webhook_url="https://discord.com/api/webhooks/1/x")


@dataclass
class Drawn:
    """Draws nothing, remembers what it should have drawn."""

    picture: bytes | None = b"png"
    asked: list[Pictured] = field(default_factory=list)

    async def draw(self, pictured: Pictured) -> bytes | None:
        self.asked.append(pictured)
        return self.picture


def delivery(kind: Kind | Special = Kind.FIRED, **changes: Any) -> Delivery:
    told = occasion(kind if isinstance(kind, Kind) else Kind.FIRED, labels={"host": "a"}, at=T + MINUTE)
    message = compose(told, CHAT, "dlv_1")
    return Delivery(
        id="dlv_1", alert_id="alt_xyz789", key='{"host":"a"}', episode="e", sequence=1,
        target=Target("discord", "chat", "place"), kind=kind, status=Status.LEASED, created_at=T, due_at=T,
        message=message, **changes,
    )  # fmt: skip


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "state.sqlite", lasting=False)
    known: Alert = alert()
    await opened.write(lambda tx: Edits().put(tx, known, T))
    yield opened
    await opened.close()


async def test_a_message_about_a_value_gets_its_curve(database: Database) -> None:
    charts = Drawn()
    sent = delivery()
    message = await Illustrator(charts, database)(CHAT, sent, sent.message)
    assert message.picture == b"png"
    (asked,) = charts.asked
    assert (asked.alert.id, asked.key, asked.at, asked.fired) == ("alt_xyz789", '{"host":"a"}', T + MINUTE, T)


@pytest.mark.parametrize("kind", [*Kind, Special.DIGEST])
async def test_kinds_that_have_a_curve(database: Database, kind: Kind | Special) -> None:
    charts, sent = Drawn(), delivery(kind)
    message = await Illustrator(charts, database)(CHAT, sent, sent.message)
    assert (message.picture is not None) == (kind in SHOWN)


async def test_where_no_picture_goes_none_is_drawn(database: Database) -> None:
    charts, sent = Drawn(), delivery()
    illustrate = Illustrator(charts, database)
    for channel in (
        made("discord", webhook_url="https://discord.com/x", chart=False),
        made("webhook", url="https://x.example"),
    ):
        assert (await illustrate(channel, sent, sent.message)).picture is None
    assert (await illustrate(CHAT, sent, sent.message.degrade())).picture is None
    gone = replace(sent, alert_id="alt_gone")
    assert (await illustrate(CHAT, gone, gone.message)).picture is None
    assert charts.asked == []


async def test_a_chart_that_is_none_leaves_the_text(database: Database) -> None:
    sent = delivery()
    assert await Illustrator(Drawn(None), database)(CHAT, sent, sent.message) == sent.message
