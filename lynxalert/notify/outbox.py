"""What the sender asks of the outbox: claim what is due, settle what became of it.

Only the contract: `state` keeps the rows. Nothing here decides whether or when to send.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lynxalert.alerts.model import ChannelSpec
from lynxalert.notify.digest import Compose
from lynxalert.notify.model import Delivery, Target


@dataclass(frozen=True, slots=True)
class Lane:
    """All that one episode still owes one target, in order of sequence. Only the first is due, and leased.

    *accepted*: some message of the episode other than its end was delivered there, or collapsed into its end.
    *receipt* is the provider's own id of the first message of the episode there, where it gave one: what later ones reply to.
    *channel* is the target's configuration, kept for as long as anything is owed, even if the alert has lost the channel since.
    """

    deliveries: tuple[Delivery, ...]
    accepted: bool
    channel: ChannelSpec | None
    receipt: str | None = None


class Outbox(Protocol):
    """The deliveries at rest. A lease that ran out makes its delivery due again."""

    async def destinations(self, now: dt.datetime) -> Sequence[str]:
        """The destinations with something due at *now*, longest waiting first."""
        ...

    async def claim(
        self, destination: str, now: dt.datetime, lease_until: dt.datetime, most: int = 1
    ) -> Sequence[Lane]:
        """Lease the longest waiting due deliveries of *destination* that head their lanes, at most *most*; oldest first.

        Due: queued or retrying with `due_at` ≤ *now*, or leased with `lease_until` ≤ *now*. A delivery heads its
        lane when no earlier sequence of its episode is owed to the same target. `attempt` is not changed. The
        leases are durable before this returns. Nothing is claimed while something is in flight there.
        """
        ...

    async def release(self, lanes: Sequence[Lane]) -> None:
        """Give back *lanes* that were claimed and not tried: their heads are due again at once."""
        ...

    async def waiting_at(self, target: Target, now: dt.datetime, most: int) -> int:
        """How many deliveries *target* could be sent at *now*; *most* if there are more."""
        ...

    async def gather(
        self,
        head: Delivery,
        now: dt.datetime,
        lease_until: dt.datetime,
        compose: Compose,
        *,
        group: str | None,
    ) -> Delivery | None:
        """Put one digest, leased, in the place of *head* and all that could be sent with it.

        *head* is leased. *group*: only what is of it; None: all of the target. The answer is None, and nothing is
        changed, where the digest would tell of one episode only. Its members stay owed until the digest is settled, and come to what it comes to.
        """
        ...

    async def settle(self, deliveries: Sequence[Delivery]) -> bool:
        """Store *deliveries* as they now are, in one transaction; durable before this returns.

        Whether somebody else is owed something by that: those who hear that a channel refuses messages.
        """
        ...

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        """When the next delivery or lease after *now* falls due, or None."""
        ...

    async def rewind(self, now: dt.datetime, by: dt.timedelta) -> int:
        """The clock was set back to *now*, by at least *by*: what was queued or tried later than now is due as much earlier.

        What waits for an instant that somebody named (the end of a mute) goes on to wait for it.
        """
        ...

    async def reclaim(self) -> int:
        """Make every lease due at once: called on start, when whoever held them is dead."""
        ...
