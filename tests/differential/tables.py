"""Random events: fields of one kind or of all, numbers in every spelling, lists, names that differ by case."""

from __future__ import annotations

from hypothesis import strategies as st

NUMBERS = [0, 1, -1, 2, 3, 5, 7, 10, 100, 500, 0.5, -0.5, 2.25, 5.0, 5.5, 1e15, 0.125]
LARGE = [2**53, 2**53 + 1, -(2**53) - 1, 2**62]
NUMERIC = ["5", "5.0", "05", "+5", "-1", ".5", "5.", "1e3", "10", "9", "0", "9007199254740993"]
TEXTS = ["", "a", "A", "b", "ab", "a b", "é", "É", "日本", " 5", "5 ", "nan", "inf", "1_000", "true", "null", "0x10", "%", "a_b", "*", "a,b,,c", "10.1.2.3", "2026-02-14", "x=1", "error 500", '"']  # fmt: skip
GROUPS = ["x", "y", "z", "X"]

numbers = st.sampled_from(NUMBERS)
numeric = st.sampled_from(NUMERIC)
texts = st.sampled_from(TEXTS)
anything = st.one_of(numbers, numeric, texts, st.booleans(), st.sampled_from(LARGE), st.none())
KINDS = [
    anything,
    st.one_of(numbers, st.none()),
    st.integers(-5, 5),
    st.one_of(texts, st.none()),
    st.one_of(numeric, numbers),
    st.one_of(st.booleans(), st.none()),
    st.one_of(st.sampled_from(GROUPS), st.none()),
    st.none(),
]
lists = st.one_of(st.none(), st.lists(st.one_of(numbers, numeric, texts), max_size=4))


@st.composite
def tables(draw: st.DrawFn) -> list[dict]:
    """Events with the fields n (numbers), v w (any kind, or one), g (few values), G (its twin), l (lists)."""
    size = draw(st.integers(1, 12))

    def column(kind: st.SearchStrategy) -> list:
        return draw(st.lists(kind, min_size=size, max_size=size))

    made = {
        "n": column(st.one_of(st.integers(-5, 9), st.sampled_from(NUMBERS[:15]), st.none())),
        "v": column(anything),
        "w": column(draw(st.sampled_from(KINDS))),
        "g": column(st.one_of(st.sampled_from(GROUPS), st.none())),
        "G": column(draw(st.sampled_from(KINDS))),
        "l": column(lists),
    }
    return [dict(zip(made, row, strict=True)) for row in zip(*made.values(), strict=True)]
