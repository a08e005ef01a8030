"""Compressed streams one after the other → the content of all. The work grows with the body, however many there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from lynxalert.ingest.errors import IngestCode, IngestError, too_large

PIECE = 1024  # bytes that a stream is first fed; what follows its end is copied by the libraries
MOST = 20_000  # streams in a body: each takes some 50 µs, even an empty one of nine bytes
PADDING = re.compile(rb"\0*")


class Stream(Protocol):
    """What `zlib` and `zstd` call a decompressor."""

    @property
    def eof(self) -> bool:
        """Whether its end was met."""

    @property
    def unused_data(self) -> bytes:
        """What followed the end in the last piece."""

    def decompress(self, data: memoryview, max_length: int, /) -> bytes:
        """The content of *data*, or the first *max_length* bytes of it."""


class _Full(Exception):
    """There is more than there may be."""


def joined(
    body: bytes, begin: Callable[[], Stream], cap: int, broken: type[Exception], *, padded: bool
) -> bytes:
    """The content of all streams of *body*, each read by what *begin* makes.

    *broken* is what it raises; *padded*: zeros between streams count for nothing.

    Raises:
        IngestError: damaged, unfinished, too many streams, or more than *cap* bytes.
    """
    parts: list[bytes] = []
    room, place = cap, 0
    view = memoryview(body)
    for _ in range(MOST):
        try:
            part, place = _one(view, place, begin(), room)
        except _Full:
            raise too_large(cap) from None
        except broken as error:
            raise _refused(f"the body cannot be decompressed: {error}") from None
        parts.append(part)
        room -= len(part)
        padding = PADDING.match(body, place) if padded else None
        place = padding.end() if padding else place
        if place == len(body):
            return b"".join(parts)
    raise _refused(f"more than {MOST} compressed streams follow each other")


def _one(body: memoryview, place: int, stream: Stream, room: int) -> tuple[bytes, int]:
    """The content of the stream that begins at *place*, and the place behind it."""
    parts: list[bytes] = []
    size = PIECE
    while place < len(body):
        piece = body[place : place + size]
        parts.append(stream.decompress(piece, room + 1))
        room -= len(parts[-1])
        if room < 0:
            raise _Full
        place += len(piece)
        if stream.eof:
            return b"".join(parts), place - len(stream.unused_data)
        size *= 2
    raise _refused("the compressed body ends early")


def _refused(why: str) -> IngestError:
    return IngestError(IngestCode.INVALID_ENCODING, why)
