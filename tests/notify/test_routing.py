"""What is owed to whom: the pair rule, overlays, cooldown, repeats, and what is released later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from lynxalert.alerts.model import Alert, ChannelSpec, Kind, Policy, Reason, Transition
from lynxalert.notify.model import Overlay, Quiet, Start, Status, Target
from lynxalert.notify.queueing import queue, situation_of, target_of
from lynxalert.notify.routing import Situation, lift, release, route
from tests.notify.occasions import MINUTE, T, alert, occasion, transition

HOUR = 60 * MINUTE
CHAT = ChannelSpec(type="telegram", name="chat", config={"bot_token": "1:x", "chat_id": 7})
PAGER = ChannelSpec(type="pagerduty", name="pager", config={"routing_key": "R"})
HOOK = ChannelSpec(type="webhook", name="hook", config={"url": "http://x/y"}, send_resolved=False)
EPISODE = "e" * 24


def target(spec: ChannelSpec) -> Target:
    found = target_of(spec)
    assert found is not None
    return found


def start(spec: ChannelSpec, status: Status = Status.DELIVERED, **changes: Any) -> Start:
    fields = {"key": "{}", "episode": EPISODE, "target": target(spec), "status": status, **changes}
    return Start(**fields)


def situation(*specs: ChannelSpec, definition: Alert | None = None, **changes: Any) -> Situation:
    moment = changes.pop("now", T)
    return situation_of(definition or alert(*specs), moment, **changes)


def decided(transitions: Transition | list[Transition], circumstances: Situation) -> list[str]:
    several = transitions if isinstance(transitions, list) else [transitions]
    lines = []
    for one in route(several, circumstances):
        words = [str(one.transition.kind), one.target.name, str(one.status)]
        if one.reason:
            words.append(str(one.reason))
        if one.due_at != circumstances.now:
            words.append("held" if one.due_at is None else f"until +{(one.due_at - T) // MINUTE}m")
        lines.append(" ".join(words))
    return lines


def test_a_start_goes_to_every_channel() -> None:
    assert decided(transition(), situation(CHAT, PAGER)) == ["fired chat queued", "fired pager queued"]


def test_no_channels_no_deliveries() -> None:
    assert decided(transition(), situation()) == []
    assert decided(transition(Kind.RESOLVED), situation()) == []


def test_a_disabled_channel_hears_nothing_new() -> None:
    off = replace(CHAT, enabled=False)
    assert decided(transition(), situation(off)) == ["fired chat suppressed channel_disabled held"]


def test_a_channel_without_its_fields_fails_at_once() -> None:
    bare = ChannelSpec(type="webhook", name="vox")
    both = [transition(), transition(Kind.RESOLVED, 2)]
    assert decided(both, situation(bare)) == [
        "fired vox failed unconfigured held",
        "resolved vox suppressed start_not_accepted held",
    ]


def test_the_same_channel_twice_is_one() -> None:
    assert decided(transition(), situation(CHAT, CHAT)) == ["fired chat queued"]


@pytest.mark.parametrize(
    "status", [Status.DELIVERED, Status.QUEUED, Status.LEASED, Status.RETRYING, Status.COLLAPSED]
)
def test_an_end_follows_a_start_that_arrived_or_may_arrive(status: Status) -> None:
    circumstances = situation(CHAT, starts=[start(CHAT, status)])
    assert decided(transition(Kind.RESOLVED, 2), circumstances) == ["resolved chat queued"]


@pytest.mark.parametrize("status", [Status.FAILED, Status.SUPPRESSED])
def test_an_end_without_a_start_is_not_sent(status: Status) -> None:
    circumstances = situation(CHAT, starts=[start(CHAT, status)])
    assert decided(transition(Kind.RESOLVED, 2), circumstances) == [
        "resolved chat suppressed start_not_accepted held"
    ]


def test_a_channel_that_never_heard_of_it_is_left_out() -> None:
    assert decided(transition(Kind.RESOLVED, 2), situation(CHAT, starts=[start(PAGER)])) == [
        "resolved pager queued"
    ]


def test_a_removed_or_disabled_channel_still_gets_its_end() -> None:
    end = transition(Kind.RESOLVED, 2, reason=Reason.UPDATED)
    assert decided(end, situation(starts=[start(CHAT)])) == ["resolved chat queued"]
    assert decided(end, situation(replace(CHAT, enabled=False), starts=[start(CHAT)])) == [
        "resolved chat queued"
    ]


def test_other_episodes_do_not_count() -> None:
    earlier = start(CHAT, episode="another")
    assert decided(transition(Kind.RESOLVED, 2), situation(CHAT, starts=[earlier])) == []


def test_ends_can_be_unwanted() -> None:
    assert decided(transition(Kind.RESOLVED, 2), situation(HOOK, starts=[start(HOOK)])) == [
        "resolved hook suppressed send_resolved_off held"
    ]


def test_start_and_end_in_one_call() -> None:
    both = [transition(), transition(Kind.RESOLVED, 2, at=T + MINUTE)]
    assert decided(both, situation(CHAT)) == ["fired chat queued", "resolved chat queued"]


@pytest.mark.parametrize("reason", ["muted", "silenced", "off_schedule", "inhibited"])
def test_silences_suppress_starts_and_hold_the_ends_of_chats(reason: str) -> None:
    overlay = Overlay(Quiet(reason), T + HOUR)
    assert decided(transition(), situation(CHAT, PAGER, overlays=[overlay])) == [
        f"fired chat suppressed {reason} until +60m",
        f"fired pager suppressed {reason} until +60m",
    ]
    told = [start(CHAT), start(PAGER)]
    assert decided(transition(Kind.RESOLVED, 2), situation(CHAT, PAGER, overlays=[overlay], starts=told)) == [
        f"resolved chat queued {reason} until +60m",
        "resolved pager queued",
    ]


def test_a_mute_without_end_holds_until_released() -> None:
    mute = Overlay(Quiet.MUTED)
    circumstances = situation(CHAT, overlays=[mute, Overlay(Quiet.SILENCED, T + HOUR)], starts=[start(CHAT)])
    assert decided(transition(Kind.RESOLVED, 2), circumstances) == ["resolved chat queued muted held"]
    deleted = transition(Kind.RESOLVED, 2, reason=Reason.DELETED)
    assert decided(deleted, circumstances) == ["resolved chat queued"]


def test_overlays_of_one_instance() -> None:
    quiet = {'{"host": "a"}': [Overlay(Quiet.SILENCED, T + HOUR)]}
    two = [transition(labels={"host": "a"}), transition(labels={"host": "b"}, episode="f" * 24)]
    assert decided(two, situation(CHAT, by_key=quiet)) == [
        "fired chat suppressed silenced until +60m",
        "fired chat queued",
    ]


def test_flapping_holds_everything_but_its_own_message() -> None:
    held = [transition(held=True), transition(Kind.FLAPPING, 2), transition(Kind.RESOLVED, 3, held=True)]
    assert decided(held, situation(CHAT)) == [
        "fired chat suppressed flapping held",
        "flapping chat queued",
        "resolved chat suppressed flapping held",
    ]
    settled = transition(Kind.RESOLVED, 4, reason=Reason.SETTLED)
    assert decided(settled, situation(CHAT, starts=[start(CHAT)])) == ["resolved chat queued"]


def test_repeats() -> None:
    again = transition(Kind.REPEATED, 2)
    assert decided(again, situation(CHAT, starts=[start(CHAT)])) == ["repeated chat queued"]
    assert decided(again, situation(CHAT, starts=[start(CHAT, Status.RETRYING)])) == [
        "repeated chat suppressed start_waiting held"
    ]
    acked = situation(CHAT, starts=[start(CHAT)], overlays=[Overlay(Quiet.ACKED)])
    assert decided(again, acked) == ["repeated chat suppressed acked held"]
    assert decided(transition(Kind.CHANGED, 3), acked) == ["changed chat queued"]


def test_after_a_mute_the_next_transition_opens_the_episode() -> None:
    circumstances = situation(CHAT, starts=[start(CHAT, Status.SUPPRESSED)])
    assert decided(transition(Kind.REPEATED, 2), circumstances) == ["repeated chat queued"]


COOL = alert(CHAT, PAGER, policy=Policy(cooldown=HOUR))


def test_cooldown_counts_from_the_last_accepted_start_per_target_and_instance() -> None:
    before = start(CHAT, episode="earlier", accepted_at=T - 30 * MINUTE)
    assert decided(transition(), situation(definition=COOL, starts=[before])) == [
        "fired chat suppressed cooldown until +30m",
        "fired pager queued",
    ]
    other_key = replace(before, key='{"host": "a"}')
    assert decided(transition(), situation(definition=COOL, starts=[other_key]))[0] == "fired chat queued"
    assert decided(transition(), situation(definition=COOL, starts=[before], now=T + 30 * MINUTE))[0] == (
        "fired chat queued"
    )


def test_a_start_in_cooldown_whose_episode_ends_is_never_told() -> None:
    before = start(CHAT, episode="earlier", accepted_at=T)
    both = [transition(), transition(Kind.RESOLVED, 2)]
    assert decided(both, situation(CHAT, definition=replace(COOL, channels=(CHAT,)), starts=[before])) == [
        "fired chat suppressed cooldown until +60m",
        "resolved chat suppressed start_not_accepted held",
    ]


def suppressed(*kinds: Kind) -> tuple[Any, ...]:
    mute = situation(CHAT, overlays=[Overlay(Quiet.MUTED, T + HOUR)])
    told = [occasion(kind, sequence=number) for number, kind in enumerate(kinds, 1)]
    return queue(told, mute)


def shown(deliveries: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [(one.kind, one.status, one.reason, one.due_at) for one in deliveries]


def test_what_still_fires_when_a_mute_ends_is_sent_once_and_as_it_is_now() -> None:
    waiting = suppressed(Kind.FIRED, Kind.CHANGED)
    later = situation(CHAT, now=T + HOUR)
    assert shown(release(waiting, later)) == [
        (Kind.CHANGED, Status.QUEUED, None, T + HOUR),
        (Kind.FIRED, Status.SUPPRESSED, Quiet.MUTED, None),
    ]
    assert release(waiting, later)[0].created_at == T + HOUR, "it is tried for as long as what is new"


def test_release_thinks_again_about_every_reason() -> None:
    waiting = suppressed(Kind.FIRED)
    silence = Overlay(Quiet.SILENCED, T + 2 * HOUR)
    assert shown(release(waiting, situation(CHAT, now=T + HOUR, overlays=[silence]))) == [
        (Kind.FIRED, Status.SUPPRESSED, Quiet.SILENCED, T + 2 * HOUR)
    ]
    before = start(CHAT, episode="earlier", accepted_at=T + 30 * MINUTE)
    cool = situation(definition=COOL, now=T + HOUR, starts=[before])
    assert shown(release(waiting, cool)) == [(Kind.FIRED, Status.SUPPRESSED, Quiet.COOLDOWN, T + 90 * MINUTE)]
    told = situation(CHAT, now=T + HOUR, starts=[replace(start(CHAT), told=1)])
    assert shown(release(waiting, told)) == [(Kind.FIRED, Status.SUPPRESSED, Quiet.MUTED, None)]


def test_release_tells_changes_of_what_was_told_and_repeats_nothing() -> None:
    waiting = suppressed(Kind.FIRED, Kind.CHANGED, Kind.REPEATED)
    told = situation(CHAT, now=T + HOUR, starts=[replace(start(CHAT), told=1)])
    assert shown(release(waiting, told)) == [
        (Kind.REPEATED, Status.SUPPRESSED, Quiet.MUTED, None),
        (Kind.CHANGED, Status.QUEUED, None, T + HOUR),
        (Kind.FIRED, Status.SUPPRESSED, Quiet.MUTED, None),
    ]
    later = situation(CHAT, now=T + HOUR, starts=[replace(start(CHAT), told=4)])
    assert {status for _, status, _, _ in shown(release(waiting, later))} == {Status.SUPPRESSED}


@pytest.mark.parametrize("still_firing", [True, False])
def test_an_unmute_by_hand(still_firing: bool) -> None:  # noqa: FBT001 - the case
    (begun,) = suppressed(Kind.FIRED)
    held = replace(begun, kind=Kind.RESOLVED, status=Status.QUEUED, sequence=2)
    changed = lift([begun, held], T + MINUTE, tell_still_firing=still_firing)
    due = T + MINUTE if still_firing else None
    assert shown(changed) == [
        (Kind.FIRED, Status.SUPPRESSED, Quiet.MUTED, due),
        (Kind.RESOLVED, Status.QUEUED, Quiet.MUTED, T + MINUTE),
    ]
    kept = lift([begun], T + MINUTE, tell_still_firing=still_firing, covered={begun.id})
    assert shown(kept) == [(Kind.FIRED, Status.SUPPRESSED, Quiet.MUTED, T + MINUTE)]


def test_a_held_end_is_thought_of_again_like_a_start() -> None:
    (begun,) = suppressed(Kind.FIRED)
    held = replace(begun, kind=Kind.RESOLVED, status=Status.QUEUED, sequence=2, due_at=T + HOUR)
    free = situation(CHAT, now=T + HOUR)
    assert shown(release([held], free)) == [(Kind.RESOLVED, Status.QUEUED, None, T + HOUR)]
    silence = Overlay(Quiet.SILENCED, T + 2 * HOUR)
    longer = situation(CHAT, now=T + HOUR, overlays=[silence])
    assert shown(release([held], longer)) == [(Kind.RESOLVED, Status.QUEUED, Quiet.SILENCED, T + 2 * HOUR)]


def test_deliveries_are_the_same_after_a_crash() -> None:
    first = queue([occasion()], situation(CHAT, PAGER))
    second = queue([occasion()], situation(CHAT, PAGER))
    assert first == second
    assert len({one.id for one in first}) == 2
    assert all(one.message.delivery == one.id for one in first)


def test_a_removed_channel_is_written_in_its_own_markup() -> None:
    gone = start(CHAT, channel=CHAT)
    (end,) = queue([occasion(Kind.RESOLVED, sequence=2)], situation(starts=[gone]))
    assert end.message.rich is not None
    assert end.message.rich.startswith("🟢 <b>RESOLVED")


def test_a_delivery_shows_as_json() -> None:
    (delivery,) = queue([occasion()], situation(CHAT))
    shown = delivery.as_json()
    assert shown["created_at"] == "2026-02-14T13:25:00Z"
    assert shown["target"]["name"] == "chat"
    assert dt.datetime.fromisoformat(shown["due_at"]) == T
