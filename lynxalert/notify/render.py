"""Occasion and channel → message: its own templates where it has some, else the default text. Pure.

Rendered once: when a delivery is queued, or, of a crowd that a digest will tell of, before the first attempt. A template that fails never costs a message: the default text goes out,
with the mistake in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lynxalert.alerts.model import Kind, Phase
from lynxalert.clock import rfc3339
from lynxalert.notify.answers import decode
from lynxalert.notify.channel import Channel
from lynxalert.notify.facts import Occasion, facts_of
from lynxalert.notify.layout import ROOMS, Line, Piece, Room, lines, subject, title, write
from lynxalert.notify.markup import JSON, PLAIN, Markup, cut, one_line
from lynxalert.notify.message import Message, Plain
from lynxalert.notify.templates import TemplateError, render

LONGEST_IN_TITLE = 120  # characters of a value
_UNTOLD = (
    "heading",
    "instance",
    "episode",
    "transition",
)  # the facts that a message does not hold under its own names


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a message says in words: plain, in the channel's markup, as a body; and what went wrong on the way."""

    plain: str
    rich: str | None
    payload: str | None
    notes: tuple[str, ...]


def compose(
    occasion: Occasion,
    channel: Channel | None = None,
    delivery: str = "",
    alert: Mapping[str, Plain] | None = None,
) -> Message:
    """The message that tells *occasion* on *channel* (None: plain). *delivery* is the id of its delivery.

    *alert* are the `alert_facts` of its alert, where they are known.
    """
    return written(outlined(occasion, channel, delivery, alert), channel)


def outlined(
    occasion: Occasion,
    channel: Channel | None = None,
    delivery: str = "",
    alert: Mapping[str, Plain] | None = None,
) -> Message:
    """The message that `compose` makes, its texts not written yet: its title stands in their place."""
    chart = next((link.url for link in occasion.links if link.kind == "chart"), None)
    if chart is not None:
        occasion = replace(occasion, links=tuple(link for link in occasion.links if link.kind != "chart"))
    facts, notes = facts_of(occasion, alert), list[str]()
    facts["heading"] = _heading(occasion, channel, facts, notes)
    transition, said = occasion.transition, title(facts)
    return Message(
        subject=subject(facts),
        title=said,
        text=said,
        kind=str(transition.kind),
        state=_state(transition.kind, transition.phase),
        severity=severity(occasion),
        episode=transition.episode,
        delivery=delivery,
        alert=facts["alert"],
        labels=facts["instance"]["labels"],
        result=facts["result"],
        rows=tuple(facts["rows"]),
        evidence=tuple(facts["evidence"]),
        links=occasion.links,
        starts_at=rfc3339(transition.started),
        ends_at=rfc3339(transition.at) if transition.is_end else None,
        sent_at=rfc3339(transition.at),
        test=occasion.test,
        warnings=tuple(notes),
        chart=chart,
        unwritten={"templates": dict(occasion.alert.templates)} | {name: facts[name] for name in _UNTOLD},
    )


def written(message: Message, channel: Channel | None) -> Message:
    """*message* with its texts for *channel*; one that has them stays as it is."""
    if message.unwritten is None:
        return message
    facts = _facts(message, message.unwritten)
    texts = _texts(facts, channel, message.unwritten["templates"], list(message.warnings))
    return replace(
        message,
        text=texts.plain,
        rich=texts.rich,
        payload=texts.payload,
        warnings=texts.notes,
        unwritten=None,
    )


def default_text(facts: Mapping[str, Plain], markup: Markup, note: str = "") -> str:
    """The default text in *markup*, as much of the data as fits."""
    extra: list[Line] = [(Piece(note),)] if note else []
    texts = (write([*lines(facts, room, styled=markup.styled), *extra], markup) for room in ROOMS)
    shortest = markup.escape(title(facts, 80))
    return markup.shortest(texts) or shortest


def templated(source: str, markup: Markup, facts: Mapping[str, Plain]) -> str:
    """*source* rendered in *markup*, with shorter values and fewer rows until it fits.

    Raises:
        TemplateError: it fails, or does not fit with hardly any data.
    """
    mark = markup.escape("[TEST] ") if facts["test"] else ""
    first = mark + render(source, markup, facts).text
    shrunk = (mark + _within(source, markup, facts, room) for room in ROOMS)
    text = first if markup.fits(first) else markup.shortest(shrunk)
    return default_text(facts, markup) if text is None or not text.strip() else text


def escaped(text: str, markup: Markup) -> str:
    """A plain *text* in *markup*, cut where it is too long before it is escaped."""
    texts = (markup.escape(cut(text, length)) for length in (len(text), 3000, 1500, 700, 300))
    return markup.shortest(texts) or ""


def templates_of(
    channel: Channel | None, shared: Mapping[str, str], *, is_end: bool
) -> tuple[str | None, str | None]:
    """The template of the text: the channel's own, in its markup, and that of the alert's *shared*, which is plain."""
    kinds = ("resolved", "message") if is_end else ("message",)
    own = [getattr(channel, f"{kind}_template", None) for kind in kinds]
    return next(filter(None, own), None), next(filter(None, map(shared.get, kinds)), None)


def payload_markup(template: str, headers: Mapping[str, str]) -> Markup:
    """How values are written in a `body_template`: for JSON when it looks like JSON or its header says so."""
    kinds = [text for name, text in headers.items() if name.lower() == "content-type"]
    if kinds:
        return JSON if "json" in kinds[0].lower() else PLAIN
    return JSON if template.lstrip()[:1] in ("{", "[") else PLAIN


def severity(occasion: Occasion) -> str:
    """The tier reached, where tiers are named for severities; else the alert's severity."""
    tier = {"crit": "critical", "warn": "warning"}.get(
        occasion.transition.tier or "", occasion.transition.tier
    )
    return tier if tier in ("critical", "error", "warning", "info") else occasion.alert.severity


def _heading(
    occasion: Occasion, channel: Channel | None, facts: Mapping[str, Plain], notes: list[str]
) -> str | None:
    """What stands in place of the title: the channel's own template, else the alert's; None: neither has one."""
    source = getattr(channel, "title_template", None) or occasion.alert.templates.get("title")
    if not source:
        return None
    try:
        return one_line(render(source, PLAIN, facts, LONGEST_IN_TITLE).text) or None
    except TemplateError as error:
        notes.append(f"The title template failed, this is the default title: {error}")
        return None


def _facts(message: Message, untold: Mapping[str, Plain]) -> dict[str, Plain]:
    """What `facts_of` said of the occasion that *message* tells."""
    return {
        "alert": message.alert,
        "result": message.result,
        "rows": list(message.rows),
        "evidence": list(message.evidence),
        "links": [link.as_json() for link in message.links],
        "timestamp": message.sent_at,
        "test": message.test,
        **{name: untold[name] for name in _UNTOLD},
    }


def _texts(
    facts: Mapping[str, Plain], channel: Channel | None, templates: Mapping[str, str], notes: list[str]
) -> _Texts:
    markup = channel.markup if channel else PLAIN
    plain, rich = default_text(facts, PLAIN), None
    try:
        is_end = facts["transition"]["kind"] == "resolved"
        own, shared = templates_of(channel, templates, is_end=is_end)
        if own:
            rich = templated(own, markup, facts)
        elif shared:
            plain = templated(shared, PLAIN, facts)
            rich = escaped(plain, markup)
    except TemplateError as error:
        notes.append(f"The message template failed, this is the default text: {error}")
    payload = _payload(channel, facts, notes)
    shown = {**facts, "links": _in_text(channel, facts["links"])}
    for note in notes:
        plain = cut(plain, PLAIN.limit - 600) + f"\n{cut(note, 500)}"
        rich = default_text(shown, markup, cut(note, 500))
    if markup is PLAIN:
        rich = None
    elif rich is None:
        rich = default_text(shown, markup)
    return _Texts(plain, rich, payload, tuple(notes))


def _in_text(channel: Channel | None, links: Sequence[Mapping[str, Plain]]) -> list[Mapping[str, Plain]]:
    """Those of *links* that *channel* has in its text; the others are buttons, or too much."""
    wanted = None if channel is None else channel.link_kinds
    return [link for link in links if wanted is None or link["kind"] in wanted]


def _payload(channel: Channel | None, facts: Mapping[str, Plain], notes: list[str]) -> str | None:
    source = getattr(channel, "body_template", None)
    if not source:
        return None
    markup = payload_markup(source, getattr(channel, "headers", {}))
    try:
        body = render(source, markup, facts).text
    except TemplateError as error:
        notes.append(f"The body template failed, this is the default body: {error}")
        return None
    if markup is JSON and decode(body.encode("utf-8", "replace")) is None and body.strip() != "null":
        notes.append("The body template did not give valid JSON, this is the default body.")
        return None
    return body


def _within(source: str, markup: Markup, facts: Mapping[str, Plain], room: Room) -> str:
    fewer = {**facts, "rows": facts["rows"][: room.rows], "evidence": facts["evidence"][: room.events]}
    return render(source, markup, fewer, room.value).text


def _state(kind: Kind, phase: Phase) -> str:
    if kind is Kind.RESOLVED:
        return "resolved"
    if kind is Kind.FLAPPING:
        return "flapping"
    return "nodata" if phase is Phase.NODATA else "firing"
