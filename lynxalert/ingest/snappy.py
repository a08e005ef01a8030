"""A snappy body → its content: the framed stream, or the bare block that Loki's and Prometheus' clients send."""

from __future__ import annotations

from collections.abc import Iterator

import cramjam

from lynxalert.ingest.errors import IngestCode, IngestError, too_large

STREAM = b"\xff\x06\x00\x00sNaPpY"
COMPRESSED, PLAIN, FIRST_SKIPPABLE = 0x00, 0x01, 0x80
CHECKSUM = 4  # bytes before the content of a chunk
STEEPEST = 32  # a block cannot grow by more: its shortest copies give 64 bytes for 2 or 3


def unsnappy(body: bytes, cap: int) -> bytes:
    """The content of *body*. How long it will be is known before anything is unpacked.

    Raises:
        IngestError: damaged, unfinished, or more than *cap* bytes.
    """
    framed = body.startswith(STREAM)
    length = sum(_chunks(body)) if framed else _length(body)
    if length > cap:
        raise too_large(cap)
    try:
        return bytes(cramjam.snappy.decompress(body) if framed else cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as error:
        raise _broken(str(error)) from None


def _length(block: bytes) -> int:
    """What the head of *block* announces."""
    try:
        length = int(cramjam.snappy.decompress_raw_len(block))
    except cramjam.DecompressionError as error:
        raise _broken(str(error)) from None
    if length > STEEPEST * len(block):
        raise _broken("it announces more than it can hold")
    return length


def _chunks(stream: bytes) -> Iterator[int]:
    """The length of each chunk's content."""
    place = 0
    while place < len(stream):
        kind, size = stream[place], int.from_bytes(stream[place + 1 : place + 4], "little")
        start, place = place + 4, place + 4 + size
        if place > len(stream) or start > len(stream):
            raise IngestError(IngestCode.INVALID_ENCODING, "the compressed body ends early")
        if kind == COMPRESSED:
            yield _length(stream[start + CHECKSUM : place])
        elif kind == PLAIN:
            yield max(0, size - CHECKSUM)
        elif kind < FIRST_SKIPPABLE:
            raise _broken(f"a chunk of the unknown kind {kind}")


def _broken(why: str) -> IngestError:
    return IngestError(IngestCode.INVALID_ENCODING, f"the body cannot be decompressed: {why}")
