"""Settings → every part of the daemon, built in order and closed in the opposite one. Starts nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from lynxalert.access.doorkeeper import Doorkeeper
from lynxalert.access.passes import Passes
from lynxalert.alerts import ChannelSpec
from lynxalert.api.app import Offered, application
from lynxalert.api.metrics import Metrics
from lynxalert.api.ports import Part
from lynxalert.clock import Clock, rfc3339
from lynxalert.config import Settings
from lynxalert.config.compiling import engine as engine_of
from lynxalert.config.settings import Heartbeat
from lynxalert.daemon.audited import Audit
from lynxalert.daemon.backlog import Backlog
from lynxalert.daemon.backtests import Backtests
from lynxalert.daemon.book import Book
from lynxalert.daemon.charting import Charts
from lynxalert.daemon.commit import Deliver, Voice
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.evaluator import Evaluator
from lynxalert.daemon.heartbeat import Loop, Pulse
from lynxalert.daemon.housekeeping import Housekeeping
from lynxalert.daemon.keys import Keys
from lynxalert.daemon.linking import Linking
from lynxalert.daemon.lock import hold
from lynxalert.daemon.logs import Redactor
from lynxalert.daemon.moments import Moments
from lynxalert.daemon.notifications import ChannelPart, Notifications
from lynxalert.daemon.observed import Observer
from lynxalert.daemon.patience import Patience, PatientOutbox
from lynxalert.daemon.picturing import Illustrator
from lynxalert.daemon.preview import Preview
from lynxalert.daemon.probing import Probing
from lynxalert.daemon.reload import Configuration
from lynxalert.daemon.runner import EngineRunner
from lynxalert.daemon.sender import Sender
from lynxalert.daemon.silencing import Silencing
from lynxalert.daemon.slots import Outcome
from lynxalert.daemon.syslog import Listeners
from lynxalert.engine import Engine
from lynxalert.events import EventStore, Limits, Quotas, SourceLimit
from lynxalert.notify import fields
from lynxalert.notify.channel import secrets_of
from lynxalert.notify.http import Http, Outbound
from lynxalert.notify.outbox import Outbox
from lynxalert.notify.queueing import made, queue
from lynxalert.state import Database, StoredOutbox, learned, secret

MIB = 2**20
log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.daemon")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the parts stand on: everything that must be closed."""

    settings: Settings
    clock: Clock
    redactor: Redactor
    store: EventStore
    database: Database
    engine: Engine
    runner: EngineRunner
    http: Http
    doorkeeper: Doorkeeper
    keys: Keys
    passes: Passes
    charts: Charts
    patience: Patience

    @property
    def asked(self) -> Doorkeeper | None:
        """Who asks for keys; None: nobody does."""
        return self.doorkeeper if self.settings.server.asks_for_keys else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The daemon, taken apart."""

    app: web.Application
    configuration: Configuration
    evaluator: Evaluator
    ground: Ground
    housekeeping: Housekeeping
    observer: Observer
    probing: Probing
    pulse: Pulse
    sender: Sender
    syslog: Listeners


@asynccontextmanager
async def assembled(settings: Settings, clock: Clock, redactor: Redactor) -> AsyncIterator[Parts]:
    """Every part over the data folder of *settings*, which is held by this process meanwhile.

    Raises:
        FolderHeldError: another process works in the data folder.
        StoreError: the event store cannot be opened.
    """
    async with AsyncExitStack() as closing:
        closing.enter_context(hold(settings.data_folder))
        store = await asyncio.to_thread(_store, settings, clock)
        closing.push_async_callback(asyncio.to_thread, store.close)
        database = await Database.open(settings.data_folder / "state.sqlite")
        closing.push_async_callback(database.close)
        engine = engine_of(store, settings.macros, settings.lookup_folder, settings.datamodels)
        runner = EngineRunner(engine, store)
        closing.push_async_callback(asyncio.to_thread, runner.close)
        http = Http(_outbound(settings), clock)
        closing.push_async_callback(http.close)
        await learned.remember(http.learned, database)
        doorkeeper = Doorkeeper(clock, settings.server.tokens)
        keys = Keys(database, clock, doorkeeper)
        passes = Passes(await database.write(secret.of_links))
        charts = Charts(engine)
        closing.push_async_callback(asyncio.to_thread, charts.close)
        parts = (doorkeeper, keys, passes, charts, Patience(clock))
        yield _wired(Ground(settings, clock, redactor, store, database, engine, runner, http, *parts))


def _wired(ground: Ground) -> Parts:
    """Who calls whom: an edit wakes evaluator and sender, a commit wakes the sender."""
    observer = Observer(Metrics(), ground.store, ground.clock)
    syslog = Listeners(ground.settings, ground.store, observer.metrics, ground.clock)
    settings: Callable[[], Settings] = lambda: configuration.settings  # noqa: E731 - made below
    linking = Linking(ground.passes, settings)
    edits = Edits(partial(queue, links=linking), ground.runner.phrase)
    outbox = StoredOutbox(ground.database, lambda: settings().error_specs)
    evaluator, sender = _workers(ground, observer, outbox, settings, edits.deliver)
    changed = _changing(ground, settings, evaluator, sender)
    configuration = _configuration(ground, edits, changed, _reloading(ground, observer, syslog, settings))
    offered = Offered(
        alerts=Book(ground.database, ground.clock, edits, changed, lambda: settings().inhibitions),
        audit=Audit(ground.database),
        backtests=_backtests(ground, configuration),
        charts=ground.charts,
        clock=ground.clock,
        configuration=configuration,
        doorkeeper=ground.asked,
        events=ground.store,
        keys=ground.keys,
        metrics=observer.metrics,
        moments=Moments(ground.database),
        notifications=Notifications(ground.database, outbox, ground.clock, settings, sender.wake),
        parts=_telling(ground, observer, configuration, outbox, syslog),
        passes=ground.passes,
        silences=Silencing(ground.database, ground.clock, changed),
        rehearsal=Preview(ground.runner, ground.engine, ground.http, ground.database, outbox, linking),
    )
    return Parts(
        app=application(offered),
        configuration=configuration,
        evaluator=evaluator,
        ground=ground,
        housekeeping=_housekeeping(ground, configuration),
        observer=observer,
        probing=Probing(ground.database, outbox, ground.http, settings, sender.wake),
        pulse=_pulse(ground, observer, evaluator, sender, lambda: settings().heartbeat),
        sender=sender,
        syslog=syslog,
    )


def _configuration(
    ground: Ground,
    edits: Edits,
    changed: Callable[[Iterable[ChannelSpec]], None],
    reloaded: Callable[[bool], None],
) -> Configuration:
    return Configuration(
        ground.settings, ground.engine, ground.database, ground.clock, edits, changed, reloaded
    )


def _changing(
    ground: Ground, settings: Callable[[], Settings], evaluator: Evaluator, sender: Sender
) -> Callable[[Iterable[ChannelSpec]], None]:
    """What follows an edit: secrets of its channels are known, and everybody looks again."""

    def changed(channels: Iterable[ChannelSpec]) -> None:
        ground.redactor.learn(_secrets(channels, settings()))
        evaluator.wake()
        sender.wake()

    return changed


def _pulse(
    ground: Ground,
    observer: Observer,
    evaluator: Evaluator,
    sender: Sender,
    settings: Callable[[], Heartbeat],
) -> Pulse:
    loops: dict[str, Loop] = {"evaluator": evaluator, "sender": sender}
    stalls = {
        "evaluator": evaluator.stall,
        "state": lambda _: observer.outbox.stall(),
        "store": observer.store.stall,
    }
    return Pulse(settings, ground.http, ground.clock, loops, stalls)


def _backtests(ground: Ground, configuration: Configuration) -> Backtests:
    return Backtests(lambda: configuration.engine, ground.store, lambda: configuration.settings.inhibitions)


def _housekeeping(ground: Ground, configuration: Configuration) -> Housekeeping:
    return Housekeeping(
        ground.store, ground.database, ground.clock, ground.keys, lambda: configuration.settings
    )


def _reloading(
    ground: Ground, observer: Observer, syslog: Listeners, settings: Callable[[], Settings]
) -> Callable[[bool], None]:
    """What follows a reload, applied or not: the certificate of syslog is read again either way."""

    def reloaded(applied: bool) -> None:  # noqa: FBT001 - a callback of one fact
        observer.reloaded(applied)
        syslog.renew()
        if applied:
            ground.store.quotas = _quotas(settings())
            ground.doorkeeper.trust(settings().server.tokens)

    return reloaded


def _telling(
    ground: Ground, observer: Observer, configuration: Configuration, outbox: StoredOutbox, syslog: Listeners
) -> Mapping[str, Part]:
    """The parts that `/health` speaks of, by name."""
    observer.watch(outbox.health.values)
    backlog = Backlog(observer.metrics.registry, ground.database, ground.clock, lambda: outbox.health)
    observer.metrics.looks.append(backlog.look)
    found: dict[str, Part] = {
        "store": observer.store,
        "scheduler": observer.scheduler,
        "outbox": observer.outbox,
        "configuration": configuration,
        "channels": ChannelPart(outbox.health.values),
    }
    return {**found, "syslog": syslog} if syslog.wanted else found


def _workers(
    ground: Ground,
    observer: Observer,
    outbox: Outbox,
    settings: Callable[[], Settings],
    deliver: Deliver,
) -> tuple[Evaluator, Sender]:
    illustrate = Illustrator(ground.charts, ground.database)
    sender = Sender(
        PatientOutbox(outbox, ground.patience),
        ground.http,
        ground.clock,
        settled=observer.settled,
        illustrate=illustrate,
        lifetimes=lambda: settings().lifetimes,
    )

    def committed(outcomes: Sequence[Outcome]) -> None:
        observer.committed(outcomes)
        sender.wake()

    voice = Voice(
        deliver=deliver,
        inhibitions=lambda: settings().inhibitions,
        error_channels=lambda: settings().error_specs,
    )
    evaluator = Evaluator(ground.database, ground.runner, ground.clock, voice=voice, committed=committed)
    observer.outbox.stall = lambda: ground.patience.stall(ground.clock.now())
    observer.scheduler.stall = lambda: evaluator.stall(ground.clock.now()) or observer.outbox.stall()
    observer.tally(lambda: evaluator.known)
    observer.lag(lambda: evaluator.waiting(ground.clock.now()))
    return evaluator, sender


def _store(settings: Settings, clock: Clock) -> EventStore:
    limits = Limits(memory_limit=f"{settings.store.memory // MIB}MiB", free_bytes=settings.store.keep_free)
    store = EventStore(settings.data_folder / "events.duckdb", clock=clock, limits=limits)
    store.quotas = _quotas(settings)
    mended = store.recovery
    if mended.moved is not None:
        log.error(
            "database_made_again",
            moved_to=str(mended.moved.path),
            reason=mended.moved.reason,
            events=mended.events,
            restored_since=rfc3339(mended.oldest) if mended.oldest is not None else None,
        )
    elif mended.events:
        log.info("recovered", events=mended.events)
    for damage in mended.damage:
        log.warning("log_damaged", place=tuple(damage.start), bytes=damage.length, kept=str(damage.kept))
    return store


def _quotas(settings: Settings) -> Quotas:
    limits = settings.ingest.limits
    return Quotas({pattern: SourceLimit(each.rate, each.size) for pattern, each in limits.items()})


def _outbound(settings: Settings) -> Outbound:
    return Outbound(
        timeout=settings.outbound.timeout,
        connect_timeout=settings.outbound.connect_timeout,
        allow_private=settings.allow_private,
    )


def _secrets(channels: Iterable[ChannelSpec], settings: Settings) -> Iterator[str]:
    """Whatever must not stand in a log: secrets of *channels*, keys of ingest and of tokens."""
    for spec in channels:
        channel = made(spec)
        if channel:
            yield from secrets_of(channel)
    if settings.heartbeat.url is not None:
        yield from fields.secrets(fields.Url(settings.heartbeat.url))
    for keys in settings.ingest.keys.values():
        yield from keys
    if settings.server.jwt is not None:
        yield settings.server.jwt.key
