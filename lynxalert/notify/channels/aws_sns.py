"""Message → an Amazon SNS topic or a phone: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from lynxalert.notify import kit, sigv4
from lynxalert.notify.kit import Http, Markup, Message, Receipt, Secret, Template, Url

BUSY = frozenset({"Throttling", "ThrottledException", "Throttled", "ThrottlingException"})


@kit.channel
@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSns(kit.Web):
    """An SNS topic, or a phone number that SNS sends a short message to. Keys are given here, never asked of EC2."""

    kind: ClassVar[str] = "aws_sns"
    identity: ClassVar[tuple[str, ...]] = ("region", "access_key_id", "topic_arn", "phone_number")
    link_kinds: ClassVar[tuple[str, ...] | None] = ("alert", "ack")

    region: str
    access_key_id: str
    secret_access_key: Secret
    session_token: Secret | None = None
    topic_arn: str | None = None
    phone_number: str | None = None
    message_template: Template | None = None
    resolved_template: Template | None = None
    title_template: Template | None = None
    api_url: Url | None = None

    @property
    def markup(self) -> Markup:
        limit = 10_000 if self.phone_number is None else 1500
        return replace(kit.PLAIN, name="sns", limit=limit, size=kit.octets)

    def objections(self) -> Sequence[tuple[str, str]]:
        wrong = (
            [] if re.fullmatch("[a-z0-9-]+", self.region) else [("region", "must be such as eu-central-1")]
        )
        if (self.topic_arn is None) is (self.phone_number is None):
            return [*wrong, ("topic_arn", "or phone_number is required for type 'aws_sns', and not both")]
        return wrong

    async def send(self, message: Message, http: Http) -> Receipt:
        fields = {"Action": "Publish", "Message": message.body}
        if self.phone_number is not None:
            return await self._call({**fields, "PhoneNumber": self.phone_number}, http)
        fields |= {"TopicArn": self.topic_arn or "", "Subject": _subject(message.title)}
        for number, name in enumerate(("state", "severity", "kind", "episode"), 1):
            entry = f"MessageAttributes.entry.{number}"
            fields |= {f"{entry}.Name": name, f"{entry}.Value.DataType": "String"}
            fields |= {f"{entry}.Value.StringValue": str(getattr(message, name))}
        if fields["TopicArn"].endswith(".fifo"):
            fields |= {"MessageGroupId": message.episode, "MessageDeduplicationId": message.delivery}
        return await self._call(fields, http)

    async def probe(self, http: Http) -> kit.ProbeReport:
        ask = {"Action": "GetTopicAttributes", "TopicArn": self.topic_arn or ""}
        if self.topic_arn is None:
            ask = {"Action": "GetSMSAttributes"}
        await self._call(ask, http)
        return kit.ProbeReport(kit.Level.TARGET, "reachable", "the key may ask about it")

    async def _call(self, fields: dict[str, str], http: Http) -> Receipt:
        url = self.api_url.value if self.api_url else f"https://sns.{self.region}.amazonaws.com/"
        body = urlencode({**fields, "Version": "2010-03-31"}, errors="replace").encode()
        key = sigv4.Key(self.access_key_id, self.secret_access_key, self.region, "sns", self.session_token)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        headers = sigv4.signed(key, "POST", url, kind, body, http.clock.now())
        try:
            answer = await http.request("POST", url, body=body, headers=headers)
        except kit.DeliveryError as error:
            if isinstance(error.body, dict) and error.body.get("code") in BUSY:
                raise http.failure(429, str(error.body.get("message"))) from None
            raise
        found = re.search("<MessageId>([^<]+)", answer.text)
        return Receipt(found[1] if found else None)


def _subject(title: str) -> str:
    """At most 100 printable ASCII characters that begin with none of the blanks."""
    return "".join(one if " " <= one <= "~" else "?" for one in title)[:100].strip() or "LynxAlert"
