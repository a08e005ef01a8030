"""Everything the file of a channel needs, under one import; holds nothing of its own."""

from lynxalert.notify import buttons, multipart
from lynxalert.notify.answers import Reply, encode
from lynxalert.notify.channel import Base, Channel, channel
from lynxalert.notify.dial import connect, reach
from lynxalert.notify.fields import ChatId, Secret, Template, Url, is_address
from lynxalert.notify.hooks import call
from lynxalert.notify.http import Http
from lynxalert.notify.markup import (
    DISCORD,
    GOOGLE_CARD,
    HTML,
    MARKDOWN_V2,
    MATTERMOST,
    PLAIN,
    SLACK,
    Markup,
    cut,
    octets,
)
from lynxalert.notify.message import Message, Plain
from lynxalert.notify.model import DeliveryError, Failure, Level, ProbeReport, Receipt
from lynxalert.notify.retry import retry_after
from lynxalert.notify.travel import Secured, Web

__all__ = [
    "DISCORD",
    "GOOGLE_CARD",
    "HTML",
    "MARKDOWN_V2",
    "MATTERMOST",
    "PLAIN",
    "SLACK",
    "Base",
    "Channel",
    "ChatId",
    "DeliveryError",
    "Failure",
    "Http",
    "Level",
    "Markup",
    "Message",
    "Plain",
    "ProbeReport",
    "Receipt",
    "Reply",
    "Secret",
    "Secured",
    "Template",
    "Url",
    "Web",
    "buttons",
    "call",
    "channel",
    "connect",
    "cut",
    "encode",
    "is_address",
    "multipart",
    "octets",
    "reach",
    "retry_after",
]
