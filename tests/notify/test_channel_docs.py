"""Every channel has a page, and every field of it a row with its default."""

from __future__ import annotations

import dataclasses
import pathlib
import re

import pytest

from lynxalert.notify import filters, model, travel
from lynxalert.notify.channel import channels, setting
from lynxalert.notify.fields import Url
from lynxalert.notify.templates import ROOTS

DOCS = pathlib.Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \|", re.MULTILINE)


@pytest.mark.parametrize("kind", sorted(channels()))
def test_page(kind: str) -> None:
    page = (DOCS / "channels" / f"{kind}.md").read_text(encoding="utf-8")
    rows = dict(ROW.findall(page))
    fields = [one for one in dataclasses.fields(channels()[kind]) if one.name not in travel.SHARED]  # type: ignore[arg-type] # every channel is a dataclass
    assert list(rows) == [setting(one.name) for one in fields]
    for one in fields:
        said = rows[setting(one.name)]
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            assert said == "required"
        elif isinstance(one.default, Url):
            assert said == f"`{one.default.value}`"
        elif one.default not in (None, (), dataclasses.MISSING):
            assert said == f"`{one.default}`"
    assert f'type = "{kind}"' in page.split("```toml")[1]


def test_the_page_of_shared_settings() -> None:
    page = (DOCS / "connections.md").read_text(encoding="utf-8")
    assert [name for name, _ in ROW.findall(page)] == list(travel.SHARED)


def test_no_page_without_a_channel() -> None:
    assert sorted(path.stem for path in (DOCS / "channels").glob("*.md")) == sorted(channels())


def test_templates_page_names_every_root_and_filter() -> None:
    page = (DOCS / "templates.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    assert set(ROOTS) <= named
    assert set(filters.FILTERS) <= named


def test_delivery_page_names_every_reason_and_status() -> None:
    page = (DOCS / "delivery.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", page))
    assert {str(one) for one in (*model.Status, *model.Quiet)} <= words
    assert {str(one) for one in model.Failure} - words == {"unconfigured"}
