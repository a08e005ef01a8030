from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.ingest import IngestCode, IngestError, decoded

BODY = b'{"message":"' + b"hello " * 200 + b'"}'
CAP = 10_000


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


ENCODERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def code(body: bytes, encoding: str | None, cap: int = CAP) -> IngestCode:
    with pytest.raises(IngestError) as refused:
        decoded(body, encoding, cap=cap)
    return refused.value.code


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity ,"])
def test_plain_bodies_stay(encoding: str | None) -> None:
    assert decoded(BODY, encoding, cap=CAP) == BODY


@given(st.binary(max_size=500), st.sampled_from(sorted(ENCODERS)))
def test_what_was_compressed_comes_back(body: bytes, encoding: str) -> None:
    assert decoded(ENCODERS[encoding](body), encoding.upper(), cap=CAP) == body


@given(st.binary(max_size=500))
def test_deflate_may_be_raw(body: bytes) -> None:
    assert decoded(raw_deflate(body), "deflate", cap=CAP) == body


def test_a_chain_is_undone_from_the_end() -> None:
    assert decoded(gzip.compress(zlib.compress(BODY)), "deflate, gzip", cap=CAP) == BODY
    assert code(gzip.compress(zlib.compress(BODY)), "gzip, deflate") is IngestCode.INVALID_ENCODING
    assert code(b"", "gzip, gzip, gzip, gzip") is IngestCode.UNSUPPORTED_ENCODING


def test_gzip_is_known_by_its_magic() -> None:
    assert decoded(gzip.compress(BODY), None, cap=CAP) == BODY


def test_gzip_may_have_several_members_and_padding() -> None:
    assert decoded(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", "gzip", cap=CAP) == b"ab"


@given(st.integers(0, len(gzip.compress(BODY, mtime=0)) - 1))
def test_a_stream_cut_anywhere_is_refused(cut: int) -> None:
    assert code(gzip.compress(BODY, mtime=0)[:cut], "gzip") is IngestCode.INVALID_ENCODING


@given(st.integers(0, len(zlib.compress(BODY)) - 1))
def test_a_deflate_stream_cut_anywhere_is_refused(cut: int) -> None:
    assert code(zlib.compress(BODY)[:cut], "deflate") is IngestCode.INVALID_ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_no_stream_is_refused(encoding: str) -> None:
    assert code(b"plain text", encoding) is IngestCode.INVALID_ENCODING
    assert code(ENCODERS[encoding](BODY) + b"more", encoding) is IngestCode.INVALID_ENCODING


def test_a_damaged_stream_is_refused() -> None:
    body = bytearray(gzip.compress(BODY))
    body[-6] ^= 1  # the checksum
    assert code(bytes(body), "gzip") is IngestCode.INVALID_ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate", None])
def test_the_cap_holds_before_everything_is_unpacked(encoding: str | None) -> None:
    body = b"0" * 1_000
    packed = ENCODERS[encoding](body) if encoding else body
    assert decoded(packed, encoding, cap=1_000) == body
    assert code(packed, encoding, cap=999) is IngestCode.TOO_LARGE
    assert code(gzip.compress(gzip.compress(b"0" * 10**7)), "gzip, gzip") is IngestCode.TOO_LARGE
    assert code(gzip.compress(b"0" * 600) * 2, "gzip", cap=1_000) is IngestCode.TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "zstd", "snappy", "gzip, br", "nonsense"])
def test_other_encodings_are_named(encoding: str) -> None:
    with pytest.raises(IngestError, match="is not known") as refused:
        decoded(b"x", encoding, cap=CAP)
    assert refused.value.code.status == 415
