"""A zstd body → its content: all frames, under a cap, with a window that cannot ask for much memory."""

from __future__ import annotations

import sys

from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.members import Stream, joined

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
    if not body:
        raise IngestError(IngestCode.INVALID_ENCODING, "the zstd body is empty")
    return joined(body, _frame, cap, zstd.ZstdError, padded=False)


def _frame() -> Stream:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW})
