"""Elasticsearch's `_bulk`, `_doc` and `_create`: documents → events, with what became of every action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from lynxalert.events import Event, Reject, Unreadable, parse_object
from lynxalert.ingest.bodies import compact, lines_of, text_of, why_not_json
from lynxalert.ingest.columns import FEWEST, Origin, alike, objects_of
from lynxalert.ingest.errors import IngestCode, IngestError
from lynxalert.ingest.origin import is_index
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.taken import named, stamp, stamps

SHOWN = 10_000  # characters kept of a reject
ADDS = frozenset({"index", "create"})
OPERATIONS = ADDS | {"update", "delete"}
SINGLE = {"_doc": "index", "_create": "create"}  # how addresses of one document are written
HOSTS = ("host.name", "host.hostname", "hostname", "agent.hostname", "beat.hostname")
SOURCES = ("source", "log.file.path")
SOURCETYPES = ("sourcetype",)
NOTHING: Mapping[str, Any] = {}
MALFORMED, UNSUPPORTED, NAME = (
    "document_parsing_exception",
    "illegal_argument_exception",
    "invalid_index_name_exception",
)

Numbered: TypeAlias = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an action failed, in Elasticsearch's words: *type* is one of its exceptions."""

    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """One action: its *operation*, where to and under which *id*; *problem* is None for what became an event."""

    operation: str
    index: str
    id: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Bulk(Decoded):
    """Every action of a request, in its order. The events are those of the items without a problem, in order."""

    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """An action line: what to do with the document on the line after."""

    line: int
    text: str
    item: Item


@protocol("elasticsearch")
@dataclass(frozen=True, slots=True)
class Elasticsearch:
    """What Filebeat, Logstash, Fluent Bit, Vector, rsyslog and Elasticsearch's own libraries send.

    The index is that of the action, else that of the path. `@timestamp` is the time; `host.name` (or `host`) the
    host; `source`, else `log.file.path`, the source; an `_id` that the client gave becomes a field. Documents are
    only ever added: an update or delete is answered with an error of its item.
    """

    longest_event: int = 4 * 2**20  # characters

    def decode(self, payload: Payload) -> Bulk:
        """The documents of *payload*, a bulk of actions, or with an `operation` in its path one document.

        Raises:
            IngestError: the body is empty, or no line of it is an action.
        """
        text, repaired = text_of(payload.body)
        if not text.strip():
            raise IngestError(IngestCode.INVALID_JSON, "request body is required")
        index = payload.path.get("index", "main")
        operation = payload.path.get("operation")
        if operation is not None:
            item = Item(SINGLE[operation], index, payload.path.get("id") or None)
            return _gathered([self._add(Action(1, "", item), compact(text.strip()))], repaired)
        return self._together(text, index, repaired) or self._one_by_one(text, index, repaired)

    def _together(self, text: str, index: str, repaired: int) -> Bulk | None:
        """A body in which every second line is a document that nothing can be said against; None for any other."""
        lines = text.removesuffix("\n").split("\n")
        raws = lines[1::2]
        if "\r" in text or len(lines) % 2 or len(raws) < FEWEST:
            return None
        actions = {line: _action((0, line), index) for line in set(lines[::2])}
        items = {line: action.item for line, action in actions.items() if action is not None}
        usable = [item.operation in ADDS and is_index(item.index) for item in items.values()]
        documents = (
            objects_of(raws, self.longest_event) if all(usable) and len(items) == len(actions) else None
        )
        if documents is None:
            return None
        chosen = [items[line] for line in lines[::2]]
        events = alike(
            raws,
            documents,
            [_origin(item, document) for item, document in zip(chosen, documents, strict=True)],
            stamps([document.get("@timestamp") for document in documents]),
            [NOTHING if item.id is None else {"_id": item.id} for item in chosen],
        )
        return None if events is None else Bulk(events, (), repaired, tuple(chosen))

    def _one_by_one(self, text: str, index: str, repaired: int) -> Bulk:
        lines = list(lines_of(text))
        if not any(_action(line, index) for line in lines):
            reason = (
                "Malformed action/metadata line [1], expected an object with index, create, update or delete"
            )
            raise IngestError(IngestCode.INVALID_JSON, reason)
        return _gathered(self._actions(iter(lines), index), repaired)

    def _actions(self, lines: Iterator[Numbered], index: str) -> Iterator[tuple[Item, Event | Reject]]:
        """Each action with what became of it. A line that should be an action and is none fails alone."""
        last: Action | None = None
        for line in lines:
            # Most shippers write the same action line again and again.
            alike = last is not None and last.text == line[1]
            last = action = Action(*line, last.item) if last and alike else _action(line, index)
            if action is None:
                problem = Problem(UNSUPPORTED, f"Malformed action/metadata line [{line[0]}]")
                yield _failed(Action(*line, Item("index", index)), problem, line[1])
                continue
            document = None if action.item.operation == "delete" else next(lines, None)
            if action.item.operation not in ADDS:
                problem = Problem(
                    UNSUPPORTED, f"{action.item.operation} is not supported: events are only added"
                )
                yield _failed(action, problem, action.text if document is None else document[1])
            elif document is None:
                yield _failed(action, Problem(UNSUPPORTED, "the document is missing"), action.text)
            else:
                yield self._add(action, document[1])

    def _add(self, action: Action, text: str) -> tuple[Item, Event | Reject]:
        item = action.item
        if not is_index(item.index):
            problem = Problem(NAME, f"Invalid index name [{item.index[:100]}]")
            return _failed(action, problem, text)
        try:
            document = parse_object(text)
        except Unreadable as error:
            return _failed(action, Problem(MALFORMED, str(error)), text)
        if document is None:
            return _failed(action, Problem(MALFORMED, why_not_json(text)), text)
        if len(text) > self.longest_event:
            return _failed(action, Problem(MALFORMED, f"longer than {self.longest_event} characters"), text)
        return item, _event(item, text, document)


def _origin(item: Item, document: Mapping[str, Any]) -> Origin:
    return (
        item.index,
        named(document, SOURCES) or "elasticsearch",
        named(document, SOURCETYPES),
        # A plain `host` is found by the store itself.
        None if isinstance(document.get("host"), str) else named(document, HOSTS),
    )


def _event(item: Item, text: str, document: Mapping[str, Any]) -> Event:
    return Event(
        text,
        *_origin(item, document),
        time=stamp(document.get("@timestamp")),
        fields={} if item.id is None else {"_id": item.id},
        document=document,
    )


def _action(line: Numbered, index: str) -> Action | None:
    try:
        found = parse_object(line[1])
    except Unreadable:
        return None
    if found is None or len(found) != 1:
        return None
    ((operation, where),) = found.items()
    if operation not in OPERATIONS or not isinstance(where, dict):
        return None
    identifier = where.get("_id")
    identifier = None if identifier is None or identifier == "" else str(identifier)
    return Action(*line, Item(operation, str(where.get("_index") or index), identifier))


def _failed(action: Action, problem: Problem, text: str) -> tuple[Item, Reject]:
    item = Item(action.item.operation, action.item.index, action.item.id, problem)
    index = item.index if is_index(item.index) else "main"
    return item, Reject(action.line, problem.reason, text[:SHOWN], index, "elasticsearch")


def _gathered(outcomes: Iterable[tuple[Item, Event | Reject]], repaired: int) -> Bulk:
    found = list(outcomes)
    return Bulk(
        tuple(outcome for _, outcome in found if isinstance(outcome, Event)),
        tuple(outcome for _, outcome in found if isinstance(outcome, Reject)),
        repaired,
        tuple(item for item, _ in found),
    )
