"""Message → one request to somebody's own endpoint: what `webhook` and `generic_http` share.

Identifies and, with a secret, signs each request as Standard Webhooks asks:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from lynxalert.notify.answers import decode, encode
from lynxalert.notify.fields import Secret, Url
from lynxalert.notify.http import Http
from lynxalert.notify.message import Message
from lynxalert.notify.model import Receipt
from lynxalert.notify.payload import default_body


async def call(
    message: Message,
    http: Http,
    *,
    method: str,
    url: Url,
    headers: Mapping[str, str],
    secret: Secret | None = None,
) -> Receipt:
    """Send the rendered template, or the default body. `webhook-id` is the same on every retry.

    Raises:
        DeliveryError: the endpoint did not answer with 2xx.
    """
    if message.payload is None:
        body, kind = encode(default_body(message)), "application/json"
    else:
        body = message.payload.encode("utf-8", "replace")
        kind = "text/plain; charset=utf-8" if decode(body) is None else "application/json"
    seconds = str(int(http.clock.now().timestamp()))
    sent = {
        "Content-Type": kind,
        "Idempotency-Key": message.delivery,
        "webhook-id": message.delivery,
        "webhook-timestamp": seconds,
    }
    if secret is not None:
        sent["webhook-signature"] = signature(secret, message.delivery, seconds, body)
    own = {name.lower() for name in headers}
    sent = {name: text for name, text in sent.items() if name.lower() not in own}
    await http.request(method, url, body=body, headers={**sent, **headers})
    return Receipt(message.delivery)


def signature(secret: Secret, identity: str, seconds: str, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body`, keyed by a `whsec_` secret or by the text itself."""
    signed = hmac.new(_key(secret.value), f"{identity}.{seconds}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return secret.encode()
