"""`datamodel`: the events of a data model, or which models are mapped."""

from __future__ import annotations

from dataclasses import dataclass

from lynxalert.lang import Code
from lynxalert.lang.ast import Name, Stage
from lynxalert.plan.command import command, many, option
from lynxalert.plan.datamodels import chosen, modelled
from lynxalert.plan.relation import Relation
from lynxalert.plan.rows import table_of
from lynxalert.plan.scope import Scope
from lynxalert.plan.types import Type

MODES = ("search", "flat", "acceleration_search")


@command
@dataclass(frozen=True, slots=True)
class Datamodel:
    """The events of a dataset that the configuration maps: `datamodel Model Dataset search`; `flat` leaves `Dataset.` out.

    Without a mode the names of the mapped models and datasets, all or those of one model.
    """

    names: tuple[Name, ...] = many(Name)
    strict_fields: bool = option(default=False)  # accepted: fields that are not mapped are shown too
    allow_old_summaries: bool = option(default=False)  # accepted: there are no summaries
    summariesonly: bool = option(default=False)
    stage: Stage | None = None
    EXAMPLES = (
        ("| datamodel Endpoint Processes search | stats count by Processes.user", "processes by user"),
    )

    def lower(self, relation: Relation, scope: Scope) -> Relation:
        """The mapped search with the model's names, or names at hand."""
        assert self.stage is not None
        words = [name.text for name in self.names]
        place = self.names[0].span | self.names[-1].span if self.names else self.stage.name_span
        if len(words) < len(("model", "dataset", "mode")):
            return self._listed(words, scope)
        model, dataset, mode = words[:3]
        if mode not in MODES:
            scope.report(Code.WRONG_VALUE, f"the mode must be one of {', '.join(MODES)}", self.names[2].span)
            return relation
        wanted = chosen(f"{model}.{dataset}", None, place, scope)
        if wanted is None:
            return relation
        return modelled(wanted, place, scope, lambda events: events, prefixed=mode != "flat")

    def _listed(self, words: list[str], scope: Scope) -> Relation:
        rows = [
            {"modelName": model, "datasetName": dataset}
            for model, datasets in sorted(scope.knowledge.models.items())
            for dataset in sorted(datasets)
            if words in ([], [model], [model, dataset])
        ]
        return table_of(rows, scope, {"modelName": Type.TEXT, "datasetName": Type.TEXT})
