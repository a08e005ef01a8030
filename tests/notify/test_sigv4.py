"""Signatures of AWS against the vectors that AWS publishes."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from lynxalert.notify.fields import Secret
from lynxalert.notify.model import DeliveryError, Failure
from lynxalert.notify.render import compose
from lynxalert.notify.sending import send
from lynxalert.notify.sigv4 import Key, signed
from tests.notify.occasions import configs, made, occasion
from tests.notify.provider import Answer, client, serving

AT = dt.datetime(2015, 8, 30, 12, 36, tzinfo=dt.UTC)
SECRET = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
PLACE = "https://example.amazonaws.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "signature"),
    [
        ("GET", f"{PLACE}/", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", f"{PLACE}/", {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", f"{PLACE}/?Param2=value2&Param1=value1", {}, b"", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("GET", f"{PLACE}/?\u1234=bar", {}, b"", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        ("GET", f"{PLACE}/\u1234", {}, b"", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        ("POST", f"{PLACE}/", FORM, b"Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ],
)  # fmt: skip
def test_published_vectors(
    method: str, url: str, headers: dict[str, str], body: bytes, signature: str
) -> None:
    key = Key("AKIDEXAMPLE", SECRET, "us-east-1", "service")
    made = signed(key, method, url, headers, body, AT)
    assert made["Authorization"].endswith(f"Signature={signature}")


def test_a_temporary_key_signs_its_token() -> None:
    key = Key("AKIDEXAMPLE", SECRET, "us-east-1", "service", Secret("token"))
    made = signed(key, "GET", f"{PLACE}/", {}, b"", AT)
    assert made["X-Amz-Security-Token"] == "token"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in made["Authorization"]


async def test_what_arrives_is_what_was_signed() -> None:
    async with serving() as provider, client() as http:
        channel = made("aws_sns", **configs(provider.url)["aws_sns"])
        await send(channel, compose(occasion(), channel, "dlv_1"), http)
        (request,) = provider.requests
        key = Key("AKIDEXAMPLE", Secret("CANARY-aws-secret"), "eu-central-1", "sns")
        again = signed(key, "POST", f"{provider.url}/", FORM, request.text.encode(), http.clock.now())
        assert re.search("Signature=[0-9a-f]{64}$", request.headers["Authorization"])
        assert request.headers["Authorization"] == again["Authorization"]


@pytest.mark.parametrize(
    ("code", "status", "reason", "detail"),
    [
        ("Throttling", 400, Failure.THROTTLED, "HTTP 429: Rate &lt;exceeded&gt;"),
        ("AuthorizationError", 403, Failure.UNAUTHORIZED, "HTTP 403: Rate &lt;exceeded&gt;"),
        ("InvalidParameter", 400, Failure.REJECTED, "HTTP 400: Rate &lt;exceeded&gt;"),
    ],
)
async def test_errors_of_aws(code: str, status: int, reason: Failure, detail: str) -> None:
    text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>Rate &lt;exceeded&gt;</Message></Error></ErrorResponse>"
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(status, text)
        channel = made("aws_sns", **configs(provider.url)["aws_sns"])
        with pytest.raises(DeliveryError) as raised:
            await send(channel, compose(occasion(), channel, "dlv_1"), http)
        assert (raised.value.reason, raised.value.detail) == (
            reason,
            detail.replace("&lt;", "<").replace("&gt;", ">"),
        )


async def test_the_id_of_a_message_is_its_receipt() -> None:
    async with serving() as provider, client() as http:
        provider.otherwise = Answer(
            200,
            "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>",
        )
        channel = made("aws_sns", **configs(provider.url)["aws_sns"])
        assert (await send(channel, compose(occasion(), channel), http)).provider_id == "m-1"
