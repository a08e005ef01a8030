"""Tokens of an identity provider against a whole daemon: every algorithm, every lie, and a key that replaces another."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import pathlib
from typing import Any

import pytest
from click.testing import CliRunner
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from lynxalert.cli import main
from tests.api.house import CONFIG, House, living
from tests.fakes import EPOCH

# RFC 9864 renames what providers still call EdDSA.
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
NOW = int(EPOCH.timestamp())
CLAIMS = {"sub": "ada", "role": "member", "exp": NOW + 60, "iss": "https://id", "aud": "lynxalert"}
LISTEN = 'listen = "127.0.0.1:0"\n'
TRUSTING = CONFIG.replace(
    LISTEN,
    LISTEN
    + """auth = "jwt"

[server.jwt]
key = {{ file = "issuer.jwks" }}
algorithms = ["EdDSA", "RS256", "HS256"]
issuer = "https://id"
audience = "lynxalert"
""",
)


def keys() -> dict[str, Any]:
    return {
        "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
        "RS256": RSAKey.generate_key(2048, {"kid": "rs"}),
        "HS256": OctKey.import_key("s" * 32, {"kid": "hs"}),
    }


def token(key: Any, algorithm: str = "EdDSA", **claims: object) -> str:
    found = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid}, found, key, algorithms=[algorithm])


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def write(folder: pathlib.Path, *known: Any) -> None:
    published = [each.as_dict(private=isinstance(each, OctKey)) for each in known]
    (folder / "issuer.jwks").write_text(json.dumps({"keys": published}))


async def asked(house: House, shown: str, path: str = "/api/v1/alerts") -> tuple[int, str]:
    answer = await house.ask("GET", path, headers={"Authorization": f"Bearer {shown}"})
    return answer.status, "" if answer.status < 400 else answer.error["code"]


async def test_tokens_open_what_their_role_opens_and_lies_open_nothing(tmp_path: pathlib.Path) -> None:
    known = keys()
    write(tmp_path, *known.values())
    async with living(tmp_path, TRUSTING) as house:
        for algorithm, key in known.items():
            assert await asked(house, token(key, algorithm)) == (200, ""), algorithm
        ed = known["EdDSA"]
        assert await asked(house, token(ed, role="ingest")) == (403, "FORBIDDEN")
        assert await asked(house, token(ed), "/api/v1/audit") == (403, "FORBIDDEN")
        assert await asked(house, token(ed, role="admin"), "/api/v1/audit") == (200, "")
        made = await house.ask(
            "POST",
            "/api/v1/silences",
            {"matchers": ["a=b"]},
            headers={"Authorization": f"Bearer {token(ed)}"},
        )
        assert made.data["who"] == "ada"
        public = json.dumps(known["RS256"].as_dict(private=False)).encode()
        part = encoded(json.dumps({**CLAIMS, "role": "admin"}).encode())
        signed = f"{encoded(json.dumps({'alg': 'HS256', 'kid': 'rs'}).encode())}.{part}"
        confused = f"{signed}.{encoded(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"
        none = encoded(json.dumps({"alg": "none"}).encode())
        lies = {
            "no algorithm": f"{none}.{part}.",
            "another algorithm's key": confused,
            "a foreign key": token(OKPKey.generate_key("Ed25519", {"kid": "ed"})),
            "expired": token(ed, exp=NOW - 31),
            "no end": token(ed, exp=None),
            "another audience": token(ed, aud="other"),
            "another issuer": token(ed, iss="https://evil"),
            "no role": token(ed, role=None),
        }
        for lie, shown in lies.items():
            assert await asked(house, shown) == (401, "INVALID_TOKEN"), lie


async def test_a_key_of_the_provider_is_replaced_by_a_reload(tmp_path: pathlib.Path) -> None:
    old, new = (OKPKey.generate_key("Ed25519", {"kid": kid}) for kid in ("1", "2"))
    write(tmp_path, old)
    async with living(tmp_path, TRUSTING) as house:

        async def reload(*known: Any) -> dict[str, Any]:
            write(tmp_path, *known)
            headers = {"Authorization": f"Bearer {token(known[-1], role='admin')}"}
            if (await asked(house, token(known[-1])))[0] != 200:
                headers = {"X-API-Key": str(house.first_key)}
            found: dict[str, Any] = (await house.ask("POST", "/api/v1/config/reload", headers=headers)).data
            return found

        assert await asked(house, token(new)) == (401, "INVALID_TOKEN")
        assert (await reload(old, new))["restart_needed_for"] == []
        assert [(await asked(house, token(key)))[0] for key in (old, new)] == [200, 200]
        await reload(new)
        assert [(await asked(house, token(key)))[0] for key in (old, new)] == [401, 200]


async def test_keys_are_made_listed_and_revoked_through_a_daemon(tmp_path: pathlib.Path, monkeypatch) -> None:
    async with living(tmp_path, CONFIG.replace("[server]", '[server]\nauth = "keys"')) as house:
        monkeypatch.setenv("LYNXALERT_KEY", str(house.first_key))

        async def run(*arguments: str) -> Any:
            command = ["keys", *arguments, "--server", house.url]
            return await asyncio.to_thread(CliRunner().invoke, main, command)

        made = await run("create", "web", "--role", "viewer", "--expires", "90d")
        assert made.exit_code == 0, made.output
        [text] = [
            line for line in made.output.splitlines() if line.startswith("lx_")
        ]  # the daemon's log is there too
        assert await asked(house, text) == (200, "")
        listed = await run("list")
        assert text.split("_")[1] in listed.output
        assert text not in listed.output
        assert (await run("revoke", text.split("_")[1])).exit_code == 0
        assert await asked(house, text) == (401, "INVALID_TOKEN")
        assert (await run("revoke", text.split("_")[1])).exit_code == 1
        monkeypatch.setenv("LYNXALERT_KEY", "lx_000000000000_" + "a" * 43)
        refused = await run("list")
        assert refused.exit_code != 0
        assert "Traceback" not in refused.output
        assert house.first_key not in refused.output
