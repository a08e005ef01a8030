from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest

from lynxalert.events.ahead import ahead


def test_all_of_it_comes_in_order() -> None:
    assert list(ahead(range(100), depth=2)) == list(range(100))


def test_what_goes_wrong_is_raised_where_it_is_taken() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("disk")

    taken = ahead(broken(), depth=2)
    assert next(taken) == 1
    with pytest.raises(OSError, match="disk"):
        next(taken)


def test_no_more_is_made_than_was_asked_for() -> None:
    made: list[int] = []
    full = threading.Event()

    def endless() -> Iterator[int]:
        for number in itertools.count():
            made.append(number)
            if number == 3:  # one taken, two wait, this one is held
                full.set()
            yield number

    taken = ahead(endless(), depth=2)
    assert next(taken) == 0
    assert full.wait(10)
    assert made == [0, 1, 2, 3]
    taken.close()
    assert not [one for one in threading.enumerate() if one.name == "ahead"]
