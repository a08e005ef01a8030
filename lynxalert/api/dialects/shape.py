"""A body of another product → its class filled, or its mistakes as they are told there. Unknown keys are ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lynxalert.api.errors import ApiError

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Body(BaseModel):
    """What a product's clients send: strict, so that no text becomes a number and no flag a 1."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


B = TypeVar("B", bound=Body)
Path = list[Any]


def _identity(value: object) -> object:
    if isinstance(value, str) and not _UUID.fullmatch(value):
        raise ValueError("must be a UUID")
    return value


Uuid = Annotated[str, BeforeValidator(_identity)]
Threshold = Annotated[float, Field(strict=True)]


def filled(model: type[B], body: Mapping[str, Any]) -> B:
    """*body* as a *model*.

    Raises:
        ApiError: 422 with every mistake, its path, message and type.
    """
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise refused([_told(each) for each in error.errors(include_url=False)]) from None


def refused(details: Sequence[Mapping[str, Any]]) -> ApiError:
    """422 of these mistakes."""
    return ApiError(422, "VALIDATION_ERROR", str(details[0]["message"]), details=details)


def mistake(path: Path, message: str, kind: str = "value_error", where: str = "body") -> ApiError:
    """422 of one mistake; *where* it is: in the body, or in the query."""
    return refused([{"path": path, "message": message, "type": kind, "in": where}])


def renamed(error: ApiError, rename: Callable[[Path], Path]) -> ApiError:
    """*error* of a native definition, its paths those of the product."""
    details = []
    for each in error.details:
        name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in each["path"])
        message = str(each["message"]).removeprefix(name.removeprefix(".")).strip()
        details.append({"path": rename(list(each["path"])), "message": message, "type": "value_error"})
    return ApiError(error.status, error.code, str(error), details=details, headers=error.headers)


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    reason = error.get("ctx", {}).get("error")
    message = str(reason) if error["type"] == "value_error" and reason is not None else error["msg"]
    return {"path": list(error["loc"]), "message": message, "type": error["type"]}
