"""Request → its signature for AWS, version 4. Pure: the instant is an argument.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from lynxalert.notify.fields import Secret


@dataclass(frozen=True, slots=True)
class Key:
    """Who signs, and for what part of AWS."""

    id: str
    secret: Secret
    region: str
    service: str
    session_token: Secret | None = None


def signed(
    key: Key, method: str, url: str, headers: Mapping[str, str], body: bytes, at: dt.datetime
) -> dict[str, str]:
    """*headers* and those that sign them, the address and *body*. `Host` is taken from *url*."""
    instant = at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    parts = urlsplit(url)
    whole = {**headers, "X-Amz-Date": instant}
    if key.session_token is not None:
        whole["X-Amz-Security-Token"] = key.session_token.value
    named = {name.lower(): " ".join(text.split()) for name, text in {**whole, "Host": parts.netloc}.items()}
    names = ";".join(sorted(named))
    query = sorted((quote(name, safe="~"), quote(text, safe="~")) for name, text in _pairs(parts.query))
    canonical = "\n".join(
        [
            method,
            quote(parts.path or "/", safe="/~"),
            "&".join(f"{name}={text}" for name, text in query),
            *(f"{name}:{named[name]}" for name in sorted(named)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{instant[:8]}/{key.region}/{key.service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{instant}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = _hmac(_signing_key(key, instant[:8]), text).hex()
    credential = f"AWS4-HMAC-SHA256 Credential={key.id}/{scope}"
    return {**whole, "Authorization": f"{credential}, SignedHeaders={names}, Signature={signature}"}


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _signing_key(key: Key, day: str) -> bytes:
    made = f"AWS4{key.secret.value}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        made = _hmac(made, part)
    return made


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
