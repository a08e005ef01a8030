"""Settings → a running daemon: one task group, signals, and an end in order within ten seconds."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog
from aiohttp import web

from lynxalert.api.serving import runner, wind_up
from lynxalert.clock import Clock, SystemClock
from lynxalert.config import ConfigError, Found, Settings
from lynxalert.config.settings import Address
from lynxalert.daemon.guarding import Guarding
from lynxalert.daemon.keys import Keys
from lynxalert.daemon.listening import ListenError
from lynxalert.daemon.logs import Redactor
from lynxalert.daemon.parts import Parts, assembled
from lynxalert.state import is_trouble, reason_of

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.daemon")

MOST_WARNINGS = 100  # of a configuration, told in the log
LAST_WORK = 3  # seconds for ticks and messages under way; what is cut off is done again after the next start


class Daemon:
    """One daemon, from start to stop. *started* is set once it answers; *address* is where.

    *first_key* is told the text of the admin key that is made where keys are asked for and none could make others.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        redactor: Redactor | None = None,
        first_key: Callable[[str], object] | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._redactor = redactor or Redactor()
        self._first_key = first_key
        self.started = asyncio.Event()
        self.stopping = asyncio.Event()  # from here on it may refuse whoever asks
        self.address = settings.server.listen
        self.app: web.Application | None = None  # what is served, while it is

    def stop(self) -> None:
        """Begin to end; `run` returns when everything is closed."""
        self.stopping.set()

    async def run(self) -> None:
        """Serve until `stop`, SIGINT or SIGTERM; SIGHUP reads the configuration again.

        Raises:
            FolderHeldError: another process works in the data folder.
            ListenError: the address is taken or not this machine's.
            StoreError: the event store cannot be opened.
            StateError: the state cannot.
            ConfigError: an alert made through the interface does not fit the file.
        """
        warn(self._settings.warnings)
        async with assembled(self._settings, self._clock, self._redactor) as parts:
            await parts.configuration.start()
            await self._open_keys(parts.ground.keys)
            parts.ground.store.start()
            self.app = parts.app
            web_runner = runner(parts.app)
            await web_runner.setup()
            try:
                self.address = await _listen(web_runner, self._settings.server.listen)
                await parts.syslog.open()
                await self._serve(parts, web_runner)
            finally:
                await web_runner.cleanup()
                await _note_keys(parts.ground.keys)
        log.info("stopped")

    async def _open_keys(self, keys: Keys) -> None:
        await keys.start()
        if self._settings.server.asks_for_keys and self._first_key is not None:
            text = await keys.first()
            if text is not None:
                self._first_key(text)

    async def _serve(self, parts: Parts, web_runner: web.AppRunner) -> None:
        async with asyncio.TaskGroup() as group:
            evaluating = parts.ground.patience.through(parts.evaluator.run)
            working = [
                group.create_task(each) for each in (evaluating, parts.sender.run(), parts.syslog.run())
            ]
            sweeping = group.create_task(parts.housekeeping.run())
            beating = group.create_task(parts.pulse.run())
            probing = group.create_task(parts.probing.run())
            guarding = group.create_task(_guarding(parts).run())
            again = asyncio.Event()
            reloading = group.create_task(whenever(again, lambda: _reload(parts)))
            with _signals(self.stop, again.set):
                parts.observer.scheduler.up = parts.observer.outbox.up = True
                alerts = len(parts.configuration.settings.alerts)
                log.info("listening", address=str(self.address), alerts_in_file=alerts)
                self.started.set()
                await self.stopping.wait()
            await self._end(parts, web_runner, working)
            sweeping.cancel()
            beating.cancel()
            probing.cancel()
            guarding.cancel()
            reloading.cancel()

    async def _end(self, parts: Parts, web_runner: web.AppRunner, working: list[asyncio.Task[None]]) -> None:
        """Stop accepting; finish what is under way, or leave it to the next start; the rest closes itself."""
        log.info("stopping")
        await wind_up(parts.app, web_runner)
        parts.syslog.stop()
        parts.evaluator.stop()
        parts.sender.stop()
        _, late = await asyncio.wait(working, timeout=LAST_WORK)
        for task in late:
            task.cancel()
        parts.observer.scheduler.up = parts.observer.outbox.up = False


def _guarding(parts: Parts) -> Guarding:
    ground, settings = parts.ground, parts.configuration
    stall = parts.observer.store.stall
    return Guarding(
        ground.database, ground.clock, stall, lambda: settings.settings.error_specs, parts.sender.wake
    )


async def _note_keys(keys: Keys) -> None:
    try:
        await keys.flush()
    except Exception as error:
        if not is_trouble(error):
            raise
        log.warning("use_of_keys_not_noted", reason=reason_of(error))


def warn(warnings: Sequence[Found]) -> None:
    """Say what is odd about a configuration, the first of it: nobody reads ten thousand lines at a start."""
    for found in warnings[:MOST_WARNINGS]:
        log.warning("configuration", file=found.file, line=found.line, reason=found.mistake.text)
    if len(warnings) > MOST_WARNINGS:
        further = len(warnings) - MOST_WARNINGS
        log.warning("configuration", further=further, reason="`lynxalert check` tells every warning")


async def _listen(web_runner: web.AppRunner, address: Address) -> Address:
    try:
        await web.TCPSite(web_runner, address.host, address.port).start()
    except OSError as error:
        raise ListenError.at(address, error, "server.listen") from None
    host, port = web_runner.addresses[0][:2]
    return Address(host, port)


async def whenever(asked: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
    """Do *work* when *asked*, until cancelled: once more for all who ask while it is done."""
    while True:
        await asked.wait()
        asked.clear()
        await work()


async def _reload(parts: Parts) -> None:
    try:
        await parts.configuration.reload()
    except ConfigError:
        pass  # told in the log, and by /health
    except Exception:
        log.exception("reload_failed")  # a mistake of ours, or of the disk; the configuration in force stays


@contextlib.contextmanager
def _signals(stop: Callable[[], object], again: Callable[[], object]) -> Iterator[None]:
    """While the context lasts, SIGINT and SIGTERM call *stop*, SIGHUP calls *again*; outside the main thread, none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop)
    loop.add_signal_handler(signal.SIGHUP, again)
    try:
        yield
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(each)
