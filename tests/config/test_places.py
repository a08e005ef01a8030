from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from lynxalert.config.places import inside, nearest, places
from lynxalert.lang import Span

TEXT = '''# a comment with [brackets] and "quotes"
top = 1
"quoted key" = "a" # after
dotted.inner."x.y" = true

[server] # comment
listen = "127.0.0.1:3100"

[alerts.high]
channels = [
  "ops", # ] not the end
  { type = "webhook", url = "https://e/#}", headers = { A = "b" } },
]
q = """
level=error
| stats count"""
when = 1979-05-27 07:32:00 # a date

[[outer.list]]
a = [1, [2, 3]]
[[outer.list]]
a = []
[outer.list.sub]
b = 'lit'
'''


def written(path: tuple[str | int, ...]) -> str:
    spot = places(TEXT)[path]
    return TEXT[spot.value.start : spot.value.end]


def test_every_setting_has_a_place() -> None:
    assert written(("top",)) == "1"
    assert written(("quoted key",)) == '"a"'
    assert written(("dotted", "inner", "x.y")) == "true"
    assert written(("server",)) == "[server]"
    assert written(("server", "listen")) == '"127.0.0.1:3100"'
    assert written(("alerts", "high", "channels", 0)) == '"ops"'
    assert written(("alerts", "high", "channels", 1, "url")) == '"https://e/#}"'
    assert written(("alerts", "high", "channels", 1, "headers", "A")) == '"b"'
    assert written(("alerts", "high", "when")) == "1979-05-27 07:32:00"
    assert written(("outer", "list", 0, "a", 1, 0)) == "2"
    assert written(("outer", "list", 1, "sub", "b")) == "'lit'"
    assert written(("outer", "list", 1)) == "[[outer.list]]"


def test_what_is_missing_is_reported_at_the_nearest_table() -> None:
    path, spot = nearest(places(TEXT), ("alerts", "high", "channels", 1, "config", "token"))
    assert path == ("alerts", "high", "channels", 1)
    assert spot is not None
    assert TEXT[spot.key.start] == "{"
    assert nearest(places(TEXT), ("nowhere",)) == ((), None)


def test_a_place_inside_a_text_is_found_behind_quotes_and_escapes() -> None:
    text = 'q = "say \\"hi\\" | where \\u0041 > 1"\nm = """\nline\none \\\n   two"""\n'
    spots = places(text)
    value = tomllib.loads(text)["q"]
    at = value.index("A >")
    span = inside(text, spots["q",].value, Span(at, at + 1))
    assert text[span.start : span.end] == "\\u0041"
    value = tomllib.loads(text)["m"]
    at = value.index("two")
    span = inside(text, spots["m",].value, Span(at, at + 3))
    assert text[span.start : span.end] == "two"


KEYS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=8)
VALUES = st.recursive(
    st.integers(-999, 999) | st.booleans() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case list():
            return "[ " + " , # ]}\n".join(toml(each) for each in value) + "\n]"
        case dict():
            return "{ " + ", ".join(f"{quoted(key)} = {toml(each)}" for key, each in value.items()) + " }"
    return str(value)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def paths(value: object, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {at} if at else set()
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, each in entries:
        found |= paths(each, (*at, key))
    return found


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_value_of_any_document_is_found_where_it_is_written(document: dict[str, object]) -> None:
    # Inline tables stay on one line in TOML 1.0, lists inside them too.
    text = "\n".join(f"{quoted(key)} = {flat(toml(value))}" for key, value in document.items())
    assert tomllib.loads(text) == document
    spots = places(text)
    assert set(spots) == paths(document)
    for path, spot in spots.items():
        value: object = document
        for part in path:
            value = value[part]  # type: ignore[index]
        assert tomllib.loads("v = " + text[spot.value.start : spot.value.end])["v"] == value


def flat(text: str) -> str:
    return text.replace(" # ]}\n", " ").replace("\n", " ")
