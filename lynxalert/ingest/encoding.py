"""Content-Encoding: compressed body → body, under a cap of bytes and with proof that the stream ended."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from lynxalert.ingest.errors import IngestCode, IngestError, too_large
from lynxalert.ingest.members import joined

GZIP_MAGIC = b"\x1f\x8b"
GZIP, ZLIB, RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
MOST_ENCODINGS = 3

ACCEPTED = "gzip, deflate, zstd, snappy"  # for Accept-Encoding beside a 415


def decoded(body: bytes, content_encoding: str | None, *, cap: int) -> bytes:
    """*body* without its encodings, which were applied in the order the header lists them.

    Without a header, a body that begins like gzip is taken as such: some senders forget to say it.

    Raises:
        IngestError: an unknown encoding, a stream that is damaged or ends early, or more than *cap* bytes.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not names and body.startswith(GZIP_MAGIC):
        names = ["gzip"]
    if len(names) > MOST_ENCODINGS:
        raise IngestError(IngestCode.UNSUPPORTED_ENCODING, f"more than {MOST_ENCODINGS} content encodings")
    for name in reversed(names):
        decoder = DECODERS.get(name)
        if decoder is None:
            raise IngestError(IngestCode.UNSUPPORTED_ENCODING, f"content encoding `{name}` is not known")
        body = decoder(body, cap)
    if len(body) > cap:
        raise too_large(cap)
    return body


def _gunzip(body: bytes, cap: int) -> bytes:
    """All members of a gzip stream, one after the other."""
    if not body:
        raise IngestError(IngestCode.INVALID_ENCODING, "the gzip body is empty")
    return joined(body, lambda: zlib.decompressobj(GZIP), cap, zlib.error, padded=True)  # some writers pad


def _deflate(body: bytes, cap: int) -> bytes:
    """Zlib as the standard says, or the raw stream that some send."""
    zlib_header = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] * 256 + body[1]) % 31 == 0
    part, rest = _inflate(body, ZLIB if zlib_header else RAW, cap)
    if rest:
        raise IngestError(IngestCode.INVALID_ENCODING, "bytes follow the end of the deflate stream")
    return part


def _inflate(body: bytes, kind: int, cap: int) -> tuple[bytes, bytes]:
    """One stream, and what follows it."""
    stream = zlib.decompressobj(kind)
    try:
        part = stream.decompress(body, cap + 1)
    except zlib.error as error:
        raise IngestError(IngestCode.INVALID_ENCODING, f"the body cannot be decompressed: {error}") from None
    if len(part) > cap:
        raise too_large(cap)
    if not stream.eof:
        raise IngestError(IngestCode.INVALID_ENCODING, "the compressed body ends early")
    return part, stream.unused_data


def _zstd(body: bytes, cap: int) -> bytes:
    from lynxalert.ingest.zstd import unzstd  # these libraries are loaded by those who use them

    return unzstd(body, cap)


def _snappy(body: bytes, cap: int) -> bytes:
    from lynxalert.ingest.snappy import unsnappy

    return unsnappy(body, cap)


DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "zstd": _zstd,
    "snappy": _snappy,
    "x-snappy-framed": _snappy,
}
