"""Read by schemathesis, in an environment of its own: ids of things that are there, for half of the requests."""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis

KNOWN: dict[str, str] = json.loads(os.environ.get("FUZZ_KNOWN", "{}"))  # by the beginning of the path


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """An id that was made up is replaced every other time, except where it would be lost to the others."""
    if not path_parameters or context.operation.method.upper() == "DELETE":
        return path_parameters
    for start, known in KNOWN.items():
        if context.operation.path.startswith(start):
            for name, value in path_parameters.items():
                if len(str(value)) % 2:
                    path_parameters[name] = known
    return path_parameters
