"""Lists of alerts against a model that filters and sorts in Python, page by page, and while others write."""

from __future__ import annotations

import datetime as dt
import importlib
import random
from dataclasses import dataclass, replace

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, column, delete, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from lynxalert.alerts import Phase
from lynxalert.alerts.health import Health
from lynxalert.state import Cursor, Database, definitions, instances
from lynxalert.state.listing import ORDERS, Wanted, page
from lynxalert.state.tables import listed, listed_labels
from tests.state.samples import ALERT, INSTANCE, MINUTE, NOON

COUNT = 40
NAMES = ["Errors", "errors", "Äpfel", "zebra", "100 %", "a_b", "Errors"]
LABELS = [{}, {"team": "sre"}, {"team": "shop", "tier": "1"}, {'odd "name"': "x=y"}, {"team": ""}]
HEALTHS = [Health(), Health(), Health(), Health(errors=1), Health(crowded=True), Health(behind=3)]
PHASES = [None, None, Phase.OK, Phase.PENDING, Phase.FIRING, Phase.RECOVERING, Phase.NODATA]
ENDS = [None, NOON, NOON + MINUTE]


@dataclass(frozen=True)
class Row:
    """What the model knows of an alert."""

    id: str
    name: str
    query: str
    enabled: bool
    labels: dict[str, str]
    created_at: dt.datetime
    health: Health
    phase: Phase | None
    triggered: dt.datetime | None
    kind: str | None

    @property
    def status(self) -> str:
        if self.health.errors or self.health.crowded:
            return "error"
        return "triggered" if self.phase in (Phase.FIRING, Phase.RECOVERING) else "ok"

    def is_in(self, wanted: Wanted) -> bool:
        low = wanted.text.casefold()
        return (
            (not wanted.status or self.status in wanted.status)
            and wanted.enabled in (None, self.enabled)
            and wanted.source in (None, "api")
            and (not wanted.kinds or self.kind in wanted.kinds)
            and any(low in text.casefold() for text in (self.name, self.query, self.id))
            and all(
                name in self.labels and value in (None, self.labels[name]) for name, value in wanted.labels
            )
        )

    def place(self, order: str) -> tuple[object, str]:
        never = dt.datetime.min.replace(tzinfo=dt.UTC)
        times = {"created_at": self.created_at, "updated_at": self.created_at}
        times |= {"last_triggered": self.triggered or never, "last_checked": self.triggered or never}
        # SQLite compares texts by their bytes.
        return (self.name.encode() if order == "name" else times[order]), self.id


def some_row(number: int, dice: random.Random) -> Row:
    return Row(
        id=f"alt_{number}",
        name=dice.choice(NAMES),
        query=dice.choice(["level=error", "source=nginx"]),
        enabled=dice.random() < 0.7,
        labels=dice.choice(LABELS),
        created_at=NOON + dice.randrange(5) * MINUTE,
        health=dice.choice(HEALTHS),
        phase=dice.choice(PHASES),
        triggered=dice.choice(ENDS),
        kind=dice.choice([None, None, "no_data", "error_rate"]),
    )


async def put(tx: AsyncConnection, row: Row) -> None:
    alert = replace(
        ALERT, id=row.id, name=row.name, query=row.query, enabled=row.enabled, labels=row.labels,
        metric={"type": row.kind} if row.kind else {},
        source="api", file_key=None,
    )  # fmt: skip
    await definitions.put(tx, alert, row.created_at)
    if row.triggered is not None or row.health != Health():
        cursor = Cursor(
            alert_id=row.id, next_slot=NOON, hit_at=row.triggered, checked_at=row.triggered, health=row.health
        )
        await instances.save_cursors(tx, [cursor])
    if row.phase is not None:
        moved = replace(INSTANCE, phase=row.phase)
        await instances.save(tx, row.id, {}, {moved.key: moved}, NOON)


def some_wish(dice: random.Random) -> Wanted:
    return Wanted(
        status=tuple(dice.sample(["ok", "triggered", "error"], dice.choice([0, 0, 1, 2]))),
        enabled=dice.choice([None, None, True, False]),
        labels=tuple(
            dice.choices(
                [("team", "sre"), ("team", None), ('odd "name"', "x=y"), ("team", ""), ("no", None)],
                k=dice.choice([0, 0, 1, 2]),
            )
        ),
        text=dice.choice(["", "", "ERR", "äPF", "%", "_", "nginx", "alt_1", "nothing"]),
        source=dice.choice([None, None, "api", "file"]),
        kinds=dice.choice([(), (), ("no_data",), ("no_data", "error_rate")]),
        order=dice.choice(list(ORDERS)),
        descending=dice.random() < 0.5,
    )


async def paged(database: Database, wanted: Wanted, limit: int | None) -> list[str]:
    """Every id, through as many pages as it takes."""
    ids: list[str] = []
    after = None
    while True:
        async with database.read() as tx:
            found = await page(tx, wanted, limit, after)
        ids += [each.alert_id for each in found.places]
        if limit is None or len(found.places) < limit:
            return ids
        after = found.places[-1].value, found.places[-1].alert_id


@pytest.mark.parametrize("seed", range(3))
async def test_a_list_is_what_was_asked_for_in_its_order(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    rows = [some_row(number, dice) for number in range(COUNT)]

    async def fill(tx: AsyncConnection) -> None:
        for row in rows:
            await put(tx, row)

    await database.write(fill)
    for _ in range(60):
        wanted = some_wish(dice)
        expected = sorted((row for row in rows if row.is_in(wanted)), key=lambda row: row.place(wanted.order))
        ids = [row.id for row in (reversed(expected) if wanted.descending else expected)]
        assert await paged(database, wanted, dice.choice([None, 1, 3, 7, 1000])) == ids, wanted
        async with database.read() as tx:
            assert (await page(tx, wanted, 1, None)).total == len(ids)


async def test_what_others_write_meanwhile_neither_repeats_nor_hides_an_alert(database: Database) -> None:
    """Between two pages alerts come and go on both sides of the cursor."""
    row = some_row(0, random.Random(1))
    named = [replace(row, id=f"alt_{n}", name=name) for n, name in enumerate("bdfhjlnprt")]

    async def fill(tx: AsyncConnection) -> None:
        for each in named:
            await put(tx, each)

    await database.write(fill)
    seen: list[str] = []
    after = None
    for turn in range(5):
        async with database.read() as tx:
            found = await page(tx, Wanted(), 2, after)
        seen += [str(each.value) for each in found.places]
        after = found.places[-1].value, found.places[-1].alert_id

        async def change(tx: AsyncConnection, turn: int = turn) -> None:
            await put(tx, replace(row, id=f"alt_new{turn}", name="a"))  # in front of the cursor
            if turn == 0:
                await definitions.remove(tx, "alt_0", NOON)  # seen already
                await definitions.remove(tx, "alt_9", NOON)  # still to come
                await put(tx, replace(row, id="alt_late", name="s"))

        await database.write(change)
    assert seen == ["b", "d", "f", "h", "j", "l", "n", "p", "r", "s"]
    async with database.read() as tx:
        assert (await page(tx, Wanted(), 2, None)).total == 10 - 2 + 1 + 5  # the deleted are not counted


async def test_the_migration_fills_the_rows_as_they_are_written_since(database: Database) -> None:
    """Alerts of a state file from before have the same terms as if they were saved again."""
    migration = importlib.import_module("lynxalert.state.migrations.versions.0009_listed")
    dice = random.Random(7)
    # As a migration knows them: columns without the types of the code.
    tables = [table(each.name, *(column(name) for name in each.c.keys())) for each in (listed, listed_labels)]  # noqa: SIM118 - not a mapping

    def rows(connection: Connection) -> list[list[tuple[object, ...]]]:
        return [sorted(map(tuple, connection.execute(select(each))), key=str) for each in tables]

    def again(connection: Connection) -> None:
        for each in tables:
            connection.execute(delete(each))
        with Operations.context(MigrationContext.configure(connection)):
            migration._fill(connection, *tables)

    async def work(tx: AsyncConnection) -> None:
        for number in range(COUNT):
            await put(tx, some_row(number, dice))
        await definitions.remove(tx, "alt_3", NOON)
        written = await tx.run_sync(rows)
        await tx.run_sync(again)
        assert await tx.run_sync(rows) == written
        assert len(written[0]) == COUNT - 1

    await database.write(work)
