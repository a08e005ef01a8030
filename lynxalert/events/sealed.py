"""A segment of the raw log ↔ its sealed form: pieces of it, compressed, each framed with where it stood. Pure bytes.

A damaged byte costs one piece, and the records that reach into it: what stands around them is read as before. The whole
is a file that `zstdcat` reads: what is not zstd's own stands in skippable frames (RFC 8878, 3.1.2).
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from lynxalert.events.frames import HEADER, Corrupt, Frame, Torn, frame, scan

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 2**20  # bytes of a segment; larger ones compress no better
LEVEL = 1  # 5.6 times smaller for 0.9 µs an event; level 6 takes 5 µs for 6.0 times
START = struct.Struct("<Q")  # of a piece in its segment
SKIP = struct.pack("<II", 0x184D2A50, HEADER.size + START.size)  # zstd's readers pass over so many bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a segment without a gap, from *start* on."""

    start: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """Bytes of the sealed form that are no piece; *start*: of what is missing in the segment."""

    start: int
    content: bytes


Unsealed: TypeAlias = Stretch | Lost


def seal(piece: bytes, start: int) -> bytes:
    """One *piece* of a segment, which begins at *start*, as it stands in the sealed form."""
    return SKIP + frame(START.pack(start) + zstd.compress(piece, LEVEL))


def unseal(content: bytes) -> Iterator[Unsealed]:
    """The segment whose sealed form is *content*, in stretches: one, unless something is damaged."""
    waiting: list[Stretch] = []
    end = 0
    for found in scan(content):
        if isinstance(found, Corrupt) and found.end - found.start == len(SKIP):
            continue  # there is nothing in it to lose
        piece = _piece(found.payload) if isinstance(found, Frame) else None
        if waiting and (piece is None or piece.start != end):
            yield _joined(waiting)
            waiting = []
        if piece is None:
            yield Lost(end, content[found.start : len(content) if isinstance(found, Torn) else found.end])
        else:
            waiting.append(piece)
            end = piece.start + len(piece.content)
    if waiting:
        yield _joined(waiting)


def _piece(payload: bytes) -> Stretch | None:
    if len(payload) < START.size:
        return None
    try:
        content = zstd.decompress(payload[START.size :])
    except zstd.ZstdError:
        return None
    return Stretch(START.unpack_from(payload)[0], content)


def _joined(pieces: list[Stretch]) -> Stretch:
    return Stretch(pieces[0].start, b"".join(piece.content for piece in pieces))
