"""Stored segments of the raw log → sealed ones, on a thread of its own: neither senders nor the tables wait for it."""

from __future__ import annotations

import threading

from lynxalert.events.rawlog import Place, RawLog


class Sealer:
    """Tidies *log* up to the place it was told last. What cannot be done now is tried with the next place."""

    def __init__(self, log: RawLog, stored: Place) -> None:
        self._log = log
        self._told: Place | None = stored
        self._done = stored.segment - 1
        self._changed = threading.Condition()
        self._closed = False
        self.failure: str | None = None  # why the last attempt failed; None after one that did not
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)
        self._thread.start()

    def tell(self, stored: Place) -> None:
        """The tables hold what is before *stored*."""
        if stored.segment == self._done:
            return  # nothing was finished since
        with self._changed:
            self._told = stored
            self._changed.notify()

    def close(self) -> None:
        """Stop after what is being done."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._told is not None or self._closed)
                stored, self._told = self._told, None
            if stored is None:
                return
            try:
                self._log.tidy(stored)
            except Exception as error:  # noqa: BLE001 - the thread must live; the reason is shown by the health page
                self.failure = str(error) or type(error).__name__
            else:
                self.failure = None
                self._done = stored.segment
