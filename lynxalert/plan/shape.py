"""Relation → whether many alerts can share one reading of its events, each with a window and constants of its own.

They can where a row of events decides by itself whether it counts, one aggregation follows, and what comes of that is
again judged row by row: `search … | eval … | stats … by … | where …`. Anything that looks at several rows at once
outside that one aggregation (`head`, `dedup`, `streamstats`, a join, a second `stats`) needs its rows apart.
"""

from __future__ import annotations

from lynxalert.plan.relation import Aggregate, Extend, Filter, Project, Relation, Scan, Sort


def shared_aggregate(relation: Relation) -> Aggregate | None:
    """The one aggregation of a relation that can be shared; None: it cannot be."""
    found: Aggregate | None = None
    node = relation
    while not isinstance(node, Scan):
        match node:
            case Aggregate() if found is None:
                found = node
            case Filter() | Extend() | Project():
                pass
            case Sort(reverse=False):
                pass
            case _:
                return None
        node = node.input
    return found if node.window == 0 else None
