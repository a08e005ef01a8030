"""A file or stream, compressed or not → batches of whole lines, or of the elements of a JSON array."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, TypeAlias, cast

from lynxalert.errors import LynxError
from lynxalert.ingest.bodies import elements, objects, text_of
from lynxalert.ingest.errors import IngestError

BATCH = 1 << 20  # bytes; what a stream has less is sent at once
LONGEST_LINE = 8 << 20  # bytes; no event is that long, so a line beyond it may be cut
ARRAY_BATCH = 2_000  # elements

Form: TypeAlias = Literal["auto", "json", "lines"]


class UnreadableFileError(LynxError):
    """A file cannot be read, or is not what it is called."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines *first* to *last* of a source, counted from 1; *json*: each must be a JSON object."""

    body: bytes
    first: int
    last: int
    json: bool

    def halves(self) -> tuple[Batch, Batch] | None:
        """Two batches of half as many lines; None of a single one."""
        lines = self.body.splitlines(keepends=True) if self.last > self.first else []
        if len(lines) < 2:
            return None
        middle = len(lines) // 2
        return (
            Batch(b"".join(lines[:middle]), self.first, self.first + middle - 1, self.json),
            Batch(b"".join(lines[middle:]), self.first + middle, self.last, self.json),
        )


def opened(raw: BinaryIO, name: str) -> BinaryIO:
    """*raw* without the compression that the suffix of *name* tells: `.gz`, `.zst`, `.bz2`."""
    if name.endswith(".gz"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if not name.endswith((".zst", ".bz2")):
        return raw
    import pyarrow as pa

    found: Any = pa.CompressedInputStream(cast("Any", raw), "zstd" if name.endswith(".zst") else "bz2")
    return cast("BinaryIO", found)


def batches(stream: BinaryIO, form: Form, *, live: bool = False, skip: int = 0) -> Iterator[Batch]:
    """The lines of *stream* behind the first *skip*, *live* ones as soon as they come.

    With `auto` a source that begins with `{` or `[{` is JSON (lines, objects on several lines, an array, the last two read
    as a whole), any other one text.

    Raises:
        UnreadableFileError: it cannot be read to its end, or is no JSON although it should be.
    """
    pieces = _pieces(_chunks(stream.read1 if live else stream.read))  # type: ignore[attr-defined] # of buffered streams
    first = next(pieces, b"")
    if not first:
        return
    everything = itertools.chain([first], pieces)
    begin = text_of(first[:1_000]).text.lstrip()
    if form != "lines" and begin.startswith(("[", "{")):
        yield from _json(everything, first, begin, form, skip)
    else:
        yield from _lines(everything, skip, json=form == "json")


def _json(pieces: Iterable[bytes], first: bytes, begin: str, form: Form, skip: int) -> Iterator[Batch]:
    if begin.startswith("["):
        if form == "json" or begin[1:].lstrip().startswith("{"):
            yield from _elements(_array(b"".join(pieces)), skip)
            return
    elif begin.startswith("{") and _opens_only(first):
        whole = b"".join(pieces)
        found = objects(text_of(whole).text)
        if found is not None:
            yield from _elements(found, skip)
            return
        pieces = [whole]
    else:
        yield from _lines(pieces, skip, json=True)
        return
    yield from _lines(pieces, skip, json=begin.startswith("{"))


def _opens_only(piece: bytes) -> bool:
    """Whether the first line of *piece* is only the beginning of an object."""
    line = piece.lstrip().partition(b"\n")[0]
    try:
        return objects(text_of(line).text) is None
    except IngestError:
        return True


def _array(body: bytes) -> list[str]:
    try:
        return [own for _, own in elements(text_of(body).text)]
    except IngestError as error:
        raise UnreadableFileError(f"not a JSON array: {error.message}") from None


def _elements(texts: list[str], skip: int) -> Iterator[Batch]:
    for start in range(skip, len(texts), ARRAY_BATCH):
        part = texts[start : start + ARRAY_BATCH]
        yield Batch("\n".join(part).encode() + b"\n", start + 1, start + len(part), json=True)


def _lines(pieces: Iterable[bytes], skip: int, *, json: bool) -> Iterator[Batch]:
    number = 0
    for whole in pieces:
        count = whole.count(b"\n") + (not whole.endswith(b"\n"))
        left_out = min(count, max(0, skip - number))
        piece = whole.split(b"\n", left_out)[-1] if left_out else whole
        if left_out < count:
            yield Batch(piece, number + left_out + 1, number + count, json)
        number += count


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines: *chunks* cut at line ends."""
    rest = b""
    for chunk in chunks:
        lines, end, begun = chunk.rpartition(b"\n")
        if end:
            yield rest + lines + end
            rest = begun
        else:
            rest += chunk
        if len(rest) > LONGEST_LINE:
            yield rest + b"\n"
            rest = b""
    if rest:
        yield rest


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while True:
        try:
            chunk = read(BATCH)
        except (OSError, EOFError) as error:  # gzip and Arrow tell so of damage and early ends
            raise UnreadableFileError(str(error)) from None
        if not chunk:
            return
        yield chunk
