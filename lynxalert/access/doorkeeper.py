"""What a caller shows → who they are, or why nobody knows them. Storage is not its affair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from lynxalert.access.actor import Actor
from lynxalert.access.attempts import Attempts
from lynxalert.access.keyring import Keyring
from lynxalert.access.tokens import BadTokenError, Tokens
from lynxalert.clock import Clock
from lynxalert.errors import LynxError


class StrangerError(LynxError):
    """Nothing that was shown opens anything."""


class TooManyTriesError(LynxError):
    """Wrong keys came from there of late; *seconds* until the next is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many wrong keys came from this address")
        self.seconds = seconds


class Doorkeeper:
    """Asks for keys, and for the *tokens* of somebody else where they are trusted."""

    def __init__(self, clock: Clock, tokens: Tokens | None = None) -> None:
        self.keyring = Keyring()
        self.used: dict[str, dt.datetime] = {}  # by id, since they were last written down
        self._attempts = Attempts()
        self._clock = clock
        self._tokens = tokens

    def trust(self, tokens: Tokens | None) -> None:
        """Believe *tokens* from now on, instead of those before."""
        self._tokens = tokens

    async def identify(self, shown: Sequence[str], address: str) -> Actor:
        """Who shows one of *shown*. Keys known to be good open whatever else comes from *address*.

        Raises:
            StrangerError: nobody, and why.
            TooManyTriesError: it was not looked at.
        """
        now = self._clock.now()
        key = next(filter(None, (self.keyring.known(each, now) for each in shown)), None)
        if key is None:
            wait = self._attempts.wait(address, now)
            if wait is not None:
                raise TooManyTriesError(wait)
            try:
                return await self._look(shown, address, now)
            except StrangerError:
                self._attempts.fail(address, now)
                raise
        return self._opened(key.id, address, now)

    async def _look(self, shown: Sequence[str], address: str, now: dt.datetime) -> Actor:
        for each in shown:
            key = await self.keyring.find(each, now)
            if key is not None:
                return self._opened(key.id, address, now)
        for each in shown:
            if self._tokens is not None and each.count(".") == 2:
                try:
                    return self._tokens.actor(each, now, address)
                except BadTokenError as error:
                    raise StrangerError(str(error)) from None
        raise StrangerError("this key is not accepted")

    def _opened(self, key_id: str, address: str, now: dt.datetime) -> Actor:
        key = self.keyring.get(key_id)
        if key is None:
            raise StrangerError("this key is not accepted")
        if key.has_expired(now):
            raise StrangerError("this key has expired")
        self.used[key_id] = now
        return key.actor(address)
