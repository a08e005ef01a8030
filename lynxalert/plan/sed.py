"""`s/find/put/g` and `y/abc/xyz/` → a field rewritten."""

from __future__ import annotations

import re

from lynxalert.lang import Code
from lynxalert.lang.ast import Text
from lynxalert.plan.relation import Extend, Relation
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

SED = re.compile(
    r"s(?P<d>[^\w\s\\])(?P<find>(?:\\.|(?!(?P=d)).)*)(?P=d)(?P<put>(?:\\.|(?!(?P=d)).)*)(?P=d)(?P<flags>[gi\d]*)",
    re.DOTALL,
)
TRANSLITERATE = re.compile(r"y(?P<d>[^\w\s\\])(?P<find>.*?)(?P=d)(?P<put>.*?)(?P=d)", re.DOTALL)


def rewritten(relation: Relation, source: Column | None, text: Text, scope: Scope) -> Relation:
    """*relation* with *source* rewritten as *text* says."""
    substitute, translate = SED.fullmatch(text.value), TRANSLITERATE.fullmatch(text.value)
    found = substitute or translate
    if found is None:
        help_ = "s/find/replacement/g or y/abc/xyz/"
        scope.report(Code.BAD_REGEX, "not a sed expression", text.span, help_)
        return relation
    wrong = scope.complain(found["find"]) if substitute else None
    if wrong is not None:
        scope.report(Code.BAD_REGEX, wrong[0], text.span, wrong[1])
        return relation
    if source is None:
        return relation
    new = scope.column(source.name, Type.TEXT)
    if substitute:
        flags = constant(substitute["flags"])
        value = scope.call(
            "rex:sed", ColumnRef(source), constant(found["find"]), constant(found["put"]), flags
        )
    else:
        value = scope.call(
            "rex:translate", ColumnRef(source), constant(found["find"]), constant(found["put"])
        )
    return Extend(relation, ((new, value),), relation.schema.put(new))
