"""selftune's push: batches of records of several types. Source: selftune's page on its Push API, and its command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lynxalert.events import Event
from lynxalert.ingest import batches
from lynxalert.ingest.batches import COUNT, FILLED, FLAG, MOMENT, NUMBER, SHARE, TEXT, Rule, wrong
from lynxalert.ingest.protocol import Decoded, Payload, protocol
from lynxalert.ingest.skill_ids import skill_id
from lynxalert.ingest.taken import stamp

TYPES = (
    "sessions",
    "prompts",
    "skill_invocations",
    "execution_facts",
    "normalization_runs",
    "evolution_evidence",
    "orchestrate_runs",
    "grading_results",
    "improvement_signals",
)
TIMES = ("graded_at", "timestamp", "occurred_at", "started_at")
# The two types that are documented; of the others only their command line knows.
RULES: Mapping[str, Mapping[str, Rule]] = {
    "grading_results": {
        "grading_id": FILLED.always,
        "session_id": FILLED.always,
        "skill_name": FILLED.always,
        "graded_at": MOMENT.always,
        "pass_rate": SHARE,
        "mean_score": NUMBER,
        "score_std_dev": NUMBER,
        "passed_count": COUNT,
        "failed_count": COUNT,
        "total_count": COUNT,
        "expectations_json": TEXT,
        "claims_json": TEXT,
        "eval_feedback_json": TEXT,
        "failure_feedback_json": TEXT,
        "execution_metrics_json": TEXT,
    },
    "improvement_signals": {
        "signal_id": FILLED.always,
        "timestamp": MOMENT.always,
        "session_id": FILLED.always,
        "query": TEXT.always,
        "signal_type": FILLED.always,
        "mentioned_skill": TEXT,
        "consumed": FLAG.always,
        "consumed_at": TEXT,
        "consumed_by_run": TEXT,
    },
}
ENVELOPE = {"workspace_id": TEXT, "cli_version": TEXT, "client_version": TEXT, "pushed_at": MOMENT}


@dataclass(frozen=True, slots=True)
class Pushed(Decoded):
    """*accepted*: how many records came of each type that was there. *push_id*: None where the sender gave none."""

    accepted: Mapping[str, int] = field(default_factory=dict)
    push_id: str | None = None


@protocol("push")
@dataclass(frozen=True, slots=True)
class Push:
    """What `selftune sync` pushes, as its page has it (`data`) and as its command line sends it (`canonical`).

    Each record is an event of source `selftune/<type>`, its fields those of the record, and `skill_id` where it
    names a skill. *skills*: ids by name, for those that are not to get one of their own.
    """

    skills: Mapping[str, str] = field(default_factory=dict)

    def decode(self, payload: Payload) -> Pushed:
        """The records of *payload*, all of them.

        Raises:
            IngestError: malformed, or a record is; with the path to it.
        """
        body = batches.document_of(payload.body)
        if not isinstance(body, Mapping):
            raise wrong((), "the body must be an object")
        batches.check(body, ENVELOPE, ())
        arrays, name = _arrays(body)
        beside = {key: body[key] for key in ("workspace_id", "push_id") if body.get(key) is not None}
        events: list[Event] = []
        accepted = {}
        for kind in TYPES:
            if arrays.get(kind) is None:
                continue
            records = batches.records_of(arrays[kind], (name, kind))
            for place, record in enumerate(records):
                events.append(self._event(kind, record, (name, kind, place), body, beside))
            accepted[kind] = len(records)
        push_id = body["push_id"] if name == "canonical" else None
        return Pushed(tuple(events), accepted=accepted, push_id=push_id)

    def _event(
        self,
        kind: str,
        record: Mapping[str, Any],
        path: batches.Path,
        body: Mapping[str, Any],
        beside: Mapping[str, Any],
    ) -> Event:
        batches.check(record, RULES.get(kind, {}), path)
        fields = dict(beside)
        skill = record.get("skill_name")
        if isinstance(skill, str) and skill and record.get("skill_id") is None:
            fields["skill_id"] = skill_id(str(body.get("workspace_id") or ""), skill, self.skills)
        candidates = [
            *(record.get(name) for name in TIMES),
            body.get("pushed_at"),
            record.get("normalized_at"),
        ]
        time = next((found for each in candidates if (found := stamp(each)) is not None), None)
        return Event(
            batches.written(record, path),
            source=f"selftune/{kind}",
            sourcetype="selftune",
            time=time,
            fields=fields,
        )


def _arrays(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The arrays by type, and what they stand under."""
    given = [name for name in ("data", "canonical") if body.get(name) is not None]
    if len(given) > 1:
        raise wrong(("canonical",), "cannot stand beside data")
    if not given:
        raise wrong(("data",), "is required")
    name = given[0]
    if not isinstance(body[name], Mapping):
        raise wrong((name,), "must be an object")
    if name == "canonical":
        batches.check(body, {"push_id": FILLED.always}, ())
    return body[name], name
