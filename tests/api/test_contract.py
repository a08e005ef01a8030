"""The published contract: whole, sound, and able to tell a reply that breaks it. Every other test here holds replies to it."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest

from lynxalert.api.app import contract, every_route
from lynxalert.api.contract.addresses import addresses, methods
from lynxalert.api.contract.document import UndescribedError, document
from lynxalert.api.contract.families import FAMILIES
from lynxalert.api.contract.notation import Notation
from lynxalert.api.contract.page import page
from lynxalert.api.rules import RULES
from tests.api.contract import promised

DOCUMENT = contract()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def references(value: Any) -> set[str]:
    match value:
        case dict():
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(each) for each in value.values()))
        case list():
            return set().union(*(references(each) for each in value))
    return set()


def test_every_route_is_described() -> None:
    wanted = {
        (one.lower(), address.path)
        for method, path, _ in every_route()
        for address in addresses(path)
        for one in methods(method)
    }
    assert {(method, path) for path, each in DOCUMENT["paths"].items() for method in each} == wanted


def test_a_route_that_nothing_is_said_of_is_told() -> None:
    async def forgotten(_request: object) -> None: ...

    with pytest.raises(UndescribedError, match="GET /api/v1/forgotten"):
        document([*every_route(), ("GET", "/api/v1/forgotten", forgotten)], FAMILIES, RULES)  # type: ignore[list-item]


def test_nothing_is_said_of_what_is_no_route() -> None:
    served = {endpoint for _, _, endpoint in every_route()}
    assert [
        one.name for family in FAMILIES for each, one in family.operations.items() if each not in served
    ] == []


def test_every_reference_leads_somewhere() -> None:
    for each in references(DOCUMENT):
        found: Any = DOCUMENT
        for part in each.removeprefix("#/").split("/"):
            found = found[part]
        assert found, each


def test_names_are_unique_and_paths_unmistakable() -> None:
    assert [
        name for name, count in Counter(each["operationId"] for _, each in OPERATIONS).items() if count > 1
    ] == []
    bare = Counter(re.sub(r"\{\w+\}", "{}", path) for path in DOCUMENT["paths"])
    assert [path for path, count in bare.items() if count > 1] == []


def test_every_schema_is_one() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    every = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in schemas]}
    jsonschema_rs.Draft202012Validator({**every, "components": {"schemas": schemas}})
    for each in schemas.values():
        jsonschema_rs.meta.validate(each)


def test_every_variable_of_a_path_is_described() -> None:
    for name, operation in OPERATIONS:
        described = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert described == set(re.findall(r"\{(\w+)\}", name)), name


def test_whoever_may_not_is_told_so_wherever_a_key_is_asked_for() -> None:
    for name, operation in OPERATIONS:
        if operation["security"]:
            assert {"401", "403"} & set(operation["responses"]), name


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"ready": True}, "waiting_for"),
        ({"ready": True, "waiting_for": [], "mood": "good"}, "mood"),
        ({"ready": 1, "waiting_for": []}, "data.ready"),
    ],
)
def test_a_reply_that_differs_from_its_shape_is_told(broken: dict[str, Any], said: str) -> None:
    body = json.dumps({"data": broken}).encode()
    difference = promised().differs("GET", "/ready", 200, "application/json", body)
    assert difference is not None
    assert said in difference


def test_a_sound_reply_is_not() -> None:
    body = b'{"data": {"ready": true, "waiting_for": []}}'
    assert promised().differs("GET", "/ready", 200, "application/json; charset=utf-8", body) is None


@pytest.mark.parametrize(
    ("method", "path", "status", "media", "body", "said"),
    [
        ("GET", "/ready", 418, "application/json", b"{}", "418 is not described"),
        ("GET", "/ready", 200, "text/plain", b"yes", "text/plain is not one of"),
        ("DELETE", "/api/v1/alerts/x", 204, "", b"{}", "a body where none is described"),
        ("GET", "/api/v1/nowhere", 200, "application/json", b"{}", "nothing that is described"),
        (
            "GET",
            "/api/v1/alerts/x",
            404,
            "application/json",
            b'{"error": {"code": "FORBIDDEN", "message": "no"}}',
            "FORBIDDEN",
        ),
    ],
)
def test_so_is_one_that_is_not_promised(
    method: str, path: str, status: int, media: str, body: bytes, said: str
) -> None:
    assert said in (promised().differs(method, path, status, media, body) or "")


@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_served(shared) -> None:
    answer = await shared.ask("GET", "/api/v1/openapi.json")
    assert answer.body == json.loads(json.dumps(DOCUMENT))
    assert answer.body["openapi"].startswith("3.1.")
    assert re.match(r"\d+\.\d+", answer.body["info"]["version"])


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


@pytest.mark.asyncio(loop_scope="module")
async def test_people_read_it_without_anything_from_elsewhere(shared) -> None:
    answer = await shared.ask("GET", "/api/v1/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    links = Links()
    links.feed(answer.raw.decode())
    assert [each for each in links.found if not each.startswith(("#", "/"))] == []
    assert links.tags["script"] == links.tags["link"] == links.tags["img"] == 0
    assert links.tags["details"] == len({re.sub(r"_\d+$", "", each["operationId"]) for _, each in OPERATIONS})


def test_the_page_shows_what_is_said_as_text() -> None:
    said = {**DOCUMENT, "info": {"version": "<b>1</b>", "description": "`<script>`"}}
    assert "&lt;b&gt;1" in page(said)
    assert "<script>" not in page(said)


def test_shapes_are_written_as_programmers_read_them() -> None:
    notation = Notation(DOCUMENT["components"])
    written = notation.of({"$ref": "#/components/schemas/ShownSilence"})
    assert "  until: string | null\n" in written
    assert '  state: "pending" | "active" | "expired"\n' in written
    assert notation.of({"type": "integer", "minimum": 1, "default": 5}) == "integer (≥ 1) = 5"
    assert notation.of({"$ref": "#/components/schemas/ConditionMOfN"}).count("of:") == 1
