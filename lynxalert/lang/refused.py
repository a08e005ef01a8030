"""Words where a command should stand → why there is no such command here."""

from __future__ import annotations

from lynxalert.lang import grammar
from lynxalert.lang.diagnostics import Code, Diagnostic
from lynxalert.lang.text import Span
from lynxalert.registry import suggest

MODEL = "trained models are not part of LynxAlert"
STORED = "searches are not stored here by name"
CODE = "a query never runs programs"
SENDING = "a query never sends anything; give the alert a channel"
SPLUNK = "it asks about a Splunk server itself"
AGGREGATIONS = ("avg", "count", "dc", "max", "median", "min", "sum", "values")
# Commands people know from elsewhere, and why LynxAlert does not take them.
REASONS = {
    "apply": MODEL,
    "audit": SPLUNK,
    "crawl": SPLUNK,
    "dbinspect": SPLUNK,
    "dbxlookup": "it reaches into other databases; export a lookup instead",
    "dbxoutput": "it writes into other databases",
    "dbxquery": "it reaches into other databases; export a lookup instead",
    "delete": "events leave the store by retention, never by a query",
    "eventcount": SPLUNK,
    "fit": MODEL,
    "inputcsv": "files are read as lookups only: `inputlookup name`",
    "ldapsearch": "it asks a directory server; export a lookup instead",
    "loadjob": STORED,
    "localop": SPLUNK,
    "metadata": "it reads Splunk's index files; try `stats count by source`",
    "metasearch": "it reads Splunk's index files; try `search`",
    "outputcsv": "a query writes no files; `outputlookup name` writes a lookup",
    "pivot": "it belongs to Splunk's pivot editor; try `stats` or `chart`",
    "rest": "a query makes no HTTP requests",
    "run": CODE,
    "runshellscript": CODE,
    "savedsearch": STORED,
    "script": CODE,
    "sendalert": SENDING,
    "sendemail": SENDING,
    "summary": MODEL,
    "tscollect": "it writes Splunk's index files",
    "typelearner": SPLUNK,
}
# Commands of other languages (SQL, KQL, LogQL), and what says the same here.
ELSEWHERE = {
    "alert": "what fires is every row that is left: end the query with `where count > 10`",
    "anomalies": "try `anomalydetection`",
    "distinct": "`dedup field`, or count them with `stats dc(field)`",
    "extend": "`eval name=expression`",
    "filter": "`where condition`, or `search` as at the beginning",
    "group": "`stats count by field`",
    "groupby": "`stats count by field`",
    "having": "`where count > 5` after the `stats`",
    "json": "fields of JSON events are there already; `spath` reads JSON within a field",
    "limit": "`head 10`",
    "logfmt": "fields written key=value are there already; `extract` reads others",
    "order": "`sort -field`",
    "orderby": "`sort -field`",
    "parse": '`rex "user=(?<user>\\w+)"`',
    "project": "`table field1, field2`",
    "select": "`table field1, field2`, or `stats count by field`",
    "summarize": "`stats count by field`",
    "take": "`head 10`",
    "unwrap": "`stats avg(field)` reads the field as it is",
}


def unknown(word: str, span: Span) -> Diagnostic:
    """The diagnostic for *word* where a command should stand: refused with a reason, or unknown."""
    reason = REASONS.get(word.lower())
    if reason is not None:
        return Diagnostic(Code.REFUSED_COMMAND, f"`{word.lower()}` is not offered: {reason}", span)
    if word.lower() in AGGREGATIONS:
        help_text = f"aggregate with `stats {word.lower()}{'' if word.lower() == 'count' else '(field)'}`"
        return Diagnostic(Code.UNKNOWN_COMMAND, f"unknown command `{word}`", span, help_text)
    near = suggest(word, grammar.commands())
    meant = ELSEWHERE.get(word.lower()) or (f"did you mean `{near}`?" if near else None)
    return Diagnostic(Code.UNKNOWN_COMMAND, f"unknown command `{word}`", span, meant)
