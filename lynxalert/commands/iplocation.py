"""`iplocation`: where addresses are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, one, option
from lynxalert.plan.knowledge import BadLookup, Places
from lynxalert.plan.lookupjoin import matched, several
from lynxalert.plan.lookups import put
from lynxalert.plan.relation import Aggregate, Apply, Extend, Relation, Unnest
from lynxalert.plan.rows import table_of
from lynxalert.plan.scalar import ColumnRef, constant
from lynxalert.plan.schema import Column, Schema
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

if TYPE_CHECKING:
    import pyarrow as pa

FIELDS = {
    "City": Type.TEXT,
    "Country": Type.TEXT,
    "Region": Type.TEXT,
    "lat": Type.FLOAT,
    "lon": Type.FLOAT,
}
MORE = {"Continent": Type.TEXT, "MetroCode": Type.TEXT, "Timezone": Type.TEXT}


@command
@dataclass(frozen=True, slots=True)
class Iplocation:
    """Add City, Country, Region, lat and lon of an address; `allfields=t` adds Continent, MetroCode and Timezone.

    The places come from a MaxMind database (one `.mmdb` file in the folder of lookups); an address it does not know,
    such as a private one, gets none. `prefix` stands before the names.
    """

    name: Name | None = one(Name, required="a field with addresses")
    prefix: str = option("")
    allfields: bool = option(default=False)
    lang: str = option("")  # accepted: names are given in English
    stage: Stage | None = None
    EXAMPLES = (("| iplocation clientip | stats count by Country", "requests by country"),)

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """A join with what is known of the addresses there are, which are asked for first."""
        assert self.name is not None
        places = self._places(scope)
        found = scope.find(self.name.text, relation.schema, self.name.span)
        if places is None or found is None:
            return relation
        fields = {**FIELDS, **MORE} if self.allfields else FIELDS

        def located(table: pa.Table) -> Relation:
            rows = []
            for address in (str(row["address"]) for row in table.to_pylist()):
                known = places.find(address)
                if known:
                    rows.append({"address": address, **{name: known.get(name) for name in fields}})
            known_places = table_of(rows, scope, {"address": Type.TEXT, **fields})
            met = matched(relation, known_places, (found,), scope)
            result = met.relation
            for name, column in zip(fields, met.columns, strict=True):
                result = put(result, self.prefix + name, column, scope, over=True)
            return result

        return Apply(_addresses(relation, found, scope), "iplocation", located)

    def _places(self, scope: Scope) -> Places | None:
        assert self.stage is not None
        lookups = scope.knowledge.lookups
        try:
            places = lookups.places() if lookups is not None else None
        except BadLookup as wrong:
            scope.report(Code.UNKNOWN_LOOKUP, str(wrong), self.stage.name_span)
            return None
        if places is None:
            help_ = "put one `.mmdb` file, for example GeoLite2-City.mmdb, into the folder of lookups"
            message = "`iplocation` needs a database of addresses, and there is none"
            scope.report(Code.UNKNOWN_LOOKUP, message, self.stage.name_span, help_)
        return places


def _addresses(relation: Relation, column: Column, scope: Scope) -> Relation:
    """Every address there is, once."""
    if several(column):
        values, value = scope.column("addresses", Type.LIST), scope.column("address", Type.TEXT)
        lists = scope.call("mvappend", ColumnRef(column))
        relation = Extend(relation, ((values, lists),), relation.schema.put(values))
        relation = Unnest(relation, values, value, relation.schema.put(value))
    else:
        value = scope.column("address", Type.TEXT)
        text = scope.call(".", ColumnRef(column), constant(""))
        relation = Extend(relation, ((value, text),), relation.schema.put(value))
    new = scope.column("address", Type.TEXT)
    return Aggregate(relation, ((new, value),), (), Schema((new,)))
