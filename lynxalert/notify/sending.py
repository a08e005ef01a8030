"""Message → outside, through one channel: the only way to call a channel's `send` and `probe`.

Makes sure that no error shows a secret, and that an answer nobody expected is an error like any other.
"""

from __future__ import annotations

from lynxalert.notify.channel import Channel, secrets_of
from lynxalert.notify.http import Http
from lynxalert.notify.message import Message
from lynxalert.notify.model import DeliveryError, Failure, Level, ProbeReport, Receipt
from lynxalert.notify.travel import Secured

# What reading an answer of the wrong shape raises.
MISREAD = (AttributeError, LookupError, TypeError, ValueError)


async def send(channel: Channel, message: Message, http: Http) -> Receipt:
    """Hand *message* to *channel*; without its chart, at once, where it is refused with it.

    Raises:
        DeliveryError: it was not accepted.
    """
    try:
        return await _handed(channel, message, http)
    except DeliveryError as refused:
        if refused.reason is not Failure.REJECTED or not message.is_illustrated:
            raise
    return await _handed(channel, message.without_chart(), http)


async def probe(channel: Channel, http: Http) -> ProbeReport:
    """How far one gets with *channel* without notifying anyone; never raises for a remote fault."""
    try:
        return await channel.probe(_bound(channel, http))
    except DeliveryError as error:
        level = Level.NONE if error.status is None else Level.HTTP
        return ProbeReport(level, "unreachable", error.detail)
    except MISREAD as error:
        return ProbeReport(Level.HTTP, "unreachable", _misread(error).detail)


async def _handed(channel: Channel, message: Message, http: Http) -> Receipt:
    try:
        return await channel.send(message, _bound(channel, http))
    except MISREAD as error:
        raise _misread(error) from error


def _bound(channel: Channel, http: Http) -> Http:
    own = http.hiding(secrets_of(channel))
    return own.by(channel) if isinstance(channel, Secured) and channel.is_own else own


def _misread(error: Exception) -> DeliveryError:
    # The text of such an error may quote the answer, and the answer may quote a secret: only its kind is told.
    return DeliveryError(Failure.BAD_REPLY, f"the answer could not be read ({type(error).__name__})")
