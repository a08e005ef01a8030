"""Keys: what is kept of one, and the text that is shown once.

The text is `lx_<id>_<secret>`: the id finds the row, the secret is 256 random bits of which only an argon2 hash stays.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lynxalert.access.actor import Actor
from lynxalert.access.roles import Role

TEXT = re.compile(r"lx_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
# OWASP's smallest: the secret is random, so the hash only has to make a stolen file worthless.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key at rest. *expires_at* None: never; *indexes*, *sources* as of `Actor`."""

    id: str
    name: str
    role: Role
    hash: str
    created_at: dt.datetime
    created_by: str = ""
    expires_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None
    indexes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def has_expired(self, now: dt.datetime) -> bool:
        """Whether its time is over at *now*."""
        return self.expires_at is not None and self.expires_at <= now

    def is_of(self, text: str) -> bool:
        """Whether *text* is this key. Takes some 20 ms of a processor: for a thread."""
        try:
            return _HASHER.verify(self.hash, text)
        except (VerificationError, InvalidHashError):
            return False

    def actor(self, address: str | None) -> Actor:
        """Who asks with it, from *address*."""
        return Actor(
            name=self.name,
            role=self.role,
            key_id=self.id,
            address=address,
            indexes=self.indexes,
            sources=self.sources,
        )


def mint(
    name: str,
    role: Role,
    now: dt.datetime,
    *,
    expires_at: dt.datetime | None = None,
    indexes: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    by: str = "",
    key_id: str | None = None,
) -> tuple[Key, str]:
    """A new key, of a random id unless said, and its text, which nothing can tell again."""
    key_id = key_id or secrets.token_hex(6)
    text = f"lx_{key_id}_{secrets.token_urlsafe(32)}"
    made = Key(
        id=key_id,
        name=name,
        role=role,
        hash=_HASHER.hash(text),
        created_at=now,
        created_by=by,
        expires_at=expires_at,
        indexes=indexes,
        sources=sources,
    )
    return made, text
