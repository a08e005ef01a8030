"""An iterator that works ahead on a thread of its own, a few items and no further."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")

END = object()


def ahead(items: Iterable[Item], *, depth: int) -> Generator[Item]:
    """*items*, of which up to *depth* are made while their taker is busy; what making them raises is raised here.

    A taker that stops early (closes the iterator) ends the thread after the item it is making.
    """
    made: queue.Queue[Item | BaseException | object] = queue.Queue(depth)
    stopped = threading.Event()

    def make() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                made.put(item)
            made.put(END)
        except BaseException as error:  # noqa: BLE001 - it is the taker's to handle
            made.put(_Raised(error))

    maker = threading.Thread(target=make, name="ahead", daemon=True)
    maker.start()
    try:
        while (item := made.get()) is not END:
            if isinstance(item, _Raised):
                raise item.error
            yield item  # type: ignore[misc]  # END and _Raised are dealt with
    finally:
        stopped.set()
        while maker.is_alive():
            _drop(made)
        maker.join()


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _drop(made: queue.Queue[object]) -> None:
    """Make room for a maker that waits for it."""
    try:
        made.get(timeout=0.05)
    except queue.Empty:
        pass
