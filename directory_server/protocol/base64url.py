"""Base64url without padding (RFC 4648 section 5), as JWK and JWT write bytes; the one of the wire."""

from relay_cloud.wire.base64url import decode, encode

__all__ = ["decode", "encode"]
