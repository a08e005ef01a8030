"""Routes and what is said of their endpoints → an OpenAPI 3.1 document."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.access import Role
from lynxalert.api.contract.addresses import Address, addresses, methods
from lynxalert.api.contract.components import Components
from lynxalert.api.contract.headers import HEADERS
from lynxalert.api.contract.operation import Data, Family, Operation, Reply
from lynxalert.api.errors import Endpoint
from lynxalert.config.schema.classes import references

Document: TypeAlias = dict[str, Any]
Rule: TypeAlias = "Mapping[Endpoint, Role | None]"

BODIES = ("POST", "PUT", "PATCH")
READING = (400, 408, 413, 415, 422)  # what may be wrong with a body
KNOWING = (401, 403, 429)  # what may be wrong with a key
SAYS = """Alerting on logs: send events, ask them, and be told.

The native interface stands under `/api/v1`; its replies are `{"data": …, "meta"?: …}` or `{"error": …}`. Beside it the
daemon speaks the protocols of shippers and the alert interfaces of other products, each in its own words. Every reply
carries `X-Request-ID`. Replies may gain fields: a client ignores those that it does not know."""
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key, or a token of the identity provider.",
    },
    "basic": {"type": "http", "scheme": "basic", "description": "The key as the password."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class UndescribedError(Exception):
    """A route's endpoint is described nowhere: see `lynxalert.api.contract`."""


@dataclass(frozen=True, slots=True)
class Described:
    """One operation at one address."""

    method: str
    address: Address
    operation: Operation
    family: Family
    role: Role | None

    @property
    def statuses(self) -> tuple[int, ...]:
        """The statuses it may refuse with."""
        own = self.operation
        if self.family.usual is not None:
            found = {*self.family.usual, *own.refuses}
        else:
            found = {500, *own.refuses}
            found |= {*KNOWING} if self.role is not None else set()
            found |= {503} if self.role not in (None, Role.INGEST) else set()  # while the daemon stops
            found |= {*READING} if own.takes is not None and self.method in BODIES else set()
            found |= {404} if self.address.variables else set()
            found |= {422} if self.asked is not None else set()
        return tuple(sorted(found - set(own.replies)))

    @property
    def asked(self) -> Any:
        """What stands in the query string."""
        own = self.operation
        in_body = self.method in BODIES or isinstance(own.takes, dict)  # a payload has no fields to ask by
        return own.asked if in_body or own.asked is not None else own.takes


def described(
    routes: Iterable[tuple[str, str, Endpoint]], families: Sequence[Family], rules: Rule
) -> Iterator[Described]:
    """Every operation at every address, in the order of the routes.

    Raises:
        UndescribedError: nothing is said of an endpoint.
    """
    known = {endpoint: (one, family) for family in families for endpoint, one in family.operations.items()}
    for method, path, endpoint in routes:
        if endpoint not in known:
            raise UndescribedError(f"{method} {path}")
        operation, family = known[endpoint]
        for address in addresses(path):
            for each in methods(method):
                yield Described(each, address, operation, family, rules.get(endpoint, Role.ADMIN))


def document(
    routes: Iterable[tuple[str, str, Endpoint]], families: Sequence[Family], rules: Rule
) -> Document:
    """The whole document.

    Raises:
        UndescribedError: nothing is said of an endpoint.
    """
    found = list(described(routes, families, rules))
    refusals = {
        f"{each.family.name.replace(' ', '')}{status}": each.family.refusal(status)
        for each in found
        for status in each.statuses
    }
    components = Components(_shapes([each.operation for each in found], refusals.values()))
    paths: dict[str, dict[str, Any]] = {}
    seen: dict[str, int] = {}
    for each in found:
        at = paths.setdefault(each.address.path, {})
        if each.method.lower() in at:
            continue  # aiohttp takes the first route that fits
        seen[each.operation.name] = count = seen.get(each.operation.name, 0) + 1
        at[each.method.lower()] = _operation(each, components, count)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LynxAlert",
            "version": importlib.metadata.version("lynxalert"),
            "description": SAYS,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": each.name, "description": each.says} for each in families],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(_used(paths, refusals, components).items())),
            "responses": {name: _reply(each, components) for name, each in sorted(refusals.items())},
            "securitySchemes": SCHEMES,
        },
    }


def _shapes(operations: Iterable[Operation], refusals: Iterable[Reply]) -> Iterator[Any]:
    for each in operations:
        yield from (each.takes, each.asked)
        yield from (reply.shape for reply in each.replies.values())
    yield from (each.shape for each in refusals)


def _used(paths: Document, refusals: Mapping[str, Reply], components: Components) -> Document:
    """The definitions that something refers to, however far away."""
    refs = "#/components/schemas/{model}"
    fresh = references(
        [paths, *(components.of(each.shape) for each in refusals.values() if each.shape)], refs
    )
    found: set[str] = set()
    while fresh:
        found |= fresh
        fresh = {one for name in fresh for one in references(components.definitions[name], refs)} - found
    return {name: components.definitions[name] for name in found}


def _operation(each: Described, components: Components, count: int) -> Document:
    own, role = each.operation, each.role
    needs = (
        f"Needs a key with the role `{role}` or above, where keys are asked for." if role else "Needs no key."
    )
    found: Document = {
        "operationId": own.name if count == 1 else f"{own.name}_{count}",
        "tags": [each.family.name],
        "summary": own.says,
        "description": f"{own.more}\n\n{needs}".strip(),
        "parameters": [*_parameters(each, components)],
    }
    if own.takes is not None and each.method in BODIES:
        content = {media: {"schema": components.of(own.takes)} for media in own.media}
        found["requestBody"] = {"required": not own.optional, "content": content}
    replies = {str(status): _reply(reply, components) for status, reply in own.replies.items()}
    prefix = each.family.name.replace(" ", "")
    for status in each.statuses:
        replies[str(status)] = {"$ref": f"#/components/responses/{prefix}{status}"}
    found["responses"] = dict(sorted(replies.items()))
    found["security"] = [{}, *({name: []} for name in SCHEMES)] if role else []
    return {key: value for key, value in found.items() if value != [] or key == "security"}


def _parameters(each: Described, components: Components) -> Iterator[Document]:
    for name, schema in each.address.variables.items():
        says = each.family.parameters.get(name)
        said = {"description": says} if says else {}
        yield {"name": name, "in": "path", "required": True, **said, "schema": schema}
    if each.asked is not None:
        fields, needed = components.settings(each.asked)
        for name, schema in fields.items():
            must = {"required": True} if name in needed else {}
            yield {"name": name, "in": "query", **must, "schema": _plain(schema)}
    for name in each.operation.headers:
        meaning, words = HEADERS[name]
        yield {"name": name, "in": "header", "description": meaning, "schema": {**words}}


def _plain(schema: Document) -> Document:
    """A setting of the query string: left out, it has its default; null is no word there."""
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and value is not None}
    if not choices:
        return rest
    return {**choices[0], **rest} if len(choices) == 1 else {"anyOf": choices, **rest}


def _reply(reply: Reply, components: Components) -> dict[str, Any]:
    found: dict[str, Any] = {"description": reply.says}
    if reply.headers:
        found["headers"] = {
            name: {"description": HEADERS[name][0], "schema": dict(HEADERS[name][1])}
            for name in reply.headers
        }
    if reply.shape is not None:
        found["content"] = {media: {"schema": components.of(reply.shape)} for media in reply.media}
    return found


__all__ = ["Data", "Described", "Document", "UndescribedError", "described", "document"]
