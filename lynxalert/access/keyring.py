"""Texts that callers show → keys. Every key is in memory; what argon2 said of one is remembered for a while."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable

from lynxalert.access.key import TEXT, Key

REMEMBERED = dt.timedelta(minutes=5)
AT_ONCE = 2  # hashes computed: each takes 19 MiB


class Keyring:
    """The keys there are."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}
        self._verified: dict[str, tuple[bytes, dt.datetime]] = {}  # by id: of which text, until when
        self._turns = asyncio.Semaphore(AT_ONCE)

    def put(self, keys: Iterable[Key]) -> None:
        """Know *keys* from now on, each in place of one with its id."""
        self._keys.update({each.id: each for each in keys})

    def drop(self, key_id: str) -> None:
        """Forget a key, and that it was ever good."""
        self._keys.pop(key_id, None)
        self._verified.pop(key_id, None)

    def get(self, key_id: str) -> Key | None:
        """The key of that id."""
        return self._keys.get(key_id)

    def all(self) -> list[Key]:
        """Every key, earliest first."""
        return sorted(self._keys.values(), key=lambda each: (each.created_at, each.id))

    def known(self, text: str, now: dt.datetime) -> Key | None:
        """The key that *text* is, if that was verified of late."""
        match = TEXT.fullmatch(text)
        if match is None or match[1] not in self._verified:
            return None
        digest, until = self._verified[match[1]]
        same = hmac.compare_digest(digest, _digest(text))
        return self._keys.get(match[1]) if same and now < until else None

    async def find(self, text: str, now: dt.datetime) -> Key | None:
        """The key that *text* is, expired ones included; None: it is none."""
        match = TEXT.fullmatch(text)
        key = self._keys.get(match[1]) if match is not None else None
        if key is None:
            return None
        async with self._turns:
            found = self.known(text, now)  # whoever waited before may have verified it
            if found is not None:
                return found
            if not await asyncio.to_thread(key.is_of, text):
                return None
        self._verified[key.id] = _digest(text), now + REMEMBERED
        return self._keys.get(key.id)  # it may be gone by now


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
