"""Fields and a picture → a body of `multipart/form-data` (RFC 7578), the same for the same content. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def form(fields: Mapping[str, str], name: str, picture: bytes) -> tuple[dict[str, str], bytes]:
    """The header and body that carry *fields*, and *picture*, a PNG, in the field *name*.

    Names are ours, and hold nothing that would have to be escaped.
    """
    boundary = "lynxalert-" + hashlib.sha256(picture).hexdigest()[:32]
    body = bytearray()
    for field, text in fields.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n'.encode()
        body += b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
        body += text.encode("utf-8", "replace") + b"\r\n"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="chart.png"\r\n'
    body += head.encode() + b"Content-Type: image/png\r\n\r\n" + picture + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, bytes(body)
