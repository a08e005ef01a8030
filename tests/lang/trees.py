"""Random syntax trees, such as the parser could make."""

from __future__ import annotations

from hypothesis import strategies as st

from lynxalert.lang import ast
from lynxalert.lang.printing import names as names_printed
from lynxalert.lang.text import Span

S = Span(0, 0)
letters = st.text(st.characters(codec="utf-8", exclude_characters="`\x00“”„\u200b\ufeff"), max_size=8)
words = st.sampled_from(
    ["a", "b_1", "_time", "by", "as", "in", "not", "eval", "host.name", "a-b", "x y", "d", "desc", "5", "a:b{}", "true", "*", "pre*", "count(x)", "", 'q"q', "back\\", "über", "$x", "TERM", "NOT", "a::b"]
)  # fmt: skip
names = st.one_of(words, letters)
functions = st.sampled_from(["lower", "if", "match", "in", "like", "case", "null", "mvmap", "IsNull"])
numbers = st.one_of(st.integers(0, 10**18 - 1), st.floats(0, allow_infinity=False, allow_nan=False))


def build(made: type, /, **parts: st.SearchStrategy) -> st.SearchStrategy:
    spans = {
        name: st.just(S)
        for name in made.__dataclass_fields__
        if name in ("span", "name_span", "field_span", "value_span")
    }
    return st.builds(made, **spans, **parts)


# --- expressions -------------------------------------------------------------------------------------------

literals = build(ast.Literal, value=st.one_of(st.none(), st.booleans(), numbers, letters, words))
leaves = st.one_of(build(ast.Field, name=names), literals)


def grown(inner: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    binary = ["+", "-", "*", "/", "%", ".", "??", "=", "!=", "<", "<=", ">", ">=", "LIKE"]
    return st.one_of(
        build(ast.Call, function=functions, arguments=st.lists(inner, max_size=3).map(tuple)),
        build(ast.Unary, operator=st.sampled_from(["NOT", "-", "+"]), operand=inner),
        build(ast.Binary, operator=st.sampled_from(binary), left=inner, right=inner),
        build(
            ast.Logical,
            operator=st.sampled_from(["AND", "OR", "XOR"]),
            operands=st.lists(inner, min_size=2, max_size=4).map(tuple),
        ),
        build(ast.In, operand=inner, choices=several),
        build(ast.Between, operand=inner, low=inner, high=inner),
        build(ast.IsNull, operand=inner, negated=st.booleans()),
    )


expressions = st.recursive(leaves, grown, max_leaves=12)

# --- search terms ------------------------------------------------------------------------------------------

patterns = build(ast.Pattern, text=names.filter(bool), quoted=st.booleans(), case=st.booleans())
plain = build(ast.Pattern, text=names, quoted=st.booleans(), case=st.just(False))
fields = names.filter(bool)
term_leaves = st.one_of(
    build(ast.Word, pattern=patterns, kind=st.just("token")),
    build(
        ast.Word,
        pattern=build(ast.Pattern, text=names, quoted=st.booleans(), case=st.just(False)),
        kind=st.just("term"),
    ),
    build(
        ast.Comparison,
        field=fields,
        operator=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        value=st.one_of(patterns, plain),
    ),
    build(ast.Member, field=fields, values=st.lists(patterns, min_size=1, max_size=3).map(tuple)),
    build(ast.AllOf, terms=st.just(())),
)


def combined(inner: st.SearchStrategy) -> st.SearchStrategy:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        build(ast.AllOf, terms=several), build(ast.AnyOf, terms=several), build(ast.Not, term=inner)
    )


terms = st.recursive(term_leaves, combined, max_leaves=10)

# --- clauses and stages ------------------------------------------------------------------------------------

# Only a name that the grammar reads bare can hold a wildcard.
name = build(ast.Name, text=names, quoted=st.booleans()).map(
    lambda made: ast.Name(made.text, S, made.quoted or not names_printed.LISTED.fullmatch(made.text))
)
option_names = st.sampled_from(["limit", "span", "field", "useother", "time_field", "x.y"])
option = build(ast.Option, name=option_names, value=names, quoted=st.booleans())
by = build(
    ast.By,
    names=st.lists(name, min_size=1, max_size=3).map(tuple),
    options=st.lists(option, max_size=2).map(tuple),
)
alias = st.one_of(st.none(), name)
aggregation = build(
    ast.Aggregation,
    function=st.sampled_from(["count", "dc", "p95", "p99.9", "values", "min"]),
    argument=st.one_of(st.none(), name, expressions),
    alias=alias,
    width=st.none(),
)
renaming = build(ast.Renaming, source=name, target=name)
columns = st.one_of(name, renaming, option)
number = build(ast.Number, value=st.integers(0, 10**6))
sort_key = build(
    ast.SortKey, name=name, descending=st.booleans(), kind=st.sampled_from(["auto", "num", "str", "ip"])
)
text = build(ast.Text, value=names)


def flag(*allowed: str) -> st.SearchStrategy:
    return build(ast.Flag, word=st.sampled_from(allowed))


def some(item: st.SearchStrategy, least: int = 1) -> st.SearchStrategy:
    return st.lists(item, min_size=least, max_size=4)


def maybe(item: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(item, max_size=1)


def stage(command: str, *parts: st.SearchStrategy) -> st.SearchStrategy:
    """A stage of *command*; each of *parts* gives a list of clauses."""
    clauses = st.tuples(*parts).map(lambda lists: tuple(clause for items in lists for clause in items))
    return build(ast.Stage, command=st.just(command), clauses=clauses)


def one(item: st.SearchStrategy) -> st.SearchStrategy:
    return item.map(lambda made: [made])


def queries(inner: st.SearchStrategy) -> st.SearchStrategy:
    stages = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return build(ast.Query, stages=stages, source=st.just(""), datasets=st.just(()))


condition = build(ast.Condition, expression=expressions)
search = stage("search", one(build(ast.Terms, term=terms)))
measures = some(st.one_of(aggregation, option))
source = build(ast.Source, names=some(name).map(tuple), dataset=st.just(False))
lines = st.recursive(
    st.one_of(
        search,
        stage("where", one(condition)),
        stage(
            "eval",
            some(
                build(
                    ast.Assignment,
                    target=name.filter(lambda made: "*" not in made.text),
                    expression=expressions,
                )
            ),
        ),
        stage("head", maybe(number), maybe(condition)),
        stage("sort", maybe(number), some(sort_key), maybe(flag("desc"))),
        stage("dedup", maybe(number), some(st.one_of(name, option))),
        stage("stats", measures, maybe(by)),
        stage("timechart", measures, maybe(by)),
        stage("fields", maybe(flag("-", "+")), some(name)),
        stage("table", some(name)),
        stage("rename", some(renaming)),
        stage("replace", some(renaming)),
        stage("bin", some(option, 0), one(st.one_of(name, renaming))),
        stage("top", maybe(number), some(columns), maybe(by)),
        stage("rex", some(st.one_of(text, option))),
        stage("regex", one(name), one(flag("=", "!=")), one(text)),
        stage("fillnull", some(st.one_of(name, option), 0)),
        stage("strcat", some(st.one_of(text, name))),
        stage("from", one(source), maybe(condition)),
        stage(
            "lookup",
            one(name),
            some(st.one_of(name, renaming)),
            one(flag("output", "outputnew")),
            some(renaming),
        ),
        stage(
            "tstats", measures, one(flag("from")), one(option), one(build(ast.Terms, term=terms)), maybe(by)
        ),
        stage(
            "transaction",
            some(name),
            one(flag("startswith")),
            one(st.one_of(condition, build(ast.Terms, term=terms))),
        ),
    ),
    lambda inner: st.one_of(
        stage("append", some(option, 0), one(build(ast.Subsearch, query=queries(inner)))),
        stage("search", one(build(ast.Terms, term=build(ast.SubsearchTerm, query=queries(inner))))),
    ),
    max_leaves=4,
)


query = queries(lines)
