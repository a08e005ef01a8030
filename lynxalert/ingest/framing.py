"""Bytes of a connection → frames, as RFC 6587 and common senders delimit them. It knows nothing of what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

COUNT = re.compile(rb"([1-9][0-9]{0,8}) (?=<)")
END = re.compile(rb"[\n\0]")
ENDS = b"\r\n\0"


class Frame(NamedTuple):
    """One message as sent, without what delimits it; *fault* says why it is none, and *body* may be cut then."""

    body: bytes
    fault: str | None = None


class Step(NamedTuple):
    """How far the buffer was read, and the frame found there, if any."""

    place: int
    frame: Frame | None = None


@dataclass(slots=True)
class Excess:
    """A frame that is too long, while it passes: its beginning, its size so far, octets to come (None: up to an end)."""

    kept: bytes
    size: int
    left: int | None


class Framing:
    """The frames of one connection, however its bytes are cut into pieces.

    Every frame tells its own form: `LEN SP <…` is counted in octets, anything else ends at a line feed or a NUL.
    A frame beyond *longest* bytes is passed over up to its end and reported with its beginning; the next ones count.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._rest = b""
        self._excess: Excess | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that *data* completes. Blank ones are none."""
        buffer, place = self._rest + data, 0
        found: list[Frame] = []
        while place < len(buffer):
            step = self._step(buffer, place)
            if step is None:
                break
            place = step.place
            if step.frame is not None and step.frame.body.strip(ENDS + b" \t"):
                found.append(Frame(step.frame.body.strip(ENDS), step.frame.fault))
        self._rest = buffer[place:]
        return found

    def end(self, *, orderly: bool) -> list[Frame]:
        """What is left when nothing follows: after an *orderly* end (the sender closed) a line without its end is whole."""
        rest, excess = self._rest, self._excess
        self._rest, self._excess = b"", None
        if excess is not None:
            return [self._too_long(excess.kept, excess.size)]
        if not rest.strip(ENDS + b" \t"):
            return []
        counted = COUNT.match(rest)
        if counted is not None:
            came, wanted = len(rest) - counted.end(), int(counted[1])
            return [Frame(rest[counted.end() :], f"the connection ended after {came} of {wanted} octets")]
        return [Frame(rest.strip(ENDS), None if orderly else "the connection ended within a message")]

    def _step(self, buffer: bytes, place: int) -> Step | None:
        """The next frame, or a part of one that is passed over; None when more must come first."""
        if self._excess is not None:
            return self._pass_over(self._excess, buffer, place)
        counted = COUNT.match(buffer, place)
        if counted is None:
            return self._line(buffer, place)
        start, wanted = counted.end(), int(counted[1])
        if wanted > self._longest:
            self._excess = Excess(b"", 0, wanted)
            return Step(start)
        whole = len(buffer) - start >= wanted
        return Step(start + wanted, Frame(buffer[start : start + wanted])) if whole else None

    def _line(self, buffer: bytes, place: int) -> Step | None:
        end = END.search(buffer, place)
        stop = len(buffer) if end is None else end.start()
        if stop - place > self._longest:
            self._excess = Excess(b"", 0, None)
            return Step(place)
        return None if end is None else Step(end.end(), Frame(buffer[place:stop]))

    def _pass_over(self, excess: Excess, buffer: bytes, place: int) -> Step:
        end = END.search(buffer, place) if excess.left is None else None
        stop = len(buffer) if end is None else end.start()
        if excess.left is not None:
            stop = min(stop, place + excess.left)
            excess.left -= stop - place
        excess.kept += buffer[place : min(stop, place + self._longest - len(excess.kept))]
        excess.size += stop - place
        if end is None and excess.left != 0:
            return Step(stop)
        self._excess = None
        return Step(stop if end is None else end.end(), self._too_long(excess.kept, excess.size))

    def _too_long(self, kept: bytes, size: int) -> Frame:
        return Frame(kept, f"{size} bytes, and a message has {self._longest} at most")
