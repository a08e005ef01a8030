"""Payload ↔ a frame of the raw log: magic, length, CRC-32, payload. Pure bytes; no file is touched here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

MAGIC = b"LXA1"
HEADER = struct.Struct("<4sII")  # magic, length of the payload, CRC-32 of length and payload
LONGEST = 2**30  # bytes of a payload; a greater length is damage


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole record, from *start* to *end* of the segment."""

    start: int
    end: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Corrupt:
    """Bytes that are no record, although whole records or the end of the segment follow at *end*."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Torn:
    """The segment ends within a record that begins at *start*: its write was never finished."""

    start: int


Found: TypeAlias = Frame | Corrupt | Torn


def frame(payload: bytes) -> bytes:
    """*payload* as it is appended to the log."""
    return HEADER.pack(MAGIC, len(payload), _checksum(payload)) + payload


def scan(segment: bytes, start: int = 0) -> Iterator[Found]:
    """What stands in *segment* from *start* on, in order, without gaps. `Torn` can only be the last."""
    while start < len(segment):
        found = _frame_at(segment, start) or _damage_at(segment, start)
        yield found
        if isinstance(found, Torn):
            return
        start = found.end


def _frame_at(segment: bytes, start: int) -> Frame | None:
    if len(segment) - start < HEADER.size:
        return None
    magic, length, checksum = HEADER.unpack_from(segment, start)
    body = start + HEADER.size
    if magic != MAGIC or length > LONGEST or body + length > len(segment):
        return None
    payload = bytes(segment[body : body + length])
    return Frame(start, body + length, payload) if _checksum(payload) == checksum else None


def _damage_at(segment: bytes, start: int) -> Corrupt | Torn:
    following = segment.find(MAGIC, start + 1)
    while following != -1:
        if _frame_at(segment, following) is not None:
            return Corrupt(start, following)
        following = segment.find(MAGIC, following + 1)
    return Torn(start) if _unfinished(segment, start) else Corrupt(start, len(segment))


def _unfinished(segment: bytes, start: int) -> bool:
    """Whether the record at *start* says that it is longer than what is left."""
    rest = segment[start : start + HEADER.size]
    if len(rest) < HEADER.size:
        return MAGIC.startswith(rest[: len(MAGIC)])
    magic, length, _ = HEADER.unpack(rest)
    return bool(magic == MAGIC and start + HEADER.size + length > len(segment))


def _checksum(payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(len(payload).to_bytes(4, "little")))
