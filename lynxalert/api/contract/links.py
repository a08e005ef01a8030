"""What is said of `/go/…`, the pages that links in messages lead to. A link carries its own leave."""

from __future__ import annotations

from collections.abc import Mapping

from lynxalert.api import charts
from lynxalert.api.contract.operation import Family, Operation, Reply
from lynxalert.api.contract.refusals import CODES
from lynxalert.api.errors import Endpoint
from lynxalert.api.links import asking, doing, looking

HTML = "text/html"
FORM = {"type": "object", "additionalProperties": {"type": "string"}}
USUAL = (400, 403, 404, 408, 409, 410, 413, 422, 429, 500, 503, 504)


def _page(name: str, says: str, *, form: bool = False) -> Operation:
    return Operation(
        name=name,
        says=says,
        takes=FORM if form else None,
        optional=True,
        media=("application/x-www-form-urlencoded",),
        replies={200: Reply("The page.", {}, (HTML,))},
    )


def _refusal(status: int) -> Reply:
    return Reply(CODES[status][0], {}, (HTML,))


PAGES: Mapping[Endpoint, Operation] = {
    looking.look: _page("go_alert", "What an episode is about"),
    charts.linked: Operation(
        name="go_chart",
        says="The value over its last slots",
        replies={200: Reply("The chart.", {}, ("image/png",))},
    ),
    asking.ask: _page("go_query", "The events behind it"),
    doing.ask_ack: _page("go_ack", "Whether to acknowledge it"),
    doing.ack: _page("go_ack_now", "Acknowledge it", form=True),
    doing.ask_mute: _page("go_mute", "Whether to mute it"),
    doing.mute: _page("go_mute_now", "Mute it", form=True),
}
LINKS = Family(
    name="links",
    says="Pages that the links in messages lead to.",
    operations=PAGES,
    refusal=_refusal,
    usual=USUAL,
)
