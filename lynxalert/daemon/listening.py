"""Why an address cannot be listened on."""

from __future__ import annotations

from typing import Self

from lynxalert.config.settings import Address
from lynxalert.errors import LynxError


class ListenError(LynxError):
    """The address cannot be listened on."""

    @classmethod
    def at(cls, address: Address, error: OSError, setting: str) -> Self:
        """What the system said of *address*, and the *setting* to change."""
        reason = (error.strerror or str(error)).lower()
        return cls(f"cannot listen on {address}: {reason}; set another {setting}")
