"""What a command is: a dataclass whose fields are the clauses and options it takes, and how it lowers.

    @command
    @dataclass(frozen=True, slots=True)
    class Dedup:
        "Keep the first *count* rows of every combination of *names*."
        count: Number | None = one(Number)
        names: tuple[Name, ...] = many(Name, required=True)
        keepempty: bool = option(False)
        EXAMPLES = (...)
        def lower(self, relation, scope): ...

The grammar decides which clauses may stand where; here they are sorted into the fields, and options are checked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar

from lynxalert.lang import Code
from lynxalert.lang.ast import By, Name, Option, Stage
from lynxalert.plan.relation import Relation
from lynxalert.plan.scope import Scope
from lynxalert.registry import Registry, suggest

T = TypeVar("T")
COMMANDS: Registry[type[Command]] = Registry("command")


class Command(Protocol):
    """One stage, its clauses sorted."""

    EXAMPLES: ClassVar[tuple[tuple[str, str], ...]]  # (query, what it answers)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The relation after this stage."""
        ...


def command(cls: type[T]) -> type[T]:
    """Register *cls* under the name of its module's word; the outermost decorator of a command."""
    COMMANDS.add(cls.__module__.rpartition(".")[2], cls, documentation=cls.__doc__)  # type: ignore[arg-type]
    return cls


class BadOption(ValueError):
    """An option's text cannot be read; the message says what is wanted."""


def one(clause: type[Any], *, required: str | None = None) -> Any:
    """A field for the first clause of a type; *required* says what is missing when there is none."""
    return dataclasses.field(default=None, metadata={"clause": clause, "many": False, "required": required})


def many(clause: type[Any] | tuple[type[Any], ...], *, required: str | None = None) -> Any:
    """A field for all clauses of a type, in the order written."""
    return dataclasses.field(default=(), metadata={"clause": clause, "many": True, "required": required})


def option(default: Any, read: Callable[[str], Any] | None = None, *, name: str | None = None) -> Any:
    """A field for `name=value`; *read* turns the text into the value, by default after the default's type."""
    return dataclasses.field(
        default=default, metadata={"option": name or True, "read": read or _reader(default)}
    )


def _reader(default: Any) -> Callable[[str], Any]:
    if isinstance(default, bool):
        return boolean
    return whole if isinstance(default, int) else str


def boolean(text: str) -> bool:
    """t/f, true/false, 1/0, yes/no, in any case."""
    lowered = text.lower()
    if lowered in ("t", "true", "1", "yes", "y"):
        return True
    if lowered in ("f", "false", "0", "no", "n"):
        return False
    raise BadOption("true or false")


def whole(text: str) -> int:
    """A whole number from 0 up."""
    if not text.isdigit() or len(text) > 9:
        raise BadOption("a whole number")
    return int(text)


def choice(*allowed: str) -> Callable[[str], str]:
    """One of the *allowed* words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise BadOption(f"one of {', '.join(allowed)}")
        return text.lower()

    return read


def build(cls: type[Any], stage: Stage, scope: Scope) -> Any | None:
    """*stage* as an instance of *cls*, or nothing after reporting what does not fit."""
    values: dict[str, Any] = {}
    options = {}
    free = False  # a command that gathers options itself gives them names of its own
    before = len(scope.diagnostics)
    for field in dataclasses.fields(cls):
        if "option" in field.metadata:
            named = field.metadata["option"]
            options[field.name if named is True else named] = field
        elif "clause" in field.metadata:
            free = free or takes(field.metadata["clause"], Option)
            found = tuple(clause for clause in stage.clauses if isinstance(clause, field.metadata["clause"]))
            if not found and field.metadata["required"]:
                scope.report(Code.SYNTAX, f"`{stage.command}` needs {field.metadata['required']}", stage.span)
            if len(found) > 1 and field.metadata["clause"] is Name and not field.metadata["many"]:
                message = f"`{stage.command}` takes one name"
                scope.report(Code.WRONG_ARITY, message, found[1].span)
            values[field.name] = found if field.metadata["many"] else (found[0] if found else None)
        elif field.name == "stage":
            values["stage"] = stage
    given = [clause for clause in stage.clauses if isinstance(clause, Option)]
    given += [late for clause in stage.clauses if isinstance(clause, By) for late in clause.options]
    for written in given:
        if not free or written.name.lower() in options:
            _read_option(written, options, values, stage, scope)
    failed = any(diagnostic.code.severity == "error" for diagnostic in scope.diagnostics[before:])
    return None if failed else cls(**values)


def takes(clauses: type[Any] | tuple[type[Any], ...], clause: type[Any]) -> bool:
    """Whether a field for *clauses* gathers clauses of this type too."""
    return clause in (clauses if isinstance(clauses, tuple) else (clauses,))


def _read_option(
    written: Option,
    options: dict[str, dataclasses.Field[Any]],
    values: dict[str, Any],
    stage: Stage,
    scope: Scope,
) -> None:
    field = options.get(written.name.lower())
    if field is None:
        near = suggest(written.name, list(options))
        known = f"options: {', '.join(sorted(options))}" if options else "it takes no options"
        help_ = f"did you mean `{near}`?" if near else known
        message = f"`{stage.command}` has no option `{written.name}`"
        scope.report(Code.UNKNOWN_OPTION, message, written.span, help_)
        return
    try:
        values[field.name] = field.metadata["read"](written.value)
    except BadOption as wrong:
        message = f"`{written.name}` wants {wrong}, not `{written.value}`"
        scope.report(Code.WRONG_VALUE, message, written.value_span)
