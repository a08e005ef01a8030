from __future__ import annotations

import contextlib
import gzip
import sys
import time
import zlib

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynxalert.ingest import IngestCode, IngestError, decoded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODY = b'{"message":"' + b"hello " * 200 + b'"}'
CAP = 10_000


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


def snappy_block(body: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(body))


def snappy_frames(body: bytes) -> bytes:
    return bytes(cramjam.snappy.compress(body)) or b"\xff\x06\x00\x00sNaPpY"  # of nothing it makes nothing


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstd.compress,
    "snappy": snappy_block,
    "x-snappy-framed": snappy_frames,
}


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


MANY = {"gzip": gzip.compress, "zstd": zstd.compress}


@given(st.lists(st.binary(max_size=5000), min_size=1, max_size=8), st.sampled_from(sorted(MANY)))
def test_streams_may_follow_each_other(bodies: list[bytes], encoding: str) -> None:
    streams = [MANY[encoding](body) for body in bodies]
    content = b"".join(bodies)
    assert decoded(b"".join(streams), encoding, cap=len(content)) == content
    assert code(b"".join(streams)[:-1], encoding, cap=len(content)) is IngestCode.INVALID_ENCODING
    if content:
        assert code(b"".join(streams), encoding, cap=len(content) - 1) is IngestCode.TOO_LARGE


@pytest.mark.parametrize("encoding", sorted(MANY))
def test_many_empty_streams_take_no_longer_each_than_few(encoding: str) -> None:
    empty = MANY[encoding](b"")
    few, many = (min(_seconds(empty * times, encoding) for _ in range(3)) for times in (500, 10_000))
    assert many < 100 * few  # each of them copied all that follow: 400 times
    assert code(empty * 20_001, encoding) is IngestCode.INVALID_ENCODING


def _seconds(body: bytes, encoding: str) -> float:
    begun = time.process_time()
    assert decoded(body, encoding, cap=CAP) == b""
    return time.process_time() - begun


def test_gzip_may_have_several_members_and_padding() -> None:
    assert decoded(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", "gzip", cap=CAP) == b"ab"


@given(st.integers(0, len(gzip.compress(BODY, mtime=0)) - 1))
def test_a_stream_cut_anywhere_is_refused(cut: int) -> None:
    assert code(gzip.compress(BODY, mtime=0)[:cut], "gzip") is IngestCode.INVALID_ENCODING


@given(st.integers(0, len(zlib.compress(BODY)) - 1))
def test_a_deflate_stream_cut_anywhere_is_refused(cut: int) -> None:
    assert code(zlib.compress(BODY)[:cut], "deflate") is IngestCode.INVALID_ENCODING


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "snappy"])
def test_what_is_no_stream_is_refused(encoding: str) -> None:
    assert code(b"plain text", encoding) is IngestCode.INVALID_ENCODING
    assert code(ENCODERS[encoding](BODY) + b"more", encoding) is IngestCode.INVALID_ENCODING


def test_a_damaged_stream_is_refused() -> None:
    body = bytearray(gzip.compress(BODY))
    body[-6] ^= 1  # the checksum
    assert code(bytes(body), "gzip") is IngestCode.INVALID_ENCODING


@pytest.mark.parametrize("encoding", [*sorted(ENCODERS), None])
def test_the_cap_holds_before_everything_is_unpacked(encoding: str | None) -> None:
    body = b"0" * 1_000
    packed = ENCODERS[encoding](body) if encoding else body
    assert decoded(packed, encoding, cap=1_000) == body
    assert code(packed, encoding, cap=999) is IngestCode.TOO_LARGE
    assert code(gzip.compress(gzip.compress(b"0" * 10**7)), "gzip, gzip") is IngestCode.TOO_LARGE
    assert code(gzip.compress(b"0" * 600) * 2, "gzip", cap=1_000) is IngestCode.TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "gzip, br", "nonsense"])
def test_other_encodings_are_named(encoding: str) -> None:
    with pytest.raises(IngestError, match="is not known") as refused:
        decoded(b"x", encoding, cap=CAP)
    assert refused.value.code.status == 415


@given(st.binary(max_size=500))
def test_snappy_may_be_framed(body: bytes) -> None:
    assert decoded(snappy_frames(body), "snappy", cap=CAP) == body


@given(st.integers(0, len(zstd.compress(BODY)) - 1))
def test_a_zstd_stream_cut_anywhere_is_refused(cut: int) -> None:
    assert code(zstd.compress(BODY)[:cut], "zstd") is IngestCode.INVALID_ENCODING


@given(st.integers(0, len(snappy_block(BODY)) - 1))
def test_a_snappy_block_cut_anywhere_is_refused(cut: int) -> None:
    assert code(snappy_block(BODY)[:cut], "snappy") is IngestCode.INVALID_ENCODING


@given(st.integers(11, len(snappy_frames(BODY)) - 1))
def test_snappy_frames_cut_inside_one_are_refused(cut: int) -> None:
    assert code(snappy_frames(BODY)[:cut], "snappy") is IngestCode.INVALID_ENCODING


@given(st.binary(max_size=60), st.sampled_from(sorted(ENCODERS)))
def test_any_bytes_are_decoded_or_refused(body: bytes, encoding: str) -> None:
    for start in (b"", b"\xff\x06\x00\x00sNaPpY", b"\x28\xb5\x2f\xfd"):
        with contextlib.suppress(IngestError):  # and nothing else
            assert len(decoded(start + body, encoding, cap=CAP)) <= CAP


def test_zstd_may_have_several_frames() -> None:
    assert decoded(zstd.compress(b"a") + zstd.compress(b"b"), "zstd", cap=CAP) == b"ab"
    assert code(zstd.compress(b"0" * 600) * 2, "zstd", cap=1_000) is IngestCode.TOO_LARGE


def test_a_window_of_much_memory_is_refused() -> None:
    stream = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    wide = stream.compress(BODY) + stream.flush()
    assert code(wide, "zstd") is IngestCode.INVALID_ENCODING


def test_a_block_that_announces_much_is_refused_before_it_is_unpacked() -> None:
    announced = b"\xff\xff\xff\xff\x0f"  # 4 GiB
    assert code(announced + b"x", "snappy", cap=2**40) is IngestCode.INVALID_ENCODING
    assert code(snappy_block(b"0" * 10**6), "snappy") is IngestCode.TOO_LARGE
    assert code(snappy_frames(b"0" * 10**6), "snappy") is IngestCode.TOO_LARGE
