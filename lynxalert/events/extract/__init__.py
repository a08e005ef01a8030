"""Schema on read: the text of an event → its time, host and fields. One file per format; all pure."""

from lynxalert.events.extract.documents import clean, flatten, parse_object, scrub
from lynxalert.events.extract.reading import Reading, document_of, read
from lynxalert.events.extract.times import from_value, instant, micros, recognise
from lynxalert.events.extract.together import Given, Readings, read_together

__all__ = [
    "Given",
    "Reading",
    "Readings",
    "clean",
    "document_of",
    "flatten",
    "from_value",
    "instant",
    "micros",
    "parse_object",
    "read",
    "read_together",
    "recognise",
    "scrub",
]
