"""Message → a service that Apprise knows, in a thread: the one door to that library, as `http` is for requests.

Apprise dials by itself, past the guard of `http`. So an audit hook looks at every address that its thread connects
to, literal or resolved, after redirects too. Such a hook stays for as long as the process, and is set only once a
channel needs it.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import sys
import threading
from typing import TYPE_CHECKING

from lynxalert.notify.http import Http, Outbound
from lynxalert.notify.model import DeliveryError, Failure

if TYPE_CHECKING:
    from apprise import NotifyBase

MISSING = "needs a package that is not installed: pip install 'lynxalert[apprise]'"

_guarded = threading.local()


def service(url: str) -> NotifyBase | None:
    """The service that *url* names, or None if it names none.

    Raises:
        ModuleNotFoundError: Apprise is not installed.
    """
    import apprise

    asset = apprise.AppriseAsset(app_id="LynxAlert", app_desc="LynxAlert", app_url="", async_mode=False)
    return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)


async def notify(made: NotifyBase, title: str, body: str, mood: str, http: Http) -> None:
    """Send through *made*. *mood*: info | success | warning | failure.

    Raises:
        DeliveryError: it was not accepted. Apprise does not say why, so every failure is tried again.
    """
    _listen()
    blocked = await asyncio.to_thread(_notify, made, title, body, mood, http.outbound)
    if blocked is None:
        return
    if blocked:
        raise DeliveryError(
            Failure.BLOCKED, "the address is private and not in allow_private", permanent=True
        )
    raise DeliveryError(Failure.SERVER, f"Apprise could not deliver to {made.service_name}")


def _notify(made: NotifyBase, title: str, body: str, mood: str, outbound: Outbound) -> bool | None:
    """None when it was sent, else whether an address was refused."""
    _guarded.outbound, _guarded.refused = outbound, False
    try:
        sent = made.notify(title=title, body=body, notify_type=mood, body_format="text")
    finally:
        refused, _guarded.outbound = _guarded.refused, None
    return None if sent else refused


@functools.cache
def _listen() -> None:
    sys.addaudithook(_look)


def _look(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    outbound = getattr(_guarded, "outbound", None)
    address = arguments[1]
    if outbound is not None and isinstance(address, tuple) and not outbound.permits(str(address[0])):
        _guarded.refused = True
        raise PermissionError(errno.EPERM, "this address is not allowed")
