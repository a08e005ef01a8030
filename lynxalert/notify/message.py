"""What is said: one frozen value, rendered once, stored as JSON with its delivery.

Not here: how it is rendered (`render`), and what each channel makes of it (`channels`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, TypeAlias

# Text, number, Boolean, nothing, or lists and objects of them: what `json.dumps` takes unchanged.
Plain: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to look further, or to do something. *kind*: alert | query | ack | mute | runbook; empty: any."""

    title: str
    url: str
    kind: str = ""

    def as_json(self) -> dict[str, Plain]:
        """What `Link(**…)` takes."""
        return {"title": self.title, "url": self.url, "kind": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said, rendered once when its delivery is queued; a retry sends the same.

    *subject* is what it is about (`High error rate — service=web`), *title* the same with its state in front,
    *text* the whole in plain words. *rich* is the text in the channel's markup, within its limit. *payload* is the
    rendered `body_template`, sent as it is. *state*: firing | resolved | nodata | flapping. *labels* are the
    by-fields, *result* the row, *rows* up to 100 of them. *sent_at* is T of the transition. *thread* is the receipt of
    the episode's first message there, known only when it is sent. Times are RFC 3339.
    *chart* is the address of its chart, *picture* the chart itself, a PNG drawn when it is sent: never stored.
    *unwritten*, while its texts are not written yet: what of the facts is needed for that, see `render.written`.
    Of a digest, *members* are what it tells, one by one, and *truncated* says how many more; *rows* are its alerts.
    """

    subject: str
    title: str
    text: str
    rich: str | None = None
    payload: str | None = None
    kind: str
    state: str
    severity: str
    episode: str
    delivery: str = ""
    alert: Mapping[str, Plain] = field(default_factory=dict)
    labels: Mapping[str, Plain] = field(default_factory=dict)
    result: Mapping[str, Plain] = field(default_factory=dict)
    rows: tuple[Mapping[str, Plain], ...] = ()
    evidence: tuple[Plain, ...] = ()
    links: tuple[Link, ...] = ()
    starts_at: str
    ends_at: str | None = None
    sent_at: str
    test: bool = False
    degraded: bool = False
    warnings: tuple[str, ...] = ()
    thread: str | None = None
    members: tuple[Mapping[str, Plain], ...] = ()
    truncated: int = 0
    chart: str | None = None
    picture: bytes | None = field(default=None, repr=False)
    unwritten: Mapping[str, Plain] | None = None

    @property
    def resolved(self) -> bool:
        """Whether this ends an episode."""
        return self.state == "resolved"

    @property
    def acknowledges(self) -> bool:
        """Whether it only says that somebody knows."""
        return self.kind == "acknowledged"

    @property
    def is_rich(self) -> bool:
        """Whether `body` is in the channel's markup; never after a refusal."""
        return self.rich is not None and not self.degraded

    @property
    def body(self) -> str:
        """The text to show: marked up where there is such a text, else plain."""
        return self.rich if self.rich is not None and not self.degraded else self.text

    @property
    def rest(self) -> str:
        """`body` without a first line that only says the title again, for places that show the title by itself."""
        head, _, rest = self.body.partition("\n")
        repeats = head == self.title or (head.endswith("…") and self.title.startswith(head[:-1]))
        return rest if repeats and rest else self.body

    @property
    def link(self) -> str | None:
        """Where to look first: at the alert, not at what its author wrote elsewhere."""
        return next((link.url for link in self.links if link.kind != "runbook"), None)

    def degrade(self, limit: int = 1000) -> Message:
        """The message for the one attempt after a refusal: plain, at most *limit* characters, no template."""
        text = self.text if len(self.text) <= limit else self.text[: limit - 1] + "…"
        return replace(
            self.without_chart(),
            text=text,
            payload=None,
            degraded=True,
            rows=self.rows[:1],
            evidence=(),
            members=(),
        )

    @property
    def is_illustrated(self) -> bool:
        """Whether a chart goes along, or its address."""
        return self.chart is not None or self.picture is not None

    def without_chart(self) -> Message:
        """The text alone."""
        return replace(self, chart=None, picture=None)

    def as_json(self) -> dict[str, Plain]:
        """A dictionary that JSON can hold; `from_json` is its inverse."""
        shallow = dict(zip(_STORED, _stored(self), strict=True))
        return {**shallow, "links": [link.as_json() for link in self.links]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Plain]) -> Message:
        """The message that `as_json` wrote."""
        known = dict(stored)
        known["links"] = tuple(Link(**link) for link in known["links"])
        for name in ("rows", "evidence", "warnings", "members"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


_STORED = tuple(each.name for each in fields(Message) if each.name != "picture")
_stored = attrgetter(*_STORED)
