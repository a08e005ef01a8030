"""What stands in `meta`: how a list goes on, and what is odd about an answer."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class ShownMistake(TypedDict):
    """Something wrong, or odd, with a setting: where, what, and what to do about it."""

    path: list[str | int]
    message: str
    code: str
    help: NotRequired[str]
    file: NotRequired[str]
    line: NotRequired[int]
    column: NotRequired[int]


class Warned(TypedDict):
    """What was accepted, and is odd."""

    warnings: list[ShownMistake]


class Page(TypedDict):
    """Whether more follows, and the `cursor` that asks for it."""

    has_more: bool
    next_cursor: str | None


class CountedPage(Page):
    """A page of a list that knows its length."""

    total: int
