"""`foreach`: the same stages for every field that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lynxalert.lang import Code, QueryError, parse
from lynxalert.lang.ast import Name, Query, Stage, Text
from lynxalert.plan.analyze import proceed
from lynxalert.plan.command import COMMANDS, choice, command, many, one, option
from lynxalert.plan.filling import Items
from lynxalert.plan.items import over_items
from lynxalert.plan.relation import Barrier, Pending, Relation
from lynxalert.plan.scope import Scope

MOST = 1_000
PLACE = re.compile(r"<<(FIELD|MATCHSTR|MATCHSEG[123])>>")


@command
@dataclass(frozen=True, slots=True)
class Foreach:
    """Run the stages in brackets for every field that fits, with `<<FIELD>>` standing for its name.

    `<<MATCHSTR>>` is what the stars of the wildcard met, `<<MATCHSEG1>>` to 3 what each of them did. The names are
    put in as text: write '<<FIELD>>' in quotes where a name may have dots or blanks.

    `mode=multivalue` and `mode=json_array` go through the values of one field instead: `<<ITEM>>` stands for the value,
    `<<ITER>>` for its number from 0.
    """

    names: tuple[Name, ...] = many(Name)
    template: Text | None = one(Text, required="stages in brackets")
    fieldstr: str = option("<<FIELD>>")
    matchstr: str = option("<<MATCHSTR>>")
    matchseg1: str = option("<<MATCHSEG1>>")
    matchseg2: str = option("<<MATCHSEG2>>")
    matchseg3: str = option("<<MATCHSEG3>>")
    mode: str = option("multifield", choice("multifield", "multivalue", "json_array"))
    itemstr: str = option("<<ITEM>>")
    iterstr: str = option("<<ITER>>")
    stage: Stage | None = None
    EXAMPLES = (("| foreach bytes_* [eval total=coalesce(total, 0) + '<<FIELD>>']", "a sum over fields"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The stages of the template, once per field, each over what the one before made."""
        assert self.template is not None
        assert self.stage is not None
        if self.mode != "multifield":
            return self._through_values(relation, scope)
        fitting = self._fitting(relation)
        if len(fitting) > MOST:
            message = f"`foreach` goes through at most {MOST:,} fields, these are {len(fitting):,}"
            scope.report(Code.TOO_LARGE, message, self.stage.span)
            return relation
        for field, segments in fitting.items():
            query = self._parsed(self._filled(field, segments), scope)
            if query is None:
                break
            relation = self._lowered(query, relation, scope)
        return relation

    def _through_values(self, relation: Relation, scope: Scope) -> Relation:
        assert self.template is not None
        assert self.stage is not None
        if len(self.names) != 1:
            message = f"`foreach mode={self.mode}` goes through the values of one field"
            scope.report(Code.WRONG_ARITY, message, self.stage.span)
            return relation
        items = Items(
            field=self.names[0],
            json=self.mode == "json_array",
            template=self.template.value,
            item=self.itemstr,
            number=self.iterstr,
            place=self.template.span,
        )
        return over_items(
            relation,
            items,
            scope,
            lambda text: self._parsed(text, scope),
            lambda query, here: self._lowered(query, here, scope),
        )

    def _fitting(self, relation: Relation) -> dict[str, tuple[str, ...]]:
        """The fields to go through, each with what the stars of the wildcard met."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.names:
            if "*" not in name.text or name.quoted:
                found.setdefault(name.text, ())
                continue
            pattern = re.compile("(.*)".join(re.escape(part) for part in name.text.split("*")), re.DOTALL)
            for column in relation.schema.matching(name.text):
                fitted = pattern.fullmatch(column.name)
                found.setdefault(column.name, fitted.groups() if fitted else ())
        return found

    def _filled(self, field: str, segments: tuple[str, ...]) -> str:
        assert self.template is not None
        text = self.template.value
        values = {self.fieldstr: field, self.matchstr: "".join(segments)}
        for number, word in enumerate((self.matchseg1, self.matchseg2, self.matchseg3)):
            values[word] = segments[number] if number < len(segments) else ""
        words = "|".join(re.escape(word) for word in sorted(values, key=len, reverse=True) if word)
        return re.sub(words, lambda met: values[met.group()], text)

    def _parsed(self, text: str, scope: Scope) -> Query | None:
        assert self.template is not None
        try:
            return parse(text if text.lstrip().startswith("|") else f"| {text}")
        except QueryError as error:
            for one_ in error.diagnostics:
                message = f"{one_.message} (in `{text.strip()}`)"
                scope.report(one_.code, message, self.template.span, one_.help)
            return None

    def _lowered(self, query: Query, relation: Relation, scope: Scope) -> Relation:
        assert self.template is not None
        before = len(scope.diagnostics)
        pending = proceed(Pending(relation, query.stages, scope.window), COMMANDS, scope)
        # Places count from the start of the filled-in text, which nobody wrote.
        moved = [replace(one_, span=self.template.span) for one_ in scope.diagnostics[before:]]
        scope.diagnostics[before:] = list(dict.fromkeys(moved))
        if pending.rest or isinstance(pending.relation, Barrier):
            message = "a stage that needs all rows at once cannot stand in `foreach`"
            scope.report(Code.REFUSED_COMMAND, message, self.template.span, "put it behind `foreach`")
            return relation
        return pending.relation
