"""Macros → a compiler that judges queries where there are no events yet: while a configuration is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from lynxalert.config.questions import Compile
from lynxalert.engine import Engine
from lynxalert.engine.catalog import Catalog
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


def compiler(macros: Mapping[str, str]) -> Compile:
    """What compiles a query that may use *macros*."""
    return Engine(NoEvents(), macros=macros).compile
