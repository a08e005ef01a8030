"""A query → how many rows each of its stages leaves, and why none are left behind the first that leaves none.

The stages are lowered, settled and counted one after the other in one transaction: what is counted is what runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from lynxalert.clock import rfc3339
from lynxalert.engine.barriers import counted, settled
from lynxalert.engine.compiler import resume
from lynxalert.engine.run import QueryTimeOut, Run
from lynxalert.engine.why import why, why_no_events
from lynxalert.lang import print_stage, render
from lynxalert.plan import ALL_TIME, TimeWindow
from lynxalert.plan.relation import Pending, Relation, Scan


@dataclass(frozen=True, slots=True)
class Step:
    """One stage in canonical text and the rows it leaves; None where time ran out before they were counted."""

    stage: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The rows after every stage of a query over *window*.

    *empty* is the place in *steps* of the first that leaves none, *reasons* say why, one sentence each. *stopped* says
    that time ran out.
    """

    steps: tuple[Step, ...]
    window: TimeWindow
    empty: int | None = None
    reasons: tuple[str, ...] = ()
    stopped: str | None = None
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        numbers = [_number(step.rows) for step in self.steps]
        width = max(map(len, numbers), default=0)
        lines = [" -> ".join(numbers), ""]
        lines += [
            f"  {number:>{width}}  {step.stage}" for number, step in zip(numbers, self.steps, strict=True)
        ]
        if self.empty is not None:
            stage = self.steps[self.empty].stage
            lines += ["", f"nothing is left after `{stage}`:" if self.empty else f"no {stage}:"]
            lines += [f"  {reason}" for reason in self.reasons]
        if self.stopped is not None:
            lines += ["", self.stopped]
        if self.warnings:
            lines += ["", *self.warnings]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "steps": [asdict(step) for step in self.steps],
            "window": {"start": self.window.start, "end": self.window.end},
            "empty": self.empty,
            "reasons": list(self.reasons),
            "stopped": self.stopped,
        }

    @classmethod
    def from_json(cls, counts: Mapping[str, Any], warnings: Sequence[str]) -> Funnel:
        """What `as_json` gave, read again; the window stands in the text of the first step."""
        return cls(
            steps=tuple(Step(**step) for step in counts["steps"]),
            window=ALL_TIME,
            empty=counts["empty"],
            reasons=tuple(counts["reasons"]),
            stopped=counts["stopped"],
            warnings=tuple(warnings),
        )


def _number(rows: int | None) -> str:
    return "?" if rows is None else f"{rows:,}"


def funnel(run: Run) -> Funnel:
    """Every stage of the query of *run*, counted until its deadline.

    Raises:
        QueryError: a stage does not fit what the stages before it gave.
        QueryFailed: the engine could not run it.
    """
    steps: list[Step] = []
    reasons: list[str] = []
    empty: int | None = None
    stopped: str | None = None
    window = run.window(0)
    try:
        for step, explained in _steps(run):
            steps.append(step)
            if step.rows == 0 and empty is None:
                empty = len(steps) - 1
                reasons += explained()
    except QueryTimeOut as late:
        stopped = f"{late}: what is not counted is shown as ?"
        names = _names(run)
        steps += [Step(name, None) for name in names[len(steps) :]]
    source = run.compiled.query.source
    warnings = tuple(render(source, one) for one in run.compiled.scope.diagnostics)
    return Funnel(tuple(steps), window, empty, tuple(reasons), stopped, warnings)


def _names(run: Run) -> list[str]:
    pending = run.compiled.pending
    first = [_events(run, pending.relation)] if _reads(pending.relation) else []
    return [*first, *(print_stage(stage) for stage in pending.rest)]


def _reads(relation: Relation) -> bool:
    """Whether a query starts from events, not from rows that its first command makes."""
    return isinstance(relation, Scan) and bool(relation.indexes)


def _events(run: Run, scan: Relation) -> str:
    assert isinstance(scan, Scan)
    window = run.window(scan.window)
    return f"events of {', '.join(scan.indexes)}{_range(window)}"


def _range(window: TimeWindow) -> str:
    sides = (("from", window.start), ("to", window.end))
    return "".join(f" {word} {rfc3339(instant)}" for word, instant in sides if instant is not None)


def _steps(run: Run) -> Iterator[tuple[Step, Callable[[], list[str]]]]:
    """Each step with how to find out why it leaves none."""
    pending = run.compiled.pending
    before: Relation = pending.relation
    rows = 0
    names = iter(_names(run))
    if isinstance(before, Scan) and _reads(before):
        rows = counted(run, before)
        yield Step(next(names), rows), partial(why_no_events, run, before)
    for stage, name in zip(pending.rest, names, strict=True):
        after = settled(run, resume(run.compiled, Pending(before, (stage,), pending.window)))
        left = counted(run, after)
        yield Step(name, left), partial(why, run, stage, before, after, rows)
        before, rows = after, left
