"""A zstd body → its content: all frames, under a cap, with a window that cannot ask for much memory."""

from __future__ import annotations

import sys

from lynxalert.ingest.errors import IngestCode, IngestError, too_large

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WINDOW = 23  # log2 of bytes: 8 MiB, the most that RFC 9659 lets a content encoding use


def unzstd(body: bytes, cap: int) -> bytes:
    """All frames of *body*, one after the other.

    Raises:
        IngestError: damaged, unfinished, in need of too large a window, or more than *cap* bytes.
    """
    parts: list[bytes] = []
    room = cap
    while body:
        frame = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW})
        try:
            part = frame.decompress(body, room + 1)
        except zstd.ZstdError as error:
            reason = f"the body cannot be decompressed: {error}"
            raise IngestError(IngestCode.INVALID_ENCODING, reason) from None
        if len(part) > room:
            raise too_large(cap)
        if not frame.eof:
            raise IngestError(IngestCode.INVALID_ENCODING, "the compressed body ends early")
        parts.append(part)
        room -= len(part)
        body = frame.unused_data
    if not parts:
        raise IngestError(IngestCode.INVALID_ENCODING, "the zstd body is empty")
    return b"".join(parts)
