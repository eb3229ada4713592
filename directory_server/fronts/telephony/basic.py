"""Basic authentication (RFC 7617): the header a telephone system shows its name and password in. Pure."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

CHALLENGE: Final = 'Basic realm="contactory", charset="UTF-8"'
"""What is answered in `WWW-Authenticate`."""

LONGEST: Final = 4096
"""Characters of a header that is read."""


@dataclass(frozen=True, slots=True)
class Login:
    """A client's name and password as they were sent, right or wrong."""

    name: str
    password: str = field(repr=False)


def read(header: str) -> Login | None:
    """Return the login of an `Authorization` header; None where it carries none (another scheme, nothing, garbage).

    The pair is UTF-8, as we ask for; phones that were made before RFC 7617 send ISO 8859-1.
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > LONGEST:
        return None
    try:
        pair = base64.b64decode(token.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = pair.decode()
    except UnicodeDecodeError:
        text = pair.decode("iso-8859-1")
    name, colon, password = text.partition(":")
    return Login(name, password) if colon and name and password else None
