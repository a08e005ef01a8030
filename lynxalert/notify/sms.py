"""Text → what it costs as short messages: segments of GSM-7 or UCS-2. Pure. Follows 3GPP TS 23.038."""

from __future__ import annotations

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€\f")  # two septets each
# Signs of our own making that alone would more than halve the room.
SPELLINGS = str.maketrans({"—": "-", "–": "-", "…": "...", "\u00a0": " ", "’": "'", "“": '"', "”": '"'})


def simplify(text: str) -> str:
    """*text* with typographic signs as GSM-7 has them."""
    return text.translate(SPELLINGS)


def segments(text: str) -> int:
    """How many messages *text* is sent as: 160 septets or 70 UTF-16 units alone, 153 or 67 each in a row."""
    if set(text) <= GSM | TWICE:
        length, alone, each = len(text) + sum(one in TWICE for one in text), 160, 153
    else:
        length, alone, each = len(text) + sum(one > "\uffff" for one in text), 70, 67
    return 1 if length <= alone else -(-length // each)
