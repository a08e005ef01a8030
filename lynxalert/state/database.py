"""The one door to the state file: a single writer that groups commits, many readers, migrations on opening.

SQLite in WAL with `synchronous=FULL`: what a `write` has returned from survives the process and the power.
"""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from lynxalert.state.looking import Lookers
from lynxalert.state.migrate import StateError, upgrade

T = TypeVar("T")

READERS = 4
MOST_GROUPED = 256  # writes that share one commit

# An open transaction, or a reader's snapshot; what functions of this package take first.
Transaction: TypeAlias = AsyncConnection

# What is done with the open transaction: reads and writes through it, nothing else awaited.
Work = Callable[[AsyncConnection], Awaitable[T]]

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # a channel's password does not linger in free pages
)


@dataclass(slots=True)
class _Waiting:
    """One piece of work that waits for the next commit."""

    work: Work[Any]
    outcome: asyncio.Future[Any]


class Database:
    """The state file, open. Made by `open`; one per process."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, lookers: Lookers) -> None:
        self._writer = writer
        self._reader = reader
        self._lookers = lookers
        self._turn = asyncio.Lock()
        self._waiting: list[_Waiting] = []

    @classmethod
    async def open(cls, path: pathlib.Path, *, lasting: bool = True) -> Self:
        """Open *path*, created readable by its owner alone, and bring its schema up to date.

        Without *lasting* nothing is promised to survive the power: for state that is thrown away.

        Raises:
            StateError: the file is no SQLite database, is damaged, cannot be written, or is of a later version.
        """
        _own(path)
        url = f"sqlite+aiosqlite:///{path}"
        writer = create_async_engine(url, pool_size=1, max_overflow=0)
        reader = create_async_engine(url, pool_size=READERS, max_overflow=0)
        looker = create_engine(f"sqlite:///{path}", pool_size=READERS, max_overflow=0)
        pragmas = _PRAGMAS if lasting else (*_PRAGMAS, "PRAGMA synchronous=OFF", "PRAGMA secure_delete=OFF")
        _prepare(writer.sync_engine, begin="BEGIN IMMEDIATE", pragmas=pragmas)
        for each in (reader.sync_engine, looker):
            _prepare(each, begin="BEGIN", pragmas=(*pragmas, "PRAGMA query_only=ON"))
        opened = cls(writer, reader, Lookers(looker, READERS))
        try:
            async with writer.begin() as connection:
                await connection.run_sync(upgrade)
        except (DatabaseError, StateError) as error:
            await opened.close()
            reason = error.orig if isinstance(error, DatabaseError) else error
            raise StateError(f"cannot use the state file {path}: {reason}") from error
        return opened

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A snapshot: everything read through it belongs to one moment."""
        async with self._reader.begin() as connection:
            yield connection

    async def look(self, work: Work[T]) -> T:
        """What *work* returns of a snapshot; it awaits nothing but the connection, and reads to the end there.

        As `read`, in one visit to another thread: for what is read often, in several statements.

        Raises:
            Exception: what *work* raised.
        """
        return await self._lookers.look(work)

    async def write(self, work: Work[T]) -> T:
        """Do *work* in a transaction and return its result once that is on the disk.

        Work that waits at the same time shares one commit; each is all or nothing by itself.

        Raises:
            Exception: what *work* raised, its own writes undone; or why the commit failed.
        """
        mine = _Waiting(work, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        try:
            async with self._turn:
                if not mine.outcome.done():
                    await self._commit()
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
        return await mine.outcome  # type: ignore[no-any-return] # the work's own type

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()
        await self._lookers.close()

    async def _commit(self) -> None:
        """Do everything that waits, in order, in one transaction."""
        group, self._waiting = self._waiting[:MOST_GROUPED], self._waiting[MOST_GROUPED:]
        try:
            async with self._writer.begin() as connection:
                outcomes = [await _attempt(connection, each.work) for each in group]
        except asyncio.CancelledError:
            self._waiting = group + self._waiting  # whoever else waits does it instead
            raise
        except Exception as error:  # noqa: BLE001 - handed to everyone whose work it lost
            outcomes = [error] * len(group)
        _hand_out(group, outcomes)


def is_trouble(error: Exception) -> bool:
    """Whether *error* is of the disk or the file, whatever was to be written; else the work was at fault.

    A group is, when all that is in it is.
    """
    if isinstance(error, ExceptionGroup):
        return all(map(is_trouble, error.exceptions))
    return is_refusal(error) or isinstance(error, OSError)


def is_refusal(error: Exception) -> bool:
    """Whether it is the state file itself that refuses: the disk is full or read-only, or fails."""
    return isinstance(error, InterfaceError | OperationalError)


def reason_of(trouble: Exception) -> str:
    """What the disk or the file said, in one line: `database or disk is full`."""
    if isinstance(trouble, ExceptionGroup):
        return reason_of(trouble.exceptions[0])
    said = trouble.orig if isinstance(trouble, DBAPIError) else trouble
    return str(said) or type(said).__name__


async def _attempt(connection: AsyncConnection, work: Work[Any]) -> Any:
    """The result of *work*, or what it raised, its writes undone."""
    try:
        async with connection.begin_nested():
            return await work(connection)
    except Exception as error:  # noqa: BLE001 - handed to the caller
        return error


def _hand_out(group: Sequence[_Waiting], outcomes: Sequence[Any]) -> None:
    for each, outcome in zip(group, outcomes, strict=True):
        if each.outcome.done():
            continue
        if isinstance(outcome, Exception):
            each.outcome.set_exception(outcome)
        else:
            each.outcome.set_result(outcome)


def _own(path: pathlib.Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)


def _prepare(engine: Engine, *, begin: str, pragmas: Sequence[str]) -> None:
    """Take transactions out of the driver's hands: it begins too late, and never for reads."""

    @event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
