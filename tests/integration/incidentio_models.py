"""incident.io's own models read bodies, one `{"model": …, "body": …}` a line → what each says to it, as JSON."""

import json
import sys

from incident_io import models


def complaint(name, body):
    """None, or why the model *name* does not take *body*: a value it refuses, or a field that it does not know."""
    try:
        read = getattr(models, name).from_dict(body)
    except (KeyError, TypeError, ValueError) as error:
        return repr(error)
    if read.additional_properties:
        return f"unknown: {sorted(read.additional_properties)}"
    for field, value in body.items():
        declared = type(read).__annotations__[field]
        if "str" in declared.split(" | ") and not isinstance(value, str):
            return f"{field} is no text"
    return None if read.to_dict() == body else f"reads it as {read.to_dict()}"


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(complaint(asked["model"], asked["body"])))
