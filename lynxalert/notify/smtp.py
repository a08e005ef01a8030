"""Mail → a relay, or a `DeliveryError`: the one door to aiosmtplib, as `http` is for requests.

TLS as Alertmanager decides it: port 465 speaks it from the first byte, elsewhere STARTTLS is required unless the
relay is this machine. Certificates are verified, save that of this machine's own relay where nobody asked for TLS.
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from lynxalert.notify.dial import open_socket, with_loopback
from lynxalert.notify.fields import Secret
from lynxalert.notify.http import Http
from lynxalert.notify.markup import cut, one_line
from lynxalert.notify.model import DeliveryError, Failure, Level

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server and how to log in there. *tls*: auto | starttls | implicit | none."""

    host: str
    port: int
    tls: str = "auto"
    username: str | None = None
    password: Secret | None = None

    async def open(self, http: Http) -> aiosmtplib.SMTP:
        """A session that is connected, encrypted where it must be, and logged in where it can be.

        Raises:
            DeliveryError: it is not.
        """
        local = self.host in LOCAL
        implicit = self.tls == "implicit" or (self.tls == "auto" and self.port == 465)
        # None: where the relay offers it.
        starting = True if self.tls == "starttls" or not local else None
        outbound = with_loopback(http.outbound) if local else http.outbound
        client = aiosmtplib.SMTP(
            hostname=self.host,
            sock=await open_socket(self.host, self.port, outbound),
            local_hostname="lynxalert",
            timeout=http.outbound.timeout.total_seconds(),
            tls_context=await http.context() or (_unverified() if local and self.tls == "auto" else None),
            use_tls=implicit,
            start_tls=False if implicit or self.tls == "none" else starting,
        )
        try:
            await client.connect()
            if self.username and self.password:
                await client.login(self.username, self.password.value)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise _failure(error, http) from None
        return client

    async def deliver(self, mail: EmailMessage, http: Http) -> str | None:
        """Hand *mail* over in one transaction; who it was not taken for, if it was for others.

        Raises:
            DeliveryError: it was not accepted for anybody.
        """
        client = await self.open(http)
        try:
            refused, _ = await client.send_message(mail)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise _failure(error, http) from None
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it was taken, whatever comes now
            await client.quit()
        client.close()
        said = (f"{name}: SMTP {answer.code}: {answer.message}" for name, answer in refused.items())
        return cut(one_line(http.redact("not taken for " + "; ".join(said))), 500) if refused else None

    async def knock(self, http: Http) -> Level:
        """How far one gets without sending: TCP, TLS, or logged in.

        Raises:
            DeliveryError: not even so far.
        """
        client = await self.open(http)
        try:
            await client.noop()
            encrypted = client.get_transport_info("sslcontext") is not None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _failure(error, http) from None
        finally:
            client.close()
        if self.username and self.password:
            return Level.AUTH
        return Level.TLS if encrypted else Level.TCP


def _unverified() -> ssl.SSLContext:
    """For a relay on loopback, where nobody can listen: distributions give theirs a certificate that nobody signed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _failure(error: Exception, http: Http) -> DeliveryError:
    """4yz passes, 5yz does not (RFC 5321 §4.2.1)."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = cut(one_line(http.redact(error.message)), 200)
        detail = f"SMTP {error.code}: {text}"
        if error.code in (530, 534, 535, 538):
            return DeliveryError(Failure.UNAUTHORIZED, detail, permanent=True, status=error.code)
        if error.code >= 500:
            return DeliveryError(Failure.REJECTED, detail, permanent=True, status=error.code)
        return DeliveryError(Failure.SERVER, detail, status=error.code)
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return DeliveryError(Failure.TIMEOUT, "the mail server did not answer in time")
    if isinstance(error, ValueError):
        return DeliveryError(
            Failure.UNCONFIGURED, "an address or header of the mail is not valid", permanent=True
        )
    text = cut(one_line(http.redact(str(error))), 200)
    return DeliveryError(Failure.NETWORK, f"the mail server broke off: {text}")
