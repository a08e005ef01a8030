"""A configuration file → what is in force: all of it in one transaction, or nothing of it.

Reading and judging the file is `config`; what a changed alert does to its state is `edits`.
"""

from __future__ import annotations

import asyncio
import copy
import pathlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog

from lynxalert.access import Actor
from lynxalert.alerts import Alert, ChannelSpec
from lynxalert.clock import Clock
from lynxalert.config import ConfigError, Found, Mistake, Settings, compiler, load
from lynxalert.config.compiling import engine as engine_of
from lynxalert.daemon import audited
from lynxalert.daemon.edits import Edits
from lynxalert.daemon.keys import ITSELF
from lynxalert.daemon.planned import planned
from lynxalert.engine import Compiler, Engine, Judge
from lynxalert.lang import Code, QueryError, Span
from lynxalert.notify.configure import spell
from lynxalert.notify.news import News
from lynxalert.state import Database, Definition, Transaction, definitions, notices, rules

log: structlog.stdlib.BoundLogger = structlog.get_logger("lynxalert.config")

# What a running daemon cannot change: it was built from these.
BUILT_FROM: Mapping[str, Callable[[Settings], object]] = {
    "server.listen": lambda settings: settings.server.listen,
    "server.auth": lambda settings: settings.server.asks_for_keys,
    "store.path": lambda settings: settings.data_folder,
    "store.memory": lambda settings: settings.store.memory,
    "ingest.syslog": lambda settings: settings.ingest.syslog,
    "outbound": lambda settings: (settings.outbound, settings.allow_private),
}


class Configuration:
    """The configuration in force.

    *applied* is told of every channel there is now, after each change; *reloaded* whether a reload was applied.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        database: Database,
        clock: Clock,
        edits: Edits,
        applied: Callable[[Iterable[ChannelSpec]], None],
        reloaded: Callable[[bool], None],
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._database = database
        self._clock = clock
        self._edits = edits
        self._applied = applied
        self._reloaded = reloaded
        self._turn = asyncio.Lock()
        self.refused: ConfigError | None = None  # why the file on disk is not in force

    @property
    def settings(self) -> Settings:
        """As last applied."""
        return self._settings

    @property
    def engine(self) -> Engine:
        """Queries with the macros in force."""
        return self._engine

    def health(self) -> Mapping[str, Any]:
        """Degraded while the file on disk was refused and an older one is in force."""
        if self.refused is None:
            return {"status": "ok"}
        fatal = [each.mistake.text for each in self.refused.found if each.mistake.fatal]
        return {"status": "degraded", "message": f"the file was refused: {fatal[0]}", "mistakes": len(fatal)}

    async def start(self) -> Mapping[str, Any]:
        """Put the alerts of the file in force as they were read at the start.

        Raises:
            ConfigError: an alert made through the interface does not compile with the macros of the file.
        """
        async with self._turn:
            changes = await self._apply(self._settings, None)
            await self._tell(None)
            return changes

    async def plan(self) -> Mapping[str, Any]:
        """Read the file again and apply nothing of it: what a reload would change.

        Raises:
            ConfigError: a reload would be refused.
        """
        fresh = await asyncio.to_thread(self._read)
        async with self._database.read() as tx:
            stored = await definitions.every(tx)
        engine = copy.copy(self._engine)
        engine.compiler = self._compiler(fresh)
        self._judge(engine, [each.alert for each in stored if each.alert.source != "file"], fresh)
        return planned(self._settings, fresh, stored, self._stale(fresh))

    async def reload(self, *, by: Actor = ITSELF) -> Mapping[str, Any]:
        """Read the file again and apply all of it: keys of alerts added, changed, removed; what needs a restart.

        Raises:
            ConfigError: nothing was applied, and the configuration in force stays.
        """
        async with self._turn:
            try:
                fresh = await asyncio.to_thread(self._read)
                changes = await self._apply(fresh, by)
            except ConfigError as error:
                self.refused = error
                self._reloaded(False)
                await self._tell(error)
                log.error("configuration_refused", file=str(self._settings.file), report=str(error))  # noqa: TRY400 - a mistake of the file, not of ours
                raise
            self.refused = None
            self._reloaded(True)
            await self._tell(None)
            log.info("configuration_applied", file=str(fresh.file), **changes)
            return changes

    async def _tell(self, refused: ConfigError | None) -> None:
        """Owe the error channels word of a reload: that it was refused, or that the file is in force again."""
        now, text = self._clock.now(), "the file on disk is in force"
        if refused is not None:
            fatal = [each.mistake for each in refused.found if each.mistake.fatal]
            where = spell(fatal[0].path)
            text = f"{len(fatal)} mistakes, the older configuration stays in force. The first: {where} {fatal[0].text}"
        said = "was refused" if refused is not None else "is in force again"
        news = News(
            "reload_failed", "configuration", f"The configuration {said}", text, now, is_over=refused is None
        )
        specs = self._settings.error_specs
        if await self._database.write(lambda tx: notices.owe(tx, news, specs, now)):
            self._applied(specs)

    def _read(self) -> Settings:
        if self._settings.file is None:
            return Settings(folder=self._settings.folder)
        return load(self._settings.file, compiler, before=self._settings.judgements)

    async def _apply(self, fresh: Settings, by: Actor | None) -> dict[str, Any]:
        stale = self._stale(fresh)
        compiled_before, self._engine.compiler = self._engine.compiler, self._compiler(fresh)
        try:
            changes, everything = await self._database.write(lambda tx: self._edit(tx, fresh, by))
        except BaseException:
            self._engine.compiler = compiled_before
            raise
        self._settings = fresh
        self._applied(spec for each in everything for spec in (*each.alert.channels, *each.retired))
        return {**changes, "restart_needed_for": stale}

    def _stale(self, fresh: Settings) -> list[str]:
        return [name for name, part in BUILT_FROM.items() if part(self._settings) != part(fresh)]

    async def _edit(
        self, tx: Transaction, fresh: Settings, by: Actor | None
    ) -> tuple[dict[str, Any], Sequence[Definition]]:
        """What changed, and every definition there is now or was until now."""
        now = self._clock.now()
        stored = await definitions.every(tx)
        self._judge(self._engine, [each.alert for each in stored if each.alert.source != "file"], fresh)
        before = {each.alert.id: each for each in stored if each.alert.source == "file"}
        await rules.note(tx, fresh.inhibitions, now)
        after = await self._edits.put_all(tx, fresh.alerts, {each.alert.id: each for each in stored}, now)
        removed = [each for alert_id, each in before.items() if alert_id not in after]
        for each in removed:
            await self._edits.remove(tx, each.alert.id, now)
        changes = {
            "added": _keys(each for alert_id, each in after.items() if alert_id not in before),
            "changed": _keys(
                each
                for alert_id, each in after.items()
                if alert_id in before and each.revision != before[alert_id].revision
            ),
            "removed": _keys(removed),
        }
        if by is not None:
            await audited.reloaded(tx, by, str(fresh.file), changes, now)
        return changes, (*stored, *after.values())

    def _compiler(self, fresh: Settings) -> Compiler:
        """The one in force, which has read every query, unless *fresh* gives queries other words."""
        if _words(fresh) == _words(self._settings):
            return self._engine.compiler
        lookups, datamodels = fresh.lookup_folder, fresh.datamodels
        return engine_of(self._engine.source, fresh.macros, lookups, datamodels).compiler

    def _judge(self, engine: Engine, alerts: Sequence[Alert], fresh: Settings) -> None:
        """Refuse macros without which an alert made through the interface means nothing any more."""
        found = []
        judge = Judge(engine.source.catalog(), engine.compiler.knowledge)
        for alert in alerts:
            try:
                judge(alert.query)
            except QueryError as error:
                text = f": alert {alert.id} ({alert.name}) would not compile: {error.diagnostics[0].message}"
                mistake = Mistake(("macros",), text, Code.BAD_QUERY)
                found.append(
                    Found(str(fresh.file or pathlib.Path("config")), alert.query, mistake, Span(0, 0))
                )
        if found and fresh.macros != self._settings.macros:
            raise ConfigError(found)
        for each in found:
            log.warning("alert_does_not_compile", reason=each.mistake.text)


def _words(settings: Settings) -> object:
    """What queries may say beside the language itself. The files of lookups have versions of their own."""
    return settings.macros, settings.folder, settings.lookups, settings.datamodels


def _keys(found: Iterable[Definition]) -> list[str]:
    return sorted(str(each.alert.file_key) for each in found)
