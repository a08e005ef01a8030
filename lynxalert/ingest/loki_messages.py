"""Loki's protobuf: bytes → streams as its JSON has them. Imported when first needed.

The messages are described here instead of being generated: they are three. Source: Loki, `pkg/push/push.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

# The seconds and nanoseconds of an entry's time are those of google.protobuf.Timestamp.
from google.protobuf.timestamp_pb2 import DESCRIPTOR as TIMESTAMP

from lynxalert.ingest.errors import IngestCode, IngestError

_Field = descriptor_pb2.FieldDescriptorProto
_MESSAGES: Mapping[
    str, tuple[tuple[str, str, bool], ...]
] = {  # (name, type, whether repeated), numbered from 1
    "PushRequest": (("streams", ".logproto.Stream", True),),
    "Stream": (("labels", "", False), ("entries", ".logproto.Entry", True)),
    "Entry": (
        ("timestamp", ".google.protobuf.Timestamp", False),
        ("line", "", False),
        ("metadata", ".logproto.Pair", True),
    ),
    "Pair": (("name", "", False), ("value", "", False)),
}


def _described() -> type[Any]:
    file = descriptor_pb2.FileDescriptorProto(name="logproto.proto", package="logproto", syntax="proto3")
    file.dependency.append(TIMESTAMP.name)
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, kind, repeated) in enumerate(fields, 1):
            message.field.add(
                name=field,
                number=number,
                type=_Field.TYPE_MESSAGE if kind else _Field.TYPE_STRING,
                type_name=kind or None,
                label=_Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(TIMESTAMP.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("logproto.PushRequest"))


PushRequest = _described()


def streams(body: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """The streams of a PushRequest: labels as one text, entries as (ns since 1970, line, metadata).

    Raises:
        IngestError: *body* is none.
    """
    try:
        request = PushRequest.FromString(body)
    except DecodeError as error:
        raise IngestError(IngestCode.INVALID_BODY, f"not a PushRequest: {error}") from None
    for stream in request.streams:
        yield (
            stream.labels,
            [
                [
                    entry.timestamp.seconds * 1_000_000_000 + entry.timestamp.nanos,
                    entry.line,
                    {pair.name: pair.value for pair in entry.metadata},
                ]
                for entry in stream.entries
            ],
        )
