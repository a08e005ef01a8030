"""The clients: what is installed, what is run, and which rows must come of the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.install import Deb, Machine, Npm, Pip

Event = Mapping[str, Any]

RSYSLOG = Deb(("rsyslog", "rsyslog-elasticsearch", "libestr0", "libfastjson4", "liblognorm5", "libcurl4"))
SYSLOG_NG = Deb(
    ("syslog-ng-core", "syslog-ng-mod-http", "libivykis0", "libnet1", "libpcre3", "libwrap0", "libcurl4")
)
JOURNAL = Deb(("systemd-journal-remote", "systemd", "libmicrohttpd12", "libcurl4", "libcurl3-gnutls"))


@dataclass(frozen=True)
class Client:
    """*name* is also what its events are found by: their index, source or appname.

    *script* under `tests/integration/` sends the events in the file EVENTS to URL, TCP or UDP and ends, unless it *stays*.
    *row* is what a row must hold for an event; other fields are not looked at.
    """

    name: str
    packages: Pip | Npm | Deb | Machine
    script: str
    search: str
    row: Callable[[Event], dict[str, Any]]
    stays: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


def document(event: Event) -> dict[str, Any]:
    """A client that sends documents: everything comes as it was."""
    return {"_time": event["time"], "n": event["n"], "level": event["level"], "message": event["message"]}


def line(event: Event) -> dict[str, Any]:
    """A client that sends lines of syslog."""
    text = f"n={event['n']} {event['text']}"
    return {"message": text, "severity": "err", "facility": "local3"}


CLIENTS = (
    *(
        Client(
            f"elasticsearch-py-{version.partition('.')[0]}",
            Pip((f"elasticsearch=={version}",)),
            "elasticsearch_py/send.py",
            "index={name}",
            document,
        )
        for version in ("7.17.13", "8.19.3", "9.5.1")
    ),
    Client(
        "elasticsearch-js",
        Npm(("@elastic/elasticsearch@9.5.1",)),
        "elasticsearch_js/send.mjs",
        "index={name}",
        document,
    ),
    Client(
        "splunk-handler",
        Pip(("splunk-handler==3.0.0", "setuptools<81")),
        "splunk_handler/send.py",
        "source={name}",
        lambda event: {
            "host": "sender",
            "sourcetype": "app",
            **{name: event[name] for name in ("n", "level", "message")},
        },
    ),
    Client(
        "splunk-logging",
        Npm(("splunk-logging@0.11.1",)),
        "splunk_logging/send.cjs",
        "source={name}",
        lambda event: {
            "_time": event["time"],
            "host": "sender",
            "sourcetype": "app",
            "severity": event["level"],
            "message.n": event["n"],
            "message.message": event["message"],
        },
    ),
    Client(
        "python-syslog",
        Machine("python3"),
        "python_syslog/send.py",
        "appname={name}",
        lambda event: {
            "message": f"n={event['n']} {event['message']}",
            "severity": "err",
            "facility": "local3",
            "pid": "7",
        },
    ),
    Client(
        "logger",
        Machine("logger"),
        "logger/send.sh",
        "appname={name}",
        lambda event: {**line(event), "sd.timeQuality.tzKnown": "1"},
    ),
    *(
        Client(
            f"rsyslog-{action.replace('_', '-')}",
            RSYSLOG,
            "rsyslog/send.sh",
            "appname={name}",
            line
            if action.startswith("omfwd")
            else lambda event: {"message": line(event)["message"], "severity": "err"},
            stays=True,
            settings={"ACTION": action},
        )
        for action in ("omfwd_udp", "omfwd_tcp", "omfwd_counted", "omelasticsearch")
    ),
    *(
        Client(
            f"syslog-ng-{action}",
            SYSLOG_NG,
            "syslog_ng/send.sh",
            "appname={name}",
            line
            if action != "http"
            else lambda event: {"message": line(event)["message"], "severity": "err"},
            stays=True,
            settings={"ACTION": action},
        )
        for action in ("network", "syslog", "http")
    ),
    *(
        Client(
            f"opentelemetry-{language}",
            packages,
            script,
            "source={name}",
            lambda event: {
                "_time": event["time"],
                "_raw": event["message"],
                "host": "sender",
                "level": event["level"],
                "severity_text": event["level"].upper(),
                "n": event["n"],
                "paid": event["n"] % 2 == 0,
                "tags{}": ["a", "b"],
                "otel.scope.name": "orders",
                "otel.scope.version": "1.2",
            },
        )
        for language, packages, script in (
            (
                "py",
                Pip(("opentelemetry-sdk==1.45.2", "opentelemetry-exporter-otlp-proto-http==1.45.2")),
                "opentelemetry_py/send.py",
            ),
            (
                "js",
                Npm(
                    (
                        "@opentelemetry/sdk-logs@3.1.0",
                        "@opentelemetry/exporter-logs-otlp-http@0.301.0",
                        "@opentelemetry/resources@3",
                        "@opentelemetry/api@1",
                    )
                ),
                "opentelemetry_js/send.mjs",
            ),
        )
    ),
    Client(
        "python-logging-loki",
        Pip(("python-logging-loki==0.3.1", "setuptools<81")),
        "python_logging_loki/send.py",
        "job={name}",
        lambda event: {
            "_raw": event["message"],
            "level": event["level"],
            "n": str(event["n"]),
            "logger": "orders",
        },
    ),
    Client(
        "pino-loki",
        Npm(("pino-loki@3.0.0", "pino@10.4.0")),
        "pino_loki/send.mjs",
        "job={name}",
        lambda event: {
            "msg": event["message"],
            "level": {"warn": "warning"}.get(event["level"], event["level"]),
            "n": event["n"],
        },
    ),
    Client(
        "datadog",
        Pip(("datadog-api-client==2.62.0",)),
        "datadog/send.py",
        "source={name}",
        lambda event: {
            "_time": event["time"],
            "_raw": event["message"],
            "status": event["level"],
            "service": "orders",
            "host": "sender",
            "n": str(event["n"]),
        },
    ),
    Client(
        "journal",
        JOURNAL,
        "journal/send.sh",
        "sourcetype=journald source={name}",
        lambda event: {
            "_time": f"2026-02-14T12:00:00.{event['n'] + 1:06}".rstrip("0") + "Z",
            "_raw": line(event)["message"],
            "PRIORITY": "3",
            "N": str(event["n"]),
            "host": "sender",
        },
    ),
)
