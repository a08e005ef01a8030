"""The names under which the application holds what its routes ask for, each with its type."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

from aiohttp import web

from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.access.passes import Passes
from lynxalert.api.ports import (
    Alerts,
    Audit,
    Configuration,
    Keys,
    Notifications,
    Part,
    Silences,
)
from lynxalert.api.recalling import Moments
from lynxalert.api.trying import Backtests, Rehearsal
from lynxalert.clock import Clock
from lynxalert.events import EventStore
from lynxalert.notify.chart import Charts

ALERTS: web.AppKey[Alerts] = web.AppKey("alerts", Alerts)
ASKING: web.AppKey[Counter[str]] = web.AppKey("asking", Counter)  # queries under way, by who asks
AUDIT: web.AppKey[Audit] = web.AppKey("audit", Audit)
BACKTESTS: web.AppKey[Backtests] = web.AppKey("backtests", Backtests)
CHARTS: web.AppKey[Charts] = web.AppKey("charts", Charts)
CLOCK: web.AppKey[Clock] = web.AppKey("clock", Clock)
CONFIGURATION: web.AppKey[Configuration] = web.AppKey("configuration", Configuration)
CURSORS = web.AppKey("cursors", asyncio.Semaphore)  # how many queries of people run at once
DOORKEEPER: web.AppKey[Doorkeeper | None] = web.AppKey("doorkeeper")  # None: no keys are asked for
ENDING = web.AppKey("ending", asyncio.Event)  # set once the daemon stops: nothing new is begun
EVENTS = web.AppKey("events", EventStore)
KEYS: web.AppKey[Keys] = web.AppKey("keys", Keys)
MOMENTS: web.AppKey[Moments] = web.AppKey("moments", Moments)
NOTIFICATIONS: web.AppKey[Notifications] = web.AppKey("notifications", Notifications)
PARTS: web.AppKey[Mapping[str, Part]] = web.AppKey("parts", Mapping)
PASSES = web.AppKey("passes", Passes)  # what links in messages are signed with
REHEARSAL: web.AppKey[Rehearsal] = web.AppKey("rehearsal", Rehearsal)
SILENCES: web.AppKey[Silences] = web.AppKey("silences", Silences)
