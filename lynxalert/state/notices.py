"""News → deliveries to the error channels, within the transaction that found it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import ChannelSpec, Kind
from lynxalert.notify.model import Delivery, Target
from lynxalert.notify.news import News, begun, news_delivery
from lynxalert.state.deliveries import columns, target
from lynxalert.state.tables import deliveries


async def owe(
    tx: AsyncConnection,
    news: News,
    specs: Sequence[ChannelSpec],
    now: dt.datetime,
    *,
    but: Target | None = None,
) -> tuple[Delivery, ...]:
    """Queue *news* for every one of *specs*, except the target *but*; what was queued.

    What has begun already does not begin again; an end goes to those who were owed the start.
    """
    episode, told = await _open(tx, news)
    if (episode is None) == news.is_over:
        return ()
    made = [news_delivery(news, spec, episode or begun(news), now) for spec in specs]
    found = {each.target: each for each in made if each is not None}
    owed = tuple(
        each for place, each in found.items() if place != but and (place in told or not news.is_over)
    )
    if owed:
        await tx.execute(insert(deliveries).on_conflict_do_nothing(), [columns(each) for each in owed])
    return owed


async def _open(tx: AsyncConnection, news: News) -> tuple[str | None, frozenset[Target]]:
    """The episode of this news that has not ended, and who was owed its start."""
    mine = (deliveries.c.key == news.key) & (deliveries.c.alert_id == news.alert_id)
    rows = (await tx.execute(select(deliveries).where(mine).order_by(deliveries.c.number))).mappings().all()
    if not rows:
        return None, frozenset()
    last = rows[-1]["episode"]
    of_last = [row for row in rows if row["episode"] == last]
    if any(row["kind"] == str(Kind.RESOLVED) for row in of_last):
        return None, frozenset()
    return last, frozenset(target(row) for row in of_last)
