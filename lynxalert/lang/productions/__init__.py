"""Productions of the grammar → nodes of the syntax tree: one module beside each grammar file."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from lynxalert.lang.productions import aggregation, clauses, expression, query, search


class Productions:
    """What the parser calls whenever a production is complete: attribute = production, argument = its parts."""

    def __init__(self, commands: Iterable[str]) -> None:
        for module in (expression, search, clauses, aggregation, query):
            for name in module.PRODUCTIONS:
                assert not hasattr(self, name), name
                setattr(self, name, getattr(module, name))
        for name in commands:
            assert not hasattr(self, name), name
            setattr(self, name, functools.partial(query.stage, name))
