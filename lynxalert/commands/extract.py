"""`extract` (`kv`): fields from pairs such as `key=value` in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.discovery import discovered
from lynxalert.plan.relation import Relation
from lynxalert.plan.scalar import ColumnRef, Scalar, constant
from lynxalert.plan.scope import Scope
from lynxalert.plan.terms import scan_of

BETWEEN, WITHIN = " ,;|\t\n\r", "="
ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r"}


@command
@dataclass(frozen=True, slots=True)
class Extract:
    """Make fields of the pairs in `_raw`: `pairdelim` are the characters between pairs, `kvdelim` those inside them.

    A value may stand in double quotes. `mv_add=t` makes a multivalue of a key that comes again; `clean_keys` writes
    `_` for what is no letter or digit. Without delimiters the pairs are those found when the event arrived.
    """

    names: tuple[Name, ...] = many(Name)
    pairdelim: str = option("")
    kvdelim: str = option("")
    limit: int = option(50)
    maxchars: int = option(10_240)
    mv_add: bool = option(default=False)
    clean_keys: bool = option(default=True)
    auto: bool = option(default=True)  # accepted: pairs are always looked for
    reload: bool = option(default=False)  # accepted: there is nothing to load again
    segment: bool = option(default=False)  # accepted: the text is not stored in segments
    stage: Stage | None = None
    EXAMPLES = (('| extract pairdelim="|" kvdelim=":"', "fields of `user:ann|role:admin`"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """An extension by one field per key, known when the keys have been asked for."""
        assert self.stage is not None
        if self.names:
            message = "extractions by name are not offered"
            scope.report(Code.REFUSED_COMMAND, message, self.names[0].span, "use `rex`")
            return relation
        raw = scope.find("_raw", relation.schema, self.stage.name_span)
        if raw is None or (not self.pairdelim and not self.kvdelim and scan_of(relation) is not None):
            return relation
        text = scope.call("text:left", ColumnRef(raw), constant(self.maxchars))
        keys = scope.call("find:every", text, constant(self._pattern('[^{kv}{pair}"]+?')), constant(1))
        first = scope.call("mv:first", keys, constant(self.limit))
        return discovered(
            relation, first, self.stage.span, scope, lambda key: [self._field(key, text, scope)]
        )

    def _field(self, key: str, text: Scalar, scope: Scope) -> tuple[str, Scalar]:
        pattern = constant(self._pattern(re.escape(key).replace("{", "{{").replace("}", "}}")))
        function = "find:every" if self.mv_add else "find:first"
        in_quotes = scope.call(function, text, pattern, constant(2))
        bare = scope.call(function, text, pattern, constant(3))
        value = (
            scope.call("mvappend", in_quotes, bare)
            if self.mv_add
            else scope.call("coalesce", in_quotes, bare)
        )
        return cleaned(key) if self.clean_keys else key, value

    def _pattern(self, key: str) -> str:
        """A pair whose key is *key* (group 1), with its value in quotes (group 2) or bare (group 3)."""
        pair, within = _class(self.pairdelim or BETWEEN), _class(self.kvdelim or WITHIN)
        written = f'(?s)(?:^|[{{pair}}])\\s*"?({key})"?\\s*[{{kv}}]\\s*(?:"([^"]*)"|([^{{pair}}"]+))'
        return written.format(pair=pair, kv=within)


def _class(characters: str) -> str:
    """*characters* inside the brackets of a regular expression."""
    for written, meant in ESCAPES.items():
        characters = characters.replace(written, meant)
    return re.sub(r"([\\\]\[^-])", r"\\\1", characters)


def cleaned(key: str) -> str:
    """*key* with `_` for every run of what is no letter or digit, none of it at the start."""
    return re.sub(r"^[_\d]+", "", re.sub(r"\W+", "_", key.strip())) or "_"
