"""Schema on read: the text of an event → its time, host and fields. One file per format; all pure."""

from lynxalert.events.extract.documents import clean, flatten, may_be_deep, parse_object, scrub
from lynxalert.events.extract.given import Given
from lynxalert.events.extract.reading import Reading, document_of, read
from lynxalert.events.extract.times import from_value, instant, micros, recognise
from lynxalert.events.extract.timing import Stamped
from lynxalert.events.extract.together import Readings, read_together

__all__ = [
    "Given",
    "Reading",
    "Readings",
    "Stamped",
    "clean",
    "document_of",
    "flatten",
    "from_value",
    "instant",
    "may_be_deep",
    "micros",
    "parse_object",
    "read",
    "read_together",
    "recognise",
    "scrub",
]
