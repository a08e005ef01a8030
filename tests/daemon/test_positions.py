"""Where alerts stand is read once, and again only after an edit or where it would take too much room."""

from __future__ import annotations

import pathlib
from dataclasses import replace

from lynxalert.daemon.edits import Edits
from lynxalert.daemon.positions import MANY, Positions
from lynxalert.state import Cursor, Database, Definition, Transaction, definitions, instances
from tests.state.samples import ALERT, INSTANCE, NOON


async def crowded(database: Database, name: str, many: int) -> Definition:
    """An alert with *many* instances, stored."""
    alert = replace(ALERT, id=name, file_key=None)
    crowd = {f'{{"n":{n}}}': replace(INSTANCE, key=f'{{"n":{n}}}', match=None) for n in range(many)}

    async def work(tx: Transaction) -> None:
        await Edits().put(tx, alert, NOON)
        await instances.save_cursors(tx, [Cursor(name, NOON)])
        await instances.save(tx, name, {}, crowd, NOON)

    await database.write(work)
    return await stored(database, name)


async def stored(database: Database, name: str) -> Definition:
    async with database.read() as tx:
        found = await definitions.load(tx, name)
    assert found is not None
    return found


async def test_positions_are_kept_while_there_is_room_and_the_definition_stays(
    tmp_path: pathlib.Path,
) -> None:
    database = await Database.open(tmp_path / "state.sqlite")
    small, large = await crowded(database, "small", 2), await crowded(database, "large", MANY + 1)
    positions = Positions(database, most=MANY + 50)
    first = await positions.of([small, large])
    assert [len(each.instances) for each in first] == [2, MANY + 1]
    again = await positions.of([small, large])
    assert [here is there for here, there in zip(first, again, strict=True)] == [True, True]

    larger = await crowded(database, "larger", MANY + 2)  # now there are too many of them
    whole = await positions.of([small, large, larger])
    anew = await positions.of([small, large, larger])
    assert anew == whole
    assert anew[0] is whole[0]
    assert anew[1] is not whole[1] or anew[2] is not whole[2]

    positions.forget(["larger"])  # and there is room again
    kept = await positions.of([large])
    assert (await positions.of([large]))[0] is kept[0]

    await database.write(lambda tx: Edits().put(tx, replace(small.alert, description="edited"), NOON))
    edited = await stored(database, "small")
    assert (await positions.of([edited]))[0].definition.revision == small.revision + 1
    await database.close()
