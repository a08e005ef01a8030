"""The part of Jinja that is offered: values are plain JSON, attributes are keys, all work is counted.

No Python attribute can be reached and nothing can be called. A field that is not there is blank, not an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment

from lynxalert.notify.filters import FILTERS, LONGEST, READY, Ready, text_of
from lynxalert.notify.markup import Markup, cut
from lynxalert.notify.message import Plain

STEPS = 200_000  # nodes evaluated in loops, calculations and filters of one rendering
CHARACTERS = 1_000_000  # made on the way
LEAVES = 5_000  # values within a list or object that a template makes; LETTERS of a text count as one
LETTERS = 20
LOOP = frozenset({"index", "index0", "revindex", "first", "last", "length"})


@dataclass(slots=True)
class Budget:
    """What one rendering has used and noticed; lives for that rendering only.

    *value_limit* cuts each value; *absent* is written for null and for what is not there.
    """

    markup: Markup
    value_limit: int
    absent: str = ""
    steps: int = 0
    characters: int = 0
    blanks: dict[str, None] = field(default_factory=dict)

    def charge(self, value: Plain, steps: int = 1) -> Plain:
        """Count *steps* that made *value*; a number beyond 64 bits becomes a float."""
        length = len(value) if isinstance(value, str | list | tuple) else 1
        self.steps += steps
        self.characters += length
        if self.steps > STEPS or self.characters > CHARACTERS or length > LONGEST:
            raise ValueError("the template does too much; use fewer loops or shorter texts")
        if isinstance(value, int) and abs(value) > 2**63:
            return float(value)
        return value


class Blank(jinja2.ChainableUndefined):
    """What is not there: empty text, false, in no order with anything, and so is all that is made of it."""

    __slots__ = ()

    def _blank(self, *_: object) -> Blank:
        return self

    def _no(self, _: object) -> bool:
        return False

    # The base class says these never return; here they do.
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __pos__ = _blank  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _blank  # type: ignore[assignment]
    __lt__ = __le__ = __gt__ = __ge__ = _no  # type: ignore[assignment]


class Sandbox(SandboxedEnvironment):
    """Jinja without Python: keys for attributes, counted operators, our filters only."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def __init__(self) -> None:
        super().__init__(
            undefined=Blank,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            cache_size=0,
        )
        self.globals.clear()
        self.filters = {name: _counted(name, function) for name, function in FILTERS.items()}
        self.filters |= {
            "_made": _made,
            "default": _default,
            "d": _default,
            "_concat": _concat,
            "_each": _each,
            "_range": _range,
        }

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The value under the key *attribute*; of Python's attributes only the loop's counters."""
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The value under a key or at a position; `result.http.status` also finds the field `http.status`."""
        if isinstance(obj, Mapping):
            if argument in obj:
                return obj[argument]
            prefix = f"{argument}."
            inner = {key[len(prefix) :]: value for key, value in obj.items() if key.startswith(prefix)}
            return inner or Blank(name=str(argument))
        if isinstance(obj, str | list | tuple):
            if isinstance(argument, slice):
                return obj[argument]
            if isinstance(argument, int) and -len(obj) <= argument < len(obj):
                return obj[argument]
        return Blank(name=str(argument))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers, or join two texts or two lists."""
        if isinstance(left, Blank) or isinstance(right, Blank):
            return Blank(name=f"a side of `{operator}`")
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers and not (operator == "+" and type(left) is type(right)):
            raise TypeError(f"`{operator}` needs numbers on both sides")
        made = _budget(context).charge(super().call_binop(context, operator, left, right))
        return made if numbers else _made(context, made)


def node_count(node: nodes.Node) -> int:
    """How much there is to evaluate in one turn of *node*."""
    return 1 + sum(node_count(child) for child in node.iter_child_nodes())


def _budget(context: Context) -> Budget:
    budget = context["_budget"]
    assert isinstance(budget, Budget)
    return budget


def weigh(value: Plain, left: int = LEAVES) -> int:
    """How much of *left* remains after everything within *value* is counted; what is shared counts each time.

    Raises:
        ValueError: nothing remains.
    """
    left -= 1
    if isinstance(value, list | tuple | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            left = weigh(each, left)
    elif isinstance(value, str):
        left -= len(value) // LETTERS
    if left < 0:
        raise ValueError("a list or object made here holds too much")
    return left


@jinja2.pass_context
def _made(context: Context, value: Any) -> Any:
    """A list or object that the template made: small, so that comparing and writing it is quick."""
    return _budget(context).charge(value, LEAVES - weigh(value))


@jinja2.pass_context
def _shown(context: Context, value: Any) -> str:
    """A value on its way into the text: shortened if asked, escaped for the markup."""
    budget = _budget(context)
    if isinstance(value, LoopContext):
        return budget.absent
    if isinstance(value, Blank):
        name = value._undefined_name  # noqa: SLF001 - Jinja keeps the name nowhere else
        budget.blanks[str(name)] = None
        return budget.absent
    if value is None:
        return budget.absent
    if isinstance(value, Ready):
        return str(value)
    text = cut(text_of(value), budget.value_limit)
    return str(budget.charge(budget.markup.escape(text)))


def _counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @jinja2.pass_context
    def apply(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
        budget = _budget(context)
        given = None if isinstance(value, Blank | LoopContext) else value
        made = budget.charge(function(given, *arguments, **named))
        return Ready(made) if (budget.markup.name, name) in READY else made

    return apply


def _default(value: Any, instead: Any = "") -> Any:
    return instead if isinstance(value, Blank) or value is None else value


@jinja2.pass_context
def _concat(context: Context, parts: list[Any]) -> Any:
    return _budget(context).charge(
        "".join("" if isinstance(part, Blank | LoopContext) else text_of(part) for part in parts)
    )


@jinja2.pass_context
def _each(context: Context, values: Any, weight: int) -> list[Any]:
    listed = [] if isinstance(values, Blank) or values is None else list(values)
    _budget(context).charge(listed, len(listed) * weight)
    return listed


@jinja2.pass_context
def _range(context: Context, bounds: list[Any]) -> list[int]:
    numbers = range(*(int(bound) for bound in bounds))
    if len(numbers) > LONGEST:
        raise ValueError("the range is too long")
    return list(_budget(context).charge(list(numbers)))
