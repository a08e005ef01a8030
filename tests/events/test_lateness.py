from __future__ import annotations

import gc

from lynxalert.events.collector import uncollected
from lynxalert.events.lateness import REMEMBERED, Lateness


def test_the_earliest_of_the_batches_beyond_a_sequence() -> None:
    lateness = Lateness(10)
    lateness.add(12, 700)
    lateness.add(15, 500)
    lateness.add(20, 900)
    assert lateness.earliest_since(10) == (True, 500)
    assert lateness.earliest_since(15) == (True, 900)
    assert lateness.earliest_since(20) == (True, None)


def test_what_came_before_the_start_is_unknown() -> None:
    assert Lateness(10).earliest_since(9) == (False, None)


def test_old_batches_are_forgotten() -> None:
    lateness = Lateness(0)
    for sequence in range(1, REMEMBERED + 2):
        lateness.add(sequence, sequence)
    assert lateness.earliest_since(0) == (False, None)
    assert lateness.earliest_since(1) == (True, 2)


def test_the_collector_is_back_when_the_last_has_left() -> None:
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
    gc.enable()
