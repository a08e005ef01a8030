"""The name of a skill ↔ its id: the same on every machine, unless the configuration says another one. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from lynxalert.events import clean

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "selftune:skills")


def skill_id(workspace: str, name: str, known: Mapping[str, str]) -> str:
    """The id of the skill *name* of *workspace*; *known* are ids by name. Halves of surrogate pairs count as they are stored.

    >>> skill_id("ws-1", "pdf", {})
    '858b3421-7569-5802-94f2-943ddc63ed4e'
    """
    return known.get(name) or str(uuid.uuid5(SPACE, clean(f"{workspace}\x00{name}")))
