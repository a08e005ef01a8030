"""The functions of one row (3, 5), one module per family, in two tables.

`PLAIN` takes values. `LAZY` takes the arguments as they are written, the row, and a way to evaluate them.
"""

from __future__ import annotations

from tests.reference.functions import conditions, conversions, multivalues, numbers, texts
from tests.reference.functions.kinds import Lazy, Plain

PLAIN: dict[str, Plain] = {
    **conditions.PLAIN,
    **texts.PLAIN,
    **numbers.PLAIN,
    **multivalues.PLAIN,
    **conversions.PLAIN,
}
LAZY: dict[str, Lazy] = {**conditions.LAZY, **multivalues.LAZY}
