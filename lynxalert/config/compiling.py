"""Macros, lookups, data models → a compiler that judges queries where there are no events yet: while a configuration is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from lynxalert.config.datamodels import DataModels
from lynxalert.config.questions import Compile
from lynxalert.engine import Catalog, Engine, EventSource, Judge, LookupFolder
from lynxalert.errors import LynxError


class NoEvents:
    """An event source with nothing in it: enough to compile against, never read."""

    def catalog(self) -> Catalog:
        """No streams."""
        return Catalog(0, ())

    def cursor(self) -> NoReturn:
        """Nothing to read.

        Raises:
            LynxError: always.
        """
        raise LynxError("no events are stored here")

    def highest_sequence(self) -> int:
        """None came."""
        return 0

    def erased(self) -> tuple[int, int]:
        """None went."""
        return 0, 0

    def report_damage(self, reason: str) -> NoReturn:
        """Nothing to be damaged.

        Raises:
            LynxError: always.
        """
        raise LynxError(reason)


def engine(
    source: EventSource,
    macros: Mapping[str, str],
    lookups: LookupFolder,
    datamodels: DataModels | None = None,
) -> Engine:
    """An engine over *source* whose queries may use *macros*, *lookups*, and *datamodels*."""
    return Engine(source, macros=macros, lookups=lookups, datamodels=datamodels)


def compiler(
    macros: Mapping[str, str], lookups: LookupFolder, datamodels: DataModels | None = None
) -> Compile:
    """What judges a query that may use *macros*, *lookups*, and *datamodels*."""
    over = engine(NoEvents(), macros, lookups, datamodels)
    return Judge(over.source.catalog(), over.compiler.knowledge)
