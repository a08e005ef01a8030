"""Raw events as a table of a mail: columns, rests, texts, and nothing that a value could write there."""

from __future__ import annotations

import re

import pytest

from lynxalert.notify.tabled import MOST_COLUMNS, REST, table

HOSTILE = '{"msg": "</td></table><script>alert(1)</script>", "<b>": "a&b"}'


def cells(html: str) -> list[list[str]]:
    """The table, row by row, without its styles."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[dh] style=\"[^\"]*\">(.*?)</t[dh]>", row) for row in rows]


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        (['{"host": "a", "n": 1.0}', '{"n": null, "up": true}'], [["host", "n", "up"], ["a", "1", ""], ["", "", "true"]]),
        (["GET / 500", '{"host": "a"}'], [["GET / 500"], ["{&quot;host&quot;: &quot;a&quot;}"]]),
        (['{"host": "a…'], [["{&quot;host&quot;: &quot;a…"]]),
        (["{}"], [["{}"]]),
        (["[1, 2]"], [["[1, 2]"]]),
        (['{"a": {"b": [1, 2]}}'], [["a"], ["{&quot;b&quot;: [1, 2]}"]]),
        ([HOSTILE], [["msg", "&lt;b&gt;"],
                     ["&lt;/td&gt;&lt;/table&gt;&lt;script&gt;alert(1)&lt;/script&gt;", "a&amp;b"]]),
    ],
)  # fmt: skip
def test_events_are_cells(events: list[str], rows: list[list[str]]) -> None:
    assert cells(table("\n".join(events))) == rows


def test_what_has_no_column_stands_in_the_last() -> None:
    wide = "{" + ", ".join(f'"f{n}": {n}' for n in range(MOST_COLUMNS + 2)) + "}"
    head, row, short = cells(table(f'{wide}\n{{"f0": 7}}'))
    assert head == [f"f{n}" for n in range(MOST_COLUMNS)] + [REST]
    assert row[-1] == f"{{&quot;f{MOST_COLUMNS}&quot;: 8, &quot;f{MOST_COLUMNS + 1}&quot;: 9}}"
    assert (short[0], short[-1]) == ("7", "")
    assert max(map(len, cells(table('{"a": "' + "x" * 500 + '"}'))[1])) == 120
