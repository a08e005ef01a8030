"""Bytes → Event: one file per protocol, pure decoding."""

from lynxalert.ingest import protocols
from lynxalert.ingest.encoding import ACCEPTED, decoded
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.protocol import PROTOCOLS, Decoded, Payload, Protocol, protocol

PROTOCOLS.discover(protocols)

__all__ = [
    "ACCEPTED",
    "PROTOCOLS",
    "Decoded",
    "IngestCode",
    "IngestError",
    "Payload",
    "Protocol",
    "decoded",
    "protocol",
]
