"""What our channels send is what the vendors' own types of it take: every kind of message, every hostile value.

make integration CLIENT=schemas
"""

from __future__ import annotations

import asyncio
import functools
import json
import pathlib
import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from lynxalert.notify.answers import Reply
from lynxalert.notify.sending import send
from tests.integration.install import NotInstalled, Npm
from tests.integration.test_oracles import answer
from tests.integration.vendors import PACKAGES, VENDORS, Vendor, spoiled
from tests.notify.occasions import configs, made
from tests.notify.provider import Request
from tests.notify.test_matrix import KINDS, VALUES, Judge, said

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

STRICT = ("--noEmit", "--strict", "--skipLibCheck", "--pretty", "false")
MODULES = ("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
REFUSED = re.compile(r"^(\w+)\.ts\((\d+),\d+\): (error .*)$")


class Listener(Judge):
    """Keeps each JSON body with the type that its path asks for."""

    def __init__(self, vendor: Vendor) -> None:
        super().__init__(vendor.kind)
        self.vendor, self.heard = vendor, set[tuple[str, str]]()

    def no_word(self, answer: Reply) -> None:
        """Every answer is a success here."""

    async def request(self, method: str, url: Any, *, json: Any = None, **more: Any) -> Reply:
        path = getattr(url, "value", url).removeprefix("http://provider")
        self.heard.add((self.vendor.type_of(path), literal(json)))
        told = answer(Request(method, path, {}, "")).body
        return Reply(200, {}, told if isinstance(told, str) else "", None if isinstance(told, str) else told)


def literal(body: Any) -> str:
    return json.dumps(body, sort_keys=True)


@functools.cache
def all_bodies(vendor: Vendor) -> list[tuple[str, str]]:
    """(type, body) of everything that the channel can be made to say."""
    listener = Listener(vendor)

    async def tell() -> None:
        for settings in vendor.settings:
            config = {**configs("http://provider")[vendor.kind], **settings}
            channel = made(
                vendor.kind, **{name: value for name, value in config.items() if value is not None}
            )
            for value in ("a <b> & *c*", *VALUES):
                for what in KINDS:
                    if what == "digest" and channel.stateful:
                        continue
                    message = said(what, value, channel)
                    for one in (message, message.degrade(), replace(message, thread=vendor.thread)):
                        await send(channel, one, listener)  # type: ignore[arg-type]

    asyncio.run(tell())
    return sorted(listener.heard)


def typescript(vendor: Vendor, bodies: list[tuple[str, str]]) -> str:
    """One line a body, after those of the imports."""
    lines = [f"export const b{number}: {type_} = {body};" for number, (type_, body) in enumerate(bodies)]
    return "\n".join([vendor.imports, *lines])


@pytest.fixture(scope="module")
def modules() -> pathlib.Path:
    try:
        return Npm(PACKAGES).folder() / "node_modules"
    except NotInstalled as reason:
        pytest.skip(str(reason))


def refused(source: str, modules: pathlib.Path, folder: pathlib.Path) -> dict[int, str]:
    """The line → why the compiler refuses it."""
    (folder / "node_modules").symlink_to(modules)
    (folder / "bodies.ts").write_text(source)
    compiler = ["node", str(modules / "typescript" / "bin" / "tsc"), *STRICT, *MODULES, "bodies.ts"]
    done = subprocess.run(compiler, check=False, cwd=folder, capture_output=True, text=True, timeout=240)
    found = [REFUSED.match(line) for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert all(found), done.stdout + done.stderr
    assert bool(found) == bool(done.returncode), done.stderr
    return {int(one[2]): one[3] for one in found if one}


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.kind)
def test_the_types_of_the_vendor_take_it(
    vendor: Vendor, modules: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    bodies = all_bodies(vendor)
    assert {type_ for type_, _ in bodies} == set(vendor.types.values())
    source = typescript(vendor, bodies)
    assert refused(source, modules, tmp_path) == {}


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.kind)
def test_they_take_no_other_field_in_any_object(
    vendor: Vendor, modules: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """The longest body of each type, with a field too many in each of its objects in turn."""
    longest = dict(sorted(all_bodies(vendor), key=lambda one: len(one[1])))
    worse = [
        (type_, literal(spoilt))
        for type_, body in longest.items()
        for spoilt in spoiled(json.loads(body), vendor.open)
    ]
    source = typescript(vendor, worse)
    first = len(vendor.imports.splitlines()) + 1
    assert sorted(refused(source, modules, tmp_path)) == list(range(first, first + len(worse)))
