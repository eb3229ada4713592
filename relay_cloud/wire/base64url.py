"""Base64url without padding (RFC 4648 section 5), as JWK and JWT write bytes."""

import base64
import binascii


def encode(data: bytes) -> str:
    """Return the text form."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes; raises ValueError for anything that is not base64url."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
