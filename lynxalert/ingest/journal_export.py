"""Bytes in portions → entries of a journal, each as soon as it is complete. Holds one entry at most.

Source: systemd, "Journal Export Format": `NAME=text` lines, or `NAME`, eight bytes of length (little endian), that many
bytes and a line break; a blank line ends an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lynxalert.ingest.errors import IngestCode, IngestError

Entry: TypeAlias = dict[str, list[bytes]]

LENGTH = 8  # bytes
LONGEST_NAME = 1_000
MOST_FIELDS = 2_000


class JournalReader:
    """Feed it what arrives. A value longer than *longest* is passed over (coredumps), and so are those beyond it in an entry."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held = bytearray()
        self._entry: Entry = {}
        self._size = 0
        self._skip = 0  # bytes still to be passed over
        self._skip_line = False
        self._entry_ended = False
        self.passed_over = 0

    def feed(self, portion: bytes) -> Iterator[Entry]:
        """The entries that *portion* completes.

        Raises:
            IngestError: this is no journal.
        """
        self._held += portion
        place = 0
        while (end := self._field(place)) is not None:
            place = end
            if not self._entry_ended:
                continue
            entry, self._entry, self._size = self._entry, {}, 0
            if entry:
                yield entry
        del self._held[:place]

    def finish(self) -> Iterator[Entry]:
        """The last entry, which need not have a blank line behind it.

        Raises:
            IngestError: the journal ends inside a field.
        """
        if self._held or self._skip or self._skip_line:
            raise IngestError(IngestCode.INVALID_BODY, "the journal ends inside a field")
        if self._entry:
            yield self._entry
        self._entry = {}

    def _field(self, place: int) -> int | None:
        """Take the field (or the blank line) at *place*; where the next begins, None if more bytes are needed."""
        self._entry_ended = False
        if self._skip or self._skip_line:
            return self._pass(place)
        line_end = self._held.find(b"\n", place)
        if line_end < 0:
            return self._unfinished(place)
        if line_end == place:
            self._entry_ended = True
            return place + 1
        line = self._held[place:line_end]
        name, equals, value = line.partition(b"=")
        if not equals:
            return self._binary(bytes(line), line_end + 1)
        self._take(bytes(name), bytes(value))
        return line_end + 1

    def _unfinished(self, place: int) -> int | None:
        """A line without an end: wait for it, or pass over it if it grows too long."""
        if len(self._held) - place <= self._longest + LONGEST_NAME:
            return None
        if self._held.find(b"=", place, place + LONGEST_NAME) < 0:
            raise IngestError(IngestCode.INVALID_BODY, "a field has neither a name nor a length")
        self._skip_line = True
        self.passed_over += 1
        return place

    def _binary(self, name: bytes, start: int) -> int | None:
        """A field whose length stands before its value."""
        if len(name) > LONGEST_NAME:
            raise IngestError(IngestCode.INVALID_BODY, "a field has neither a name nor a length")
        if len(self._held) < start + LENGTH:
            return None
        length = int.from_bytes(self._held[start : start + LENGTH], "little")
        start += LENGTH
        if length > self._longest:
            self._skip = length + 1
            self.passed_over += 1
            return start
        end = start + length
        if len(self._held) <= end:
            return None
        if self._held[end] != ord("\n"):
            raise IngestError(IngestCode.INVALID_BODY, "a field is longer than it says")
        self._take(name, bytes(self._held[start:end]))
        return end + 1

    def _pass(self, place: int) -> int | None:
        if self._skip_line:
            line_end = self._held.find(b"\n", place)
            self._skip_line = line_end < 0
            passed = (len(self._held) if line_end < 0 else line_end + 1) - place
            return place + passed if passed else None
        passed = min(self._skip, len(self._held) - place)
        self._skip -= passed
        return place + passed if passed else None

    def _take(self, name: bytes, value: bytes) -> None:
        if len(self._entry) >= MOST_FIELDS or self._size + len(value) > self._longest:
            self.passed_over += 1
            return
        self._size += len(value)
        self._entry.setdefault(name.decode(errors="replace"), []).append(value)
