"""TLS for destinations: always checked, against the usual authorities or one's own, with a certificate if asked for."""

from __future__ import annotations

import os
import re
import ssl

from delivery._registry import Field, Invalid, Values
from delivery.reach import Reach, Unreachable

FIELDS = (
    Field("ca", "Authority (PEM)", "Certificates to trust instead of the usual ones", type="lines", most=40_000),
    Field("certificate", "Own certificate (PEM)", "Shown to a server that asks for one", type="lines", most=40_000),
    Field("key", "Own key (PEM)", "Belongs to the certificate", type="lines", secret=True, most=20_000),
)


class _Closed(ssl.SSLSocket):
    """A connection that is not trusted is closed at once: clients such as paho drop it open, until it is collected."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


_NOT_IN_HOST = re.compile(r"[\s/\\@?#]")


def check(values: Values, reach: Reach) -> None:
    """Of a destination that is a host, a port and perhaps certificates. Raises Invalid."""
    context(values)
    if _NOT_IN_HOST.search(values["host"]):
        raise Invalid("host", "give the name or address alone, without a scheme, a path or a user")
    try:
        reach.check_literal(values["host"])
        reach.check_port(int(values["port"]))
    except Unreachable as error:
        raise Invalid("host", str(error)) from None


def context(values: Values) -> ssl.SSLContext:
    """Raises Invalid for certificates that cannot be read."""
    try:
        made = ssl.create_default_context(cadata=values["ca"] or None)
    except (ssl.SSLError, ValueError):
        raise Invalid("ca", "the authority's certificates are no PEM") from None
    made.sslsocket_class = _Closed
    if bool(values["certificate"]) != bool(values["key"]):
        raise Invalid("key", "an own certificate needs its key, and a key its certificate")
    if values["certificate"]:
        _own(made, values["certificate"] + "\n" + values["key"] + "\n")
    return made


def _own(made: ssl.SSLContext, pem: str) -> None:
    """OpenSSL reads a file only: one in memory, so that the key never comes to a disk."""
    handle = os.memfd_create("certificate")
    try:
        os.write(handle, pem.encode())
        made.load_cert_chain(f"/proc/self/fd/{handle}", password="")
    except ssl.SSLError:
        raise Invalid("certificate", "certificate and key are no PEM, or do not belong together") from None
    finally:
        os.close(handle)
