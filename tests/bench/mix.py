"""Ten thousand alerts as a large house has them: twelve shapes, three sources, groups and thresholds, some like no other."""

from __future__ import annotations

import random

SERVICES = ("payments", "catalog", "search", "users")
LEVELS = ("error", "warn", "info")
ODD = 50  # one of so many shares nothing with any other
NEVER = 1_000_000

# What cannot be read together with others: rows, orders, charts.
SINGLES = (
    "source=api service={service} | sort 3 -duration_ms | where duration_ms > 1{big}99",
    "source=nginx status={status} | top limit=1 path | where count > 9{big}",
    "source=worker queue={queue} | dedup worker | where memory_mb > 2{big}",
    "source=api user.tenant={tenant} | streamstats count as n by host | where n > 9{big}",
)


def config(count: int) -> str:
    """The configuration of *count* alerts, one a minute each, over one minute or five; about one in a hundred fires."""
    chance = random.Random(7)
    return "\n".join(_alert(number, chance) for number in range(count))


def _alert(number: int, chance: random.Random) -> str:
    query, more = _query(number, chance)
    window = "5m" if number % 4 == 0 else "1m"
    return (
        f"[alerts.a{number}]\nname = \"Alert {number}\"\nq = '{query}'\n"
        f'interval = "1m"\nwindow = "{window}"\nchannels = []\n{more}'
    )


def _query(number: int, chance: random.Random) -> tuple[str, str]:
    words = {
        "service": chance.choice(SERVICES),
        "tenant": f"t{chance.randrange(40)}",
        "level": chance.choice(LEVELS),
        "host": f"app-{chance.randrange(20):02d}",
        "queue": chance.choice(("mail", "billing", "thumbs")),
        "status": chance.choice((200, 304, 404, 500)),
        "ms": chance.randrange(500, 1990),
        "item": chance.randrange(5000),
        "small": chance.randrange(10, 48),
        "big": chance.randrange(100, 999),
        "many": chance.randrange(20, 99) if number % 100 == 0 else NEVER + chance.randrange(NEVER),
    }
    if number % ODD == 1:
        return SINGLES[number // ODD % len(SINGLES)].format(**words), ""
    query, more = _shapes()[number % 12]
    return query.format(**words), more.format(**words)


def _shapes() -> tuple[tuple[str, str], ...]:
    threshold = 'when = {{ type = "threshold", field = "hits", op = "gt", value = {many} }}\n'
    return (
        ("source=api http.status>={status} level={level} | stats count as hits | where hits > {many}", ""),
        ("level={level} host={host} | stats count as hits", threshold),
        (
            "source=api service={service} http.status=503 | stats count by user.tenant | where count > {many}",
            "",
        ),
        ('| where service="{service}" AND duration_ms>{ms} | stats count as slow | where slow>{many}', ""),
        (
            "user.tenant={tenant} level={level} | stats avg(duration_ms) as mean, count | where mean>{many}",
            "",
        ),
        ("user.tenant={tenant} | stats p95(duration_ms) as p95 | where p95>{many}", ""),
        (
            'service={service} host={host} | stats count(eval(level="error")) as e, count as c | eval r=e*100/c | where r>{many}',
            "",
        ),
        ("source=nginx status={status} path=/api/v1/items/{item} | stats count as hits", threshold),
        (
            "source=worker queue={queue} duration_ms>{ms} | stats dc(worker) as workers, max(memory_mb) as top by host | where top>{many}",
            "",
        ),
        ("source=nginx bytes>{big}00 | stats sum(bytes) as sent by host | where sent>{many}000000", ""),
        (
            "source=worker attempt>4 ok=false | stats count by worker, queue | where count>{many}",
            'no_data = "keep"\n',
        ),
        ('source=api service={service} msg="*{item}*" | stats count as hits | where hits>{many}', ""),
    )
