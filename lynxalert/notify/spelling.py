"""The Go spelling of templates that the LynxDB pages print → the one used here. Pure.

`{{.alert.name}}` becomes `{{ alert.name}}`: the same length, so that every place in a diagnostic stays true.
"""

from __future__ import annotations

import re

# A tag that is not closed before the next one opens is none; else many open ones would be looked through again and again.
TAG = re.compile(r"\{\{(?:(?!\{\{).)*?\}\}|\{%(?:(?!\{%).)*?%\}", re.DOTALL)
# A dot that begins a path: after an opening, a blank, a bracket, a comma, a pipe or an operator. Strings are skipped.
LEADING_DOT = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<![\w\]\)\}.'"])\.(?=[A-Za-z_])""")
KEYWORD = re.compile(r"\{\{-?\s*(if|range|end|else|with|define|template|block|printf)\b")
INSTEAD = {
    "if": "write `{% if … %} … {% endif %}`",
    "range": "write `{% for row in rows %} … {% endfor %}`",
    "end": "write `{% endif %}` or `{% endfor %}`",
    "else": "write `{% else %}`",
}


def respell(source: str) -> tuple[str, bool]:
    """*source* with leading dots taken out of its tags, and whether there were any."""
    changed = TAG.sub(lambda tag: LEADING_DOT.sub(lambda dot: dot[1] or " ", tag[0]), source)
    return changed, changed != source


def go_keyword(source: str) -> tuple[int, int, str] | None:
    """The first Go control word in *source*: its start, its end, and what to write instead."""
    found = KEYWORD.search(source)
    if found is None:
        return None
    word = found[1]
    return found.start(1), found.end(1), INSTEAD.get(word, f"`{word}` of Go templates is not offered")
