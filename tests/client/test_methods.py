"""Every method of the client is in its page, and tried against a real daemon."""

from __future__ import annotations

import inspect
import pathlib

from lynxalert.client.alerts import Alerts
from lynxalert.client.daemon import Daemon, Keys, Silences
from lynxalert.client.events import Events

HERE = pathlib.Path(__file__).parent


def test_every_method_is_described_and_tried() -> None:
    text = (HERE / "test_client.py").read_text(encoding="utf-8")
    docs = (HERE.parent.parent / "docs" / "client.md").read_text(encoding="utf-8")
    for name, kind in (
        ("alerts", Alerts),
        ("daemon", Daemon),
        ("events", Events),
        ("keys", Keys),
        ("silences", Silences),
    ):
        for method, _ in inspect.getmembers(kind, inspect.isfunction):
            if not method.startswith("_"):
                assert f"client.{name}.{method}(" in text or method == "every", f"{name}.{method}"
                assert f"`{method}" in docs or f"{name}.{method}(" in docs, f"{name}.{method}"
