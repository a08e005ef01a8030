"""How the requests of a channel travel: certificates of its own, a proxy. The settings that channels share.

Not here: which addresses may be dialled (`addresses`); with a proxy the address dialled is the proxy's.
"""

from __future__ import annotations

import base64
import pathlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from lynxalert.notify.addresses import is_metadata
from lynxalert.notify.channel import Base
from lynxalert.notify.fields import Secret, Url
from lynxalert.notify.model import DeliveryError, Failure

SHARED = ("ca_file", "client_cert", "client_key", "proxy", "proxy_login")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured(Base):
    """A channel whose certificates may be one's own. All are absolute paths of PEM files, read for each request.

    *ca_file*: whom to trust instead of the system's authorities. *client_key* may stand in *client_cert*.
    """

    ca_file: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether anything here differs from how all others travel."""
        return any(getattr(self, name, None) is not None for name in SHARED)

    def context(self) -> ssl.SSLContext | None:
        """What TLS is to know beside the system's authorities; None where that is nothing. Reads files.

        Raises:
            DeliveryError: a file is not what it should be.
        """
        if self.ca_file is None and self.client_cert is None:
            return None
        try:
            made = ssl.create_default_context(cafile=self.ca_file)
            if self.client_cert is not None:
                made.load_cert_chain(self.client_cert, self.client_key, password=_unencrypted)
        except (OSError, ValueError):
            text = "ca_file, client_cert or client_key cannot be read"
            raise DeliveryError(Failure.UNCONFIGURED, text, permanent=True) from None
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Web(Secured):
    """A channel that speaks HTTP, through *proxy* if there is one. *proxy_login*: `user:password`."""

    proxy: Url | None = None
    proxy_login: Secret | None = None

    def login(self) -> dict[str, str]:
        """The header that opens the proxy."""
        if self.proxy_login is None:
            return {}
        return {"Proxy-Authorization": f"Basic {base64.b64encode(self.proxy_login.value.encode()).decode()}"}

    def check(self, host: str) -> None:
        """A proxy dials by itself and may be asked for anything, but never by us for a metadata service.

        Raises:
            DeliveryError: *host* is the address of one, however it is spelled.
        """
        if self.proxy is not None and is_metadata(host):
            raise DeliveryError(Failure.BLOCKED, "the address is a metadata service", permanent=True)


def objections(made: object) -> Sequence[tuple[str, str]]:
    """What is wrong among the shared settings of *made*: (field, what completes "config.field …")."""
    if not isinstance(made, Secured):
        return ()
    paths = {name: getattr(made, name) for name in ("ca_file", "client_cert", "client_key")}
    wrong = [
        (name, "must be an absolute path")
        for name, path in paths.items()
        if path and not pathlib.Path(path).is_absolute()
    ]
    if made.client_key is not None and made.client_cert is None:
        wrong.append(("client_cert", "is required with client_key"))
    if isinstance(made, Web) and made.proxy_login is not None and made.proxy is None:
        wrong.append(("proxy", "is required with proxy_login"))
    return wrong


def _unencrypted() -> str:
    # Without this OpenSSL would ask at the terminal.
    raise ValueError("the key is encrypted")
