"""The template of a `foreach` over values → the text for one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Span
from lynxalert.lang.ast import Name

ITEM = "<<ITEM>>"  # the column that holds the value; nobody else can name it
TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')


@dataclass(frozen=True, slots=True)
class Items:
    """What to go through and what to do: *item* and *number* are the words that stand for a value and its place."""

    field: Name
    json: bool
    template: str
    item: str
    number: str
    place: Span  # of the template


def filled(items: Items, number: int) -> str:
    """The template for value *number*; inside a text the value is joined in: `"a <<ITEM>>"` is `("a " . '<<ITEM>>' . "")`."""

    def joined(match: re.Match[str]) -> str:
        inside = match[0][1:-1]
        if items.item not in inside:
            return match[0]
        if inside == items.item:
            return items.item
        parts = [f'"{part}"' for part in inside.split(items.item)]
        return "(" + f" . {items.item} . ".join(parts) + ")"

    text = TEXT.sub(joined, items.template).replace(items.number, str(number))
    bare = text.replace(f"'{items.item}'", items.item)
    return bare.replace(items.item, f"'{ITEM}'")
