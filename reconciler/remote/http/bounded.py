"""How much of one answer is read: no hostile or broken server fills the memory.

In: an answer of which only the head was read. Out: the same, whose body ends with Unread beyond a bound, also
where it is packed: what counts is what comes out. It must not know what answers mean, nor read one itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import httpx

ENCODING = "gzip"
"""The one packing that is asked for: others unpack without a bound."""
_PIECE = 2**16
"""Bytes that are unpacked at once."""
_GZIP = 16 + zlib.MAX_WBITS


class Unread(httpx.RequestError):
    """The answer was not read to its end, on purpose."""


def bounded(most: int) -> Callable[[httpx.Response], None]:
    """A hook for answers whose body was not read yet; `most` in bytes."""

    def bound(response: httpx.Response) -> None:
        stream = response.stream
        assert isinstance(stream, httpx.SyncByteStream)
        encoding = response.headers.pop("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity", ENCODING):
            raise Unread(f"it is packed as {encoding[:40]!r}, which nobody asked for")
        response.stream = _Body(stream, most, is_packed=encoding == ENCODING)

    return bound


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, most: int, *, is_packed: bool) -> None:
        self._inner = inner
        self._most = most
        self._is_packed = is_packed

    def __iter__(self) -> Iterator[bytes]:
        pieces = _up_to(self._most, self._inner)
        return _up_to(self._most, _unpacked(pieces)) if self._is_packed else pieces

    def close(self) -> None:
        self._inner.close()


def _up_to(most: int, pieces: httpx.SyncByteStream | Iterator[bytes]) -> Iterator[bytes]:
    taken = 0
    for piece in pieces:
        taken += len(piece)
        if taken > most:
            raise Unread(f"it is longer than {_shown(most)}, which is where reading ends")
        yield piece


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(_GZIP)
    try:
        for piece in pieces:
            rest = piece
            while rest and not decoder.eof:
                yield decoder.decompress(rest, _PIECE)
                rest = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error as error:
        raise Unread(f"it cannot be unpacked: {error}") from error


def _shown(size: int) -> str:
    return f"{size // 2**20} MB" if size >= 2**20 else f"{size} bytes"
