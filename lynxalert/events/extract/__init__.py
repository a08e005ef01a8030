"""Schema on read: the text of an event → its time, host and fields. One file per format; all pure."""

from lynxalert.events.extract.documents import flatten, parse_object
from lynxalert.events.extract.reading import Reading, read
from lynxalert.events.extract.times import from_value, instant, micros, recognise

__all__ = ["Reading", "flatten", "from_value", "instant", "micros", "parse_object", "read", "recognise"]
