"""The exit codes every command keeps to."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    ERROR = 1  # what was asked failed, or the checked file has mistakes
    USAGE = 2  # wrong arguments (click's own code)
    CONNECTION = 3  # no daemon there, or one holds what is needed
    QUERY = 4  # the query cannot be run
    TIME_OUT = 5
