"""What our channels send is what the vendors' own types of it take: every kind of message, every hostile value.

Types of TypeScript judge the bodies as literals, so that a field too many is refused; incident.io's models read them.

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
from tests.integration.install import NotInstalled, Npm, Pip
from tests.integration.test_oracles import answer
from tests.integration.vendors import MODELLED, MODELS, PACKAGES, VENDORS, Vendor, spoiled
from tests.notify.occasions import configs, made
from tests.notify.provider import Request
from tests.notify.test_matrix import KINDS, VALUES, Judge, said

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

STRICT = ("--noEmit", "--strict", "--skipLibCheck", "--pretty", "false")
MODULES = ("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
SEVERITIES = {
    "severities": [{"id": f"id of {name}", "name": name} for name in ("Minor", "Major", "Critical")]
}
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
        if json is not None:
            self.heard.add((self.vendor.type_of(path), literal(json)))
        told = SEVERITIES if path == "/v1/severities" else answer(Request(method, path, {}, "")).body
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


def worsened(vendor: Vendor) -> list[tuple[str, str]]:
    """The longest body of each type, with a field too many in each of its objects in turn."""
    longest = dict(sorted(all_bodies(vendor), key=lambda one: len(one[1])))
    return [
        (type_, literal(worse))
        for type_, body in longest.items()
        for worse in spoiled(json.loads(body), vendor.open)
    ]


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
    worse = worsened(vendor)
    source = typescript(vendor, worse)
    first = len(vendor.imports.splitlines()) + 1
    assert sorted(refused(source, modules, tmp_path)) == list(range(first, first + len(worse)))


@pytest.mark.parametrize("vendor", MODELLED, ids=lambda vendor: vendor.kind)
def test_the_models_of_the_vendor_take_it_and_nothing_else(vendor: Vendor) -> None:
    try:
        python = Pip((MODELS,)).folder() / "bin" / "python"
    except NotInstalled as reason:
        pytest.skip(str(reason))
    good, bad = all_bodies(vendor), worsened(vendor)
    assert {type_ for type_, _ in good} == set(vendor.types.values())
    lines = "".join(f'{{"model": "{model}", "body": {body}}}\n' for model, body in [*good, *bad])
    script = str(pathlib.Path(__file__).parent / "incidentio_models.py")
    done = subprocess.run(
        [str(python), script], check=True, input=lines, capture_output=True, text=True, timeout=120
    )
    complaints = [json.loads(line) for line in done.stdout.splitlines()]
    assert complaints[: len(good)] == [None] * len(good)
    assert len(complaints) == len(good) + len(bad)
    assert bad
    assert all(complaints[len(good) :])
