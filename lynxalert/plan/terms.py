"""Term → Scalar: what stands before the first pipe and after `search`.

Unlike `where`, a comparison here ignores case, knows wildcards, and `NOT` also keeps rows without the field.
"""

from __future__ import annotations

import ipaddress
from typing import assert_never

from lynxalert.lang import Code, Span
from lynxalert.lang.ast import AllOf, AnyOf, Comparison, Member, Not, Pattern, SubsearchTerm, Term, Word
from lynxalert.plan.combinations import BOUNDS, folded
from lynxalert.plan.lookalikes import warn_of_lookalikes
from lynxalert.plan.relation import Relation, Scan
from lynxalert.plan.scalar import NULL, TRUE, ColumnRef, Constant, Scalar, constant
from lynxalert.plan.schema import Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

FALSE = Constant(value=False, type=Type.BOOLEAN)
MANY_WORDS = 16  # alternatives that are looked for together
LONGEST_WORD = 10_000  # characters; the engine's regular expressions end somewhere beyond


def resolve_term(term: Term, schema: Schema, scope: Scope, scan: Scan | None) -> Scalar:
    """*term* over rows of *schema*. *scan* gives the hidden text column while rows are still raw events."""
    match term:
        case AllOf(terms):
            warn_of_lookalikes(terms, scope)
            scalars = [resolve_term(one, schema, scope, scan) for one in terms if not is_bound(one)]
            return _joined("AND", scalars, scope, TRUE)
        case AnyOf(terms):
            return _any_of(terms, schema, scope, scan)
        case Not(inner):
            return scope.call("search:not", resolve_term(inner, schema, scope, scan))
        case Comparison():
            return TRUE if is_bound(term) else _compare(term, schema, scope)
        case Member(field, values, _, field_span):
            return _member(field, values, field_span, schema, scope)
        case Word():
            return _word(term, schema, scope, scan)
        case SubsearchTerm(span=span):
            scope.report(Code.REFUSED_COMMAND, "a subsearch cannot stand here", span)
            return FALSE
        case _:
            assert_never(term)


def is_bound(term: Term) -> bool:
    """Whether *term* sets the time range instead of filtering."""
    return isinstance(term, Comparison) and term.field.lower() in BOUNDS and term.operator == "="


def _joined(operator: str, scalars: list[Scalar], scope: Scope, empty: Scalar) -> Scalar:
    if len(scalars) <= 1:
        return scalars[0] if scalars else empty
    return scope.call(operator, *scalars)


def _any_of(terms: tuple[Term, ...], schema: Schema, scope: Scope, scan: Scan | None) -> Scalar:
    """Alternatives; those that compare one field for equality become one list, however many they are."""
    members: dict[str, tuple[list[Pattern], Span]] = {}
    terms, words = _many_words(terms, schema, scope, scan)
    others, terms_left = folded(terms, schema, scope)
    others += words
    for term in terms_left:
        match term:
            case Comparison(field, "=", value, _, span) if field.lower() not in BOUNDS:
                members.setdefault(field, ([], span))[0].append(value)
            case _:
                others.append(resolve_term(term, schema, scope, scan))
    lists = [_member(field, tuple(values), span, schema, scope) for field, (values, span) in members.items()]
    return _joined("OR", lists + others, scope, FALSE)


def _many_words(
    terms: tuple[Term, ...], schema: Schema, scope: Scope, scan: Scan | None
) -> tuple[tuple[Term, ...], list[Scalar]]:
    """*terms* without the words that are looked for together when they are many, and what looks for those."""
    many: dict[str, list[Word]] = {}
    for term in terms:
        if isinstance(term, Word) and term.pattern.text.strip("*") and len(term.pattern.text) <= LONGEST_WORD:
            many.setdefault(_mode(term), []).append(term)
    many = {mode: words for mode, words in many.items() if len(words) >= MANY_WORDS}
    raw = schema.find("_raw")
    if not many or raw is None:
        return terms, []
    text: Scalar = ColumnRef(scan.text) if scan is not None else NULL
    found = [
        scope.call(
            "search:words",
            ColumnRef(raw),
            text,
            constant(mode),
            *(constant(word.pattern.text) for word in words),
        )
        for mode, words in many.items()
    ]
    together = {id(word) for words in many.values() for word in words}
    return tuple(term for term in terms if id(term) not in together), found


def _mode(word: Word) -> str:
    return f"{word.kind}{':case' if word.pattern.case else ''}"


def _compare(term: Comparison, schema: Schema, scope: Scope) -> Scalar:
    column = scope.find(term.field, schema, term.field_span)
    if column is None:
        return FALSE
    value = ColumnRef(column)
    if term.operator in ("=", "!="):
        matched = _matches(value, (term.value,), scope)
        return matched if term.operator == "=" else scope.call("search:differs", value, matched)
    return scope.call(f"search:{term.operator}", value, constant(term.value.text))


def _member(field: str, values: tuple[Pattern, ...], span: Span, schema: Schema, scope: Scope) -> Scalar:
    column = scope.find(field, schema, span)
    return FALSE if column is None else _matches(ColumnRef(column), values, scope)


def _matches(value: Scalar, patterns: tuple[Pattern, ...], scope: Scope) -> Scalar:
    if any(set(pattern.text) == {"*"} for pattern in patterns):
        return scope.call("isnotnull", value)
    exact = [constant(pattern.text) for pattern in patterns if pattern.case]
    plain = [
        constant(pattern.text) for pattern in patterns if not pattern.case and not is_network(pattern.text)
    ]
    networks = [constant(pattern.text) for pattern in patterns if is_network(pattern.text)]
    found = []
    if plain:
        found.append(scope.call("search:any", value, *plain))
    if exact:
        found.append(scope.call("search:case", value, *exact))
    found += [scope.call("cidrmatch", network, value) for network in networks]
    return _joined("OR", found, scope, FALSE)


def is_network(text: str) -> bool:
    """Whether *text* is a CIDR block such as `10.0.0.0/8`."""
    address, slash, bits = text.partition("/")
    if not slash or not bits.isdigit():
        return False
    try:
        ipaddress.ip_network(f"{address}/{bits}", strict=False)
    except ValueError:
        return False
    return True


def _word(term: Word, schema: Schema, scope: Scope, scan: Scan | None) -> Scalar:
    pattern = term.pattern
    if set(pattern.text) <= {"*"}:
        return TRUE  # `*` keeps everything; an empty phrase finds nothing to object to
    if len(pattern.text.strip("*")) > LONGEST_WORD:
        message = f"a word or phrase has at most {LONGEST_WORD:,} characters"
        scope.report(Code.TOO_LARGE, message, term.span)
        return FALSE
    raw = schema.find("_raw")
    if raw is None:
        scope.report(
            Code.UNSEEN_FIELD, "bare words look in `_raw`, which is gone after this point", term.span
        )
        return FALSE
    text: Scalar = ColumnRef(scan.text) if scan is not None else NULL
    return scope.call("search:word", ColumnRef(raw), text, constant(pattern.text), constant(_mode(term)))


def scan_of(relation: Relation) -> Scan | None:
    """The scan under *relation* while its rows are still raw events."""
    while True:
        match relation:
            case Scan():
                return relation
            case _ if hasattr(relation, "input") and relation.schema.open and relation.schema.columns:
                relation = relation.input
            case _:
                return None
