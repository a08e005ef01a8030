"""A second, plain machine for one key: told from the whole past at once, sharing no code with the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    hold: int = 0
    keep: int = 0
    repeat: int = 0
    changes: int = 0  # 0: flapping off
    slots: int = 20
    quiet: int = 10


def told(rule: Rule, inputs: Sequence[str]) -> list[str]:  # noqa: PLR0915 - a reference reads best in one piece
    """One text per slot: the phase, then what was told, held things in brackets. One slot is one minute.

    Inputs: `X` hit, `.` miss, `~` band, `0` nodata, `?` unknown, `!` failed.
    """
    phase, since, run, was_firing = "ok", 0, -9, False
    open_, last_told, last_hit = False, 0, -9
    flips: list[bool] = []
    flapping = False
    out = []
    for now, given in enumerate(inputs):
        if given == "!":
            out.append(phase)
            continue
        said: list[str] = []
        before = phase
        if given == "X" and (before in ("ok", "pending") or (before == "nodata" and not was_firing)):
            if before != "pending" or last_hit != now - 1:
                run = now
            phase = "firing" if now - run >= rule.hold else "pending"
            if phase == "firing":
                said.append("fired")
        elif given in "X~" and before == "nodata" and was_firing:
            phase = "firing"
            said.append("changed")
        elif given in "X~" and before in ("firing", "recovering"):
            phase = "firing"
            if before == "firing" and rule.repeat and now - last_told >= rule.repeat:
                said.append("repeated")
        elif given in ".~" and before in ("pending", "nodata"):
            phase = "ok"
            if open_ and not (flapping and before == "pending"):
                said.append("resolved")
        elif given == "." and before in ("firing", "recovering"):
            since = now if before == "firing" else since
            phase = "ok" if now - since >= rule.keep else "recovering"
            if phase == "ok":
                said.append("resolved")
        elif given == "0" and before != "nodata":
            was_firing = before in ("firing", "recovering")
            phase = "nodata"
            said.append("no_data")
        if given == "X":
            last_hit = now
        if phase != "nodata":
            was_firing = False

        flip = any(word != "repeated" for word in said)
        flips.append(flip)
        shown = list(said)
        if rule.changes and flapping:
            shown = [word if word == "repeated" else f"({word})" for word in said]
            if not any(flips[-rule.quiet :]):
                flapping, flips = False, []
                if not said:
                    truth = {"firing": "changed", "recovering": "changed", "nodata": "no_data"}
                    shown.append(truth.get(phase, "resolved"))
        elif rule.changes and flip and sum(flips[-rule.slots :]) >= rule.changes:
            flapping = True
            shown = [f"({word})" for word in said] + ["flapping"]
        if any(word.strip("()") in ("fired", "changed", "repeated", "no_data", "flapping") for word in shown):
            last_told = now
        open_ = open_ or bool(shown)
        if "resolved" in shown:
            open_ = False
        out.append(" ".join([phase, *shown]))
    return out
