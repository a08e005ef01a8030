"""Who is told what, when: the routing, the outbox and the sender of the page, slow and plain, sharing no code with them.

Time goes in instants; everything due at one instant is sent at that instant, in order. A provider answers at once: 200,
503 (tried again) or 404 (given up).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.proofs.machine import Told

SECOND = dt.timedelta(seconds=1)
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
WORDS = ("muted", "silenced", "off_schedule")


@dataclass(frozen=True)
class Place:
    """A channel: *group* is (wait, interval) in seconds."""

    name: str
    stateful: bool = False
    group: tuple[int, int] | None = None
    enabled: bool = True
    send_resolved: bool = True


@dataclass(frozen=True)
class Reason:
    """Why it is quiet, and until when; None: until somebody ends it."""

    word: str
    until: dt.datetime | None


@dataclass(eq=False)
class Entry:
    """One transition owed to one place, or kept from it. *resumes*: it goes out once nothing keeps it any more.

    While it waits, one reason may take the place of another; *reasons* are all that held at some tick.
    """

    told: Told
    number: int
    state: str  # owed, told, collapsed, suppressed, failed
    due: dt.datetime | None
    reason: str = ""
    reasons: set[str] = field(default_factory=set)
    resumes: bool = False
    group: str | None = None
    attempts: int = 0
    settled: dt.datetime | None = None
    digest: Digest | None = None


@dataclass(eq=False)
class Digest:
    """One message for many."""

    members: list[Entry]
    due: dt.datetime
    number: int
    attempts: int = 0


Episode = tuple[str, dt.datetime]  # host, first T


@dataclass(eq=False)
class Known:
    """What a place that rings until somebody knows is told of an acknowledgement, in no order with the rest."""

    episode: Episode
    made: dt.datetime
    due: dt.datetime
    number: int
    attempts: int = 0


@dataclass
class Account:
    """Everything of one place."""

    place: Place
    lanes: dict[Episode, list[Entry]] = field(default_factory=dict)
    digests: list[Digest] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)  # what is owed of acknowledgements
    group_told: dict[str, dt.datetime] = field(default_factory=dict)
    failures: int = 0
    opens: dt.datetime | None = None
    batches: bool = False  # since it is known that each message goes by itself

    def news(self, episode: Episode) -> list[Entry]:
        return [each for each in self.lanes.get(episode, []) if not each.told.is_end]

    def standing(self, episode: Episode) -> list[Entry]:
        return [each for each in self.news(episode) if each.state in ("owed", "told", "collapsed")]

    def stands(self, episode: Episode) -> bool:
        return bool(self.standing(episode))

    def accepted(self, episode: Episode) -> bool:
        return any(each.state in ("told", "collapsed") for each in self.news(episode))

    def owed(self, episode: Episode) -> list[Entry]:
        return [each for each in self.lanes[episode] if each.state == "owed"]


@dataclass
class Ledger:
    """All accounts; *attempts* are what providers saw: (place, what, answer)."""

    quiet: Callable[[str, dt.datetime], Reason | None]
    answer: Callable[[str], int]
    accounts: dict[str, Account]
    attempts: list[tuple[str, object, int]] = field(default_factory=list)
    numbers: int = 0
    acked: Callable[[Episode, dt.datetime], bool] = lambda episode, now: False

    # What happens

    def tell(
        self, told: Sequence[Told], places: Mapping[str, Place], cooldown: dt.timedelta, now: dt.datetime
    ) -> None:
        """Something happened to instances; it is owed, held or suppressed at each place."""
        begun = {(one.host, one.started) for one in told if one.sequence == 1}
        away = begun & {(one.host, one.started) for one in told if one.is_end and not one.held}
        together: dict[tuple[str, str], dt.datetime] = {}
        for one in told:
            episode = (one.host, one.started)
            for name in self.accounts if one.is_end else places:
                account = self.accounts[name]
                if one.is_end and not account.news(episode):
                    continue
                entry = self._entry(account, one, places.get(name), cooldown, now)
                account.lanes.setdefault(episode, []).append(entry)
                self._gather(account, entry, places.get(name), together, now)
                if (
                    episode in away
                    and entry.state == "owed"
                    and not entry.reason
                    and not account.place.stateful
                ):
                    entry.group, entry.due = "away", now + 5 * SECOND

    def ack(self, episode: Episode, now: dt.datetime) -> None:
        """Somebody knows of *episode*: who rings for it is told, once for each time that it is said."""
        for account in self.accounts.values():
            told = any(each.state == "told" for each in account.lanes.get(episode, []))
            said = any((each.episode, each.made) == (episode, now) for each in account.known)
            if account.place.stateful and told and not said:
                self.numbers += 1
                account.known.append(Known(episode, now, now, self.numbers))

    def release(
        self, sounding: Iterable[Episode], cooldown: dt.timedelta, now: dt.datetime, *, gone: bool = False
    ) -> None:
        """What was kept quiet and is so no longer goes out, if it is still true; ends in any case."""
        open_ = set(sounding)
        for account in self.accounts.values():
            for episode, lane in account.lanes.items():
                for entry in lane:
                    if entry.state == "owed" and entry.reason in WORDS:
                        self._resume_end(entry, now, gone=gone)
                self._resume_start(account, episode, lane, cooldown, now, still=episode in open_)

    def lift(self, now: dt.datetime, host: str | None, *, tell_still_firing: bool) -> None:
        """Somebody ended a mute or silence: what nothing else silences waits for the next transition, if so wished."""
        for account in self.accounts.values():
            for lane in account.lanes.values():
                for entry in lane:
                    if (
                        entry.state == "suppressed"
                        and entry.reason in ("muted", "silenced")
                        and host in (None, entry.told.host)
                    ):
                        quiet = self.quiet(entry.told.host, now)
                        by_another = quiet is not None and quiet.word in ("muted", "silenced")
                        entry.resumes = tell_still_firing or by_another

    def again(self, word: str) -> None:
        """A new reason of the same kind has taken the place of an old one, and will end as well."""
        for account in self.accounts.values():
            for lane in account.lanes.values():
                for entry in lane:
                    if entry.state == "suppressed" and entry.reason == word:
                        entry.resumes = True

    def drain(self, now: dt.datetime) -> None:
        """Every place is sent what is due."""
        for account in self.accounts.values():
            while self._serve(account, now):
                pass

    def next_wake(self, now: dt.datetime) -> dt.datetime:
        """When the sender has something to do next."""
        instants = [NEVER]
        for account in self.accounts.values():
            if account.opens is not None and account.opens > now:
                instants.append(account.opens)
            instants += [each.due for each in (*account.digests, *account.known) if each.due > now]
            for lane in account.lanes.values():
                owed = [each for each in lane if each.state == "owed" and each.reason not in WORDS]
                instants += [each.due for each in owed if each.due is not None and each.due > now]
        return min(instants)

    def restart(self) -> None:
        """The process is another one; the outbox is the same."""
        for account in self.accounts.values():
            account.failures, account.opens, account.batches = 0, None, False

    # How it is decided

    def _entry(
        self, account: Account, told: Told, place: Place | None, cooldown: dt.timedelta, now: dt.datetime
    ) -> Entry:
        self.numbers += 1
        entry = Entry(told, self.numbers, "owed", now)
        quiet = self.quiet(told.host, now)
        if told.is_end:
            word = self._why_no_end(account, told, place)
            if word is None and quiet is not None and not account.place.stateful and told.reason != "deleted":
                entry.reason, entry.due = quiet.word, None
        else:
            assert place is not None
            word = self._why_no_news(account, told, place, quiet, cooldown, now)
            entry.resumes = word == "cooldown" or (
                quiet is not None and word == quiet.word and quiet.until is not None
            )
        if word is not None:
            entry.state, entry.reason, entry.due = "suppressed", word, None
        return entry

    def _why_no_end(self, account: Account, told: Told, place: Place | None) -> str | None:
        if not account.stands((told.host, told.started)):
            return "start_not_accepted"
        if place is not None and not place.send_resolved:
            return "send_resolved_off"
        return "flapping" if told.held else None

    def _why_no_news(
        self,
        account: Account,
        told: Told,
        place: Place,
        quiet: Reason | None,
        cooldown: dt.timedelta,
        now: dt.datetime,
    ) -> str | None:
        episode = (told.host, told.started)
        if not place.enabled:
            return "channel_disabled"
        if told.held:
            return "flapping"
        if quiet is not None:
            return quiet.word
        if account.stands(episode):
            if told.kind != "repeated":
                return None
            if not account.accepted(episode):
                return "start_waiting"
            return "acked" if self.acked(episode, now) else None
        return "cooldown" if self._cools(account, episode, cooldown, now) else None

    def _cools(self, account: Account, episode: Episode, cooldown: dt.timedelta, now: dt.datetime) -> bool:
        """Whether another episode of this instance was accepted here within the cooldown."""
        for other in account.lanes:
            if other[0] == episode[0] and other != episode:
                at = [one.settled for one in account.news(other) if one.state in ("told", "collapsed")]
                if any(one is not None for one in at) and min(filter(None, at)) + cooldown > now:
                    return True
        return False

    def _gather(
        self,
        account: Account,
        entry: Entry,
        place: Place | None,
        together: dict[tuple[str, str], dt.datetime],
        now: dt.datetime,
    ) -> None:
        """Give *entry* its group, and when that goes out."""
        if place is None or place.group is None or place.stateful:
            return
        entry.group = "all"
        if entry.state != "owed" or entry.due != now:
            return
        at = (place.name, "all")
        if at not in together:
            waiting = [
                one.due
                for lane in account.lanes.values()
                for one in lane
                if one is not entry and one.state == "owed" and one.group == "all" and not one.attempts
                and one.digest is None and one.due is not None and not one.reason
            ]  # fmt: skip
            wait, interval = place.group
            last = account.group_told.get("all")
            if waiting:
                together[at] = max(min(waiting), now)
            elif last is not None and last + interval * SECOND > now:
                together[at] = last + interval * SECOND
            else:
                together[at] = now + wait * SECOND
        entry.due = together[at]

    def _resume_end(self, entry: Entry, now: dt.datetime, *, gone: bool) -> None:
        quiet = None if gone else self.quiet(entry.told.host, now)
        entry.reason, entry.due = (quiet.word, None) if quiet is not None else ("", now)

    def _resume_start(
        self,
        account: Account,
        episode: Episode,
        lane: Sequence[Entry],
        cooldown: dt.timedelta,
        now: dt.datetime,
        *,
        still: bool,
    ) -> None:
        waiting = [one for one in lane if one.state == "suppressed" and one.resumes]
        if not waiting:
            return
        stands = account.stands(episode)
        last = max((one.told.sequence for one in account.standing(episode)), default=0)
        live = [
            one for one in waiting if not stands or (one.told.kind != "repeated" and one.told.sequence > last)
        ]
        for one in waiting:
            one.resumes = still and one in live
        if not still or not live:
            return
        quiet = self.quiet(episode[0], now)
        cools = not stands and self._cools(account, episode, cooldown, now)
        newest = live[-1]
        if quiet is not None or cools:
            for one in waiting:
                one.reasons |= {quiet.word} if quiet is not None else {"cooldown"}
            return
        for one in waiting:
            one.resumes = False
        newest.state, newest.reason, newest.due = "owed", "", now

    # How it is sent

    def _serve(self, account: Account, now: dt.datetime) -> bool:
        """Take what is due at a place, several at once where each goes by itself; whether there was anything."""
        if account.opens is not None and account.opens > now:
            return False
        heads: list[tuple[dt.datetime, int, Entry | Digest | Known]] = [
            (each.due, each.number, each) for each in (*account.digests, *account.known) if each.due <= now
        ]
        for episode in account.lanes:
            owed = account.owed(episode)
            if owed and owed[0].due is not None and owed[0].due <= now and owed[0].reason not in WORDS:
                heads.append((owed[0].due, owed[0].number, owed[0]))
        heads.sort(key=lambda each: each[:2])
        for _, _, head in heads[: 32 if account.batches else 1]:
            if isinstance(head, Known):
                self._attempt_known(account, head, now)
                break
            grouped = isinstance(head, Digest) or head.group is not None
            account.batches = not (grouped or account.place.group or account.place.stateful)
            if isinstance(head, Digest):
                self._attempt_digest(account, head, now)
            elif not self._digested(account, head, now):
                self._send(account, head, now)
            if not account.batches or (account.opens is not None and account.opens > now):
                break
        return bool(heads)

    def _digested(self, account: Account, head: Entry, now: dt.datetime) -> bool:
        """Put a digest in the place of all that is due of the head's group, if that is more than one episode."""
        if head.group is None or account.place.stateful:
            return False
        told: list[list[Entry]] = []
        dropped: list[Entry] = []
        for episode in account.lanes:
            ready = []
            for each in account.owed(episode):
                if each.due is None or each.due > now:
                    break
                ready += [each] if each.group == head.group else []
            if ready and ready[0].told.is_end and not account.accepted(episode):
                dropped += ready
            elif ready:
                told.append(ready)
        if len(told) < 2:
            return False
        for each in dropped:
            each.state, each.reason, each.due = "suppressed", "start_not_accepted", None
        members = [each for lane in told for each in lane]
        self.numbers += 1
        digest = Digest(members, now, self.numbers)
        for each in members:
            each.digest, each.due = digest, None
        account.digests.append(digest)
        self._attempt_digest(account, digest, now)
        return True

    def _send(self, account: Account, head: Entry, now: dt.datetime) -> None:
        episode = (head.told.host, head.told.started)
        owed = account.owed(episode)
        accepted = account.accepted(episode)
        if head.told.is_end and not accepted:
            head.state, head.reason, head.due = "suppressed", "start_not_accepted", None
            return
        if not accepted and not account.place.stateful and any(each.told.is_end for each in owed):
            for each in owed:
                if not each.told.is_end:
                    each.state, each.due, each.settled = "collapsed", None, now
            return
        said = head.told.kind
        if account.place.stateful:
            said = "resolve" if head.told.is_end else "trigger"
        status = self._attempt(account, (said, *episode), now)
        head.attempts += 1
        if status == 200:
            head.state, head.due, head.settled = "told", None, now
            if head.group is not None:
                account.group_told[head.group] = now
        elif status == 404:
            head.state, head.due = "failed", None
        else:
            head.due = now + backoff(head.attempts)

    def _attempt_digest(self, account: Account, digest: Digest, now: dt.datetime) -> None:
        last: dict[Episode, Told] = {}
        for each in digest.members:
            last[each.told.host, each.told.started] = each.told
        what = ("digest", *sorted((host, started, one.is_end) for (host, started), one in last.items()))
        status = self._attempt(account, what, now)
        digest.attempts += 1
        if status == 503:
            digest.due = now + backoff(digest.attempts)
            return
        account.digests.remove(digest)
        for each in digest.members:
            each.state, each.due, each.settled = ("collapsed" if status == 200 else "failed"), None, now
        group = digest.members[0].group
        if status == 200 and group is not None:
            account.group_told[group] = now

    def _attempt_known(self, account: Account, known: Known, now: dt.datetime) -> None:
        status = self._attempt(account, ("acknowledge", *known.episode), now)
        known.attempts += 1
        known.due = now + backoff(known.attempts) if status == 503 else NEVER

    def _attempt(self, account: Account, what: object, now: dt.datetime) -> int:
        status = self.answer(account.place.name)
        self.attempts.append((account.place.name, what, status))
        if status == 200:
            account.failures, account.opens = 0, None
        elif status == 503:
            account.failures += 1
            account.opens = None
            if account.failures >= 5:
                rest = 5 * SECOND * 2 ** min(account.failures - 5, 10)
                account.opens = now + min(rest, 300 * SECOND)
        else:
            account.opens = None
        return status


def backoff(attempt: int) -> dt.timedelta:
    """With chance standing at one half: 1 s, 2 s, 4 s … up to 5 min."""
    return max(SECOND, min(600 * SECOND, 2 * SECOND * 2 ** min(attempt - 1, 20)) * 0.5)
