"""Tokens of an identity provider: what is believed, and what is not."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import hmac
import json

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey, RSAKey

from lynxalert.access import Role
from lynxalert.access.tokens import BadTokenError, BadTokenKeyError, Tokens, keys_of
from tests.fakes import EPOCH

# RFC 9864 renames what providers still call EdDSA.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
NOW = int(EPOCH.timestamp())
CLAIMS = {"sub": "ada", "role": "member", "exp": NOW + 60, "iss": "https://id", "aud": ["x", "lynxalert"]}
OCT = OctKey.import_key("s" * 32)
KEYS = {"EdDSA": OKPKey.generate_key("Ed25519"), "RS256": RSAKey.generate_key(2048), "HS256": OCT}
WRITTEN = {
    "EdDSA": KEYS["EdDSA"].as_pem(private=False).decode(),
    "RS256": json.dumps(KEYS["RS256"].as_dict(private=False)),
    "HS256": "s" * 32,
}


def trusting(algorithm: str) -> Tokens:
    keys = keys_of(WRITTEN[algorithm], (algorithm,))
    return Tokens(keys=keys, algorithms=(algorithm,), issuer="https://id", audience="lynxalert")


def token(algorithm: str = "EdDSA", **claims: object) -> str:
    found = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": algorithm}, found, KEYS[algorithm], algorithms=[algorithm])


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_a_token_says_who_asks(algorithm: str) -> None:
    actor = trusting(algorithm).actor(token(algorithm), EPOCH, "10.0.0.1")
    assert (actor.name, actor.role, actor.address) == ("ada", Role.MEMBER, "10.0.0.1")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 31},
        {"exp": None},
        {"nbf": NOW + 31},
        {"iss": "https://other"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"role": "root"},
        {"role": ["admin"]},
        {"role": None},
        {"sub": ""},
        {"sub": None},
        {"exp": "soon"},
    ],
    ids=str,
)
def test_what_is_not_right_is_not_believed(claims: dict[str, object]) -> None:
    with pytest.raises(BadTokenError):
        trusting("EdDSA").actor(token(**claims), EPOCH, None)


def test_clocks_may_differ_a_little_and_the_clock_is_ours() -> None:
    tokens = trusting("EdDSA")
    assert tokens.actor(token(exp=NOW - 29), EPOCH, None).name == "ada"
    with pytest.raises(BadTokenError):
        tokens.actor(token(), EPOCH + dt.timedelta(days=1), None)


def test_the_token_does_not_choose_its_algorithm() -> None:
    def encoded(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    part, none = encoded(json.dumps(CLAIMS).encode()), encoded(b'{"alg":"none"}')
    # The public key, which everybody has, as the secret of HS256.
    signed = f"{encoded(json.dumps({'alg': 'HS256'}).encode())}.{part}"
    proof = hmac.new(WRITTEN["EdDSA"].encode(), signed.encode(), hashlib.sha256).digest()
    confused = f"{signed}.{encoded(proof)}"
    foreign = jwt.encode({"alg": "EdDSA"}, CLAIMS, OKPKey.generate_key("Ed25519"), algorithms=["EdDSA"])
    for wrong in (f"{none}.{part}.", confused, foreign, token()[:-4], "a.b.c", "..", "x" * 9_000 + ".."):
        with pytest.raises(BadTokenError) as raised:
            trusting("EdDSA").actor(wrong, EPOCH, None)
        assert "ada" not in str(raised.value)


def test_a_set_of_keys_serves_while_one_replaces_another() -> None:
    old, new = OKPKey.generate_key("Ed25519", {"kid": "1"}), OKPKey.generate_key("Ed25519", {"kid": "2"})
    text = json.dumps(KeySet([old, new]).as_dict(private=False))
    tokens = dataclasses.replace(trusting("EdDSA"), keys=keys_of(text, ("EdDSA",)))
    for key in (old, new):
        made = jwt.encode({"alg": "EdDSA", "kid": key.kid}, CLAIMS, key, algorithms=["EdDSA"])
        assert tokens.actor(made, EPOCH, None).name == "ada"


@pytest.mark.parametrize("text", ["", "nonsense", "{", '{"keys": 5}', '{"kty": "none"}', "-----BEGIN X-----"])
def test_a_key_that_is_none_is_a_mistake_of_the_configuration(text: str) -> None:
    with pytest.raises(BadTokenKeyError):
        keys_of(text, ("EdDSA",))
