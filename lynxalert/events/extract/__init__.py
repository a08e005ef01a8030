"""Schema on read: the text of an event → its time, host and fields. One file per format; all pure."""

from lynxalert.events.extract.documents import clean, flatten, parse_object, scrub
from lynxalert.events.extract.reading import Reading, read
from lynxalert.events.extract.times import from_value, instant, micros, recognise

__all__ = [
    "Reading",
    "clean",
    "flatten",
    "from_value",
    "instant",
    "micros",
    "parse_object",
    "read",
    "recognise",
    "scrub",
]
