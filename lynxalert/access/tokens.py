"""JSON Web Tokens of an issuer that is trusted → who asks.

Source: RFC 7519, RFC 8725 (the algorithms are those configured, never the token's own choice).
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OctKey, OKPKey, RSAKey

from lynxalert.access.actor import Actor
from lynxalert.access.roles import Role
from lynxalert.errors import LynxError

ALGORITHMS = ("EdDSA", "RS256", "HS256")
LONGEST = 8_192  # characters of a token
_KINDS: dict[str, Any] = {"EdDSA": OKPKey, "RS256": RSAKey, "HS256": OctKey}


class BadTokenError(LynxError):
    """The token does not say who asks, in a way that is believed."""


class BadTokenKeyError(LynxError):
    """The key that tokens are checked with cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Whose tokens are believed. *keys* are of `keys_of`; *leeway* is granted to clocks."""

    keys: Any
    algorithms: tuple[str, ...]
    issuer: str | None = None
    audience: str | None = None
    role_claim: str = "role"
    name_claim: str = "sub"
    leeway: dt.timedelta = dt.timedelta(seconds=30)

    def actor(self, token: str, now: dt.datetime, address: str | None) -> Actor:
        """Who shows *token*.

        Raises:
            BadTokenError: signature, issuer, audience, time, role or name are not right.
        """
        claims = self._claims(token, now)
        name, role = claims.get(self.name_claim), claims.get(self.role_claim)
        if not isinstance(name, str) or not name.strip():
            raise BadTokenError(f"the token names nobody in {self.name_claim}")
        if not isinstance(role, str) or role not in list(Role):
            raise BadTokenError(f"the token has no role in {self.role_claim}: one of {', '.join(Role)}")
        return Actor(name=name[:200], role=Role(role), address=address)

    def _claims(self, token: str, now: dt.datetime) -> dict[str, Any]:
        if len(token) > LONGEST:
            raise BadTokenError("the token is too long")
        wanted: dict[str, Any] = {"exp": {"essential": True}}
        if self.issuer is not None:
            wanted["iss"] = {"essential": True, "value": self.issuer}
        if self.audience is not None:
            wanted["aud"] = {"essential": True, "value": self.audience}
        rules = jwt.JWTClaimsRegistry(int(now.timestamp()), int(self.leeway.total_seconds()), **wanted)
        try:
            with warnings.catch_warnings():
                # RFC 9864 renames EdDSA to Ed25519; identity providers still say EdDSA.
                warnings.simplefilter("ignore", SecurityWarning)
                found = jwt.decode(token, self.keys, algorithms=list(self.algorithms))
            rules.validate(found.claims)
        except (JoseError, ValueError) as error:
            reason = str(error) if isinstance(error, JoseError) else "it cannot be read"
            raise BadTokenError(f"the token is not accepted: {reason.split(':')[0]}") from None
        return dict(found.claims)


def keys_of(text: str, algorithms: tuple[str, ...]) -> Any:
    """The key or keys in *text*: a set or a key as JSON (RFC 7517), PEM, or the secret of HS256 itself.

    Raises:
        BadTokenKeyError: there is none for *algorithms*.
    """
    try:
        if text.lstrip().startswith("{"):
            read = json.loads(text)
            return KeySet.import_key_set(read if "keys" in read else {"keys": [read]})
        if len(algorithms) != 1:
            raise BadTokenKeyError("needs one algorithm for a key that is no JWK")
        if algorithms[0] == "HS256" and len(text.encode()) < 32:
            raise BadTokenKeyError("needs a secret of at least 32 bytes for HS256")
        return _KINDS[algorithms[0]].import_key(text)
    except (JoseError, ValueError, TypeError, KeyError):
        raise BadTokenKeyError("cannot be read as a key for " + ", ".join(algorithms)) from None
