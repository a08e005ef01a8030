"""What `make run` shows: events come in, an alert goes pending, fires, its message arrives, later its end; Ctrl-C."""

from __future__ import annotations

import asyncio
import pathlib
import signal
import sys

import pytest

from tests.acceptance.daemon import free_port

ROOT = pathlib.Path(__file__).parent.parent.parent


@pytest.mark.slow(35, waits=True)
@pytest.mark.timeout(900)
async def test_the_demo_shows_the_whole_way(tmp_path: pathlib.Path) -> None:
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    file = tmp_path / "config.toml"
    file.write_text(
        example.replace(":3100", f":{free_port()}").replace(":3199", f":{free_port()}"), encoding="utf-8"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        "-m",
        "lynxalert",
        "demo",
        "--config",
        str(file),
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    shown: list[str] = []
    async with asyncio.timeout(180):
        while line := (await process.stdout.readline()).decode():
            shown.append(line)
            if "firing → ok" in line and not process.returncode:
                process.send_signal(signal.SIGINT)
    assert await process.wait() == 0
    text = "".join(shown)
    order = [
        "/test-channels",
        "ingested",
        "ok → pending",
        "FIRING (critical): Checkout errors — service=checkout",
        "RESOLVED: Checkout errors — service=checkout",
    ]
    places = [text.find(part) for part in order]
    assert places == sorted(places)
    assert -1 not in places
    assert "pending → firing" in text, "seen by asking, so perhaps after the message"
    assert text.count("  received  ") == 2
