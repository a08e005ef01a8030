"""Many asks → answers: queries that differ in constants only read the events together.

`shape` cuts a query at its aggregation and `literals` lifts its constants; `batch` groups what is of one shape;
`joined` makes one SELECT of a batch, which `readings` run; `run` answers. What shares its shape with nobody is `fold`ed over the `intake`
of its events, and a `medley` makes one SELECT of many folds. Where an aggregation can be made of `parts` of its window, `ledgers` keep them
from tick to tick, and only events that came since are read. What is known of a query is kept in the `library`, which casts it from
a `mold` where another query of its `outline` was compiled before.
"""

from lynxalert.engine.shared.ask import Ask
from lynxalert.engine.shared.run import Added, Alone, Answer, Piece, Shared, Sorted

__all__ = ["Added", "Alone", "Answer", "Ask", "Piece", "Shared", "Sorted"]
