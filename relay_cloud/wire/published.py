"""What a relay reads of the key configuration that a directory publishes: the ids of the keys it opens with, pure."""

import json
from collections.abc import Mapping
from typing import Any

from relay_cloud.wire import base64url
from relay_cloud.wire.envelope import KID_SIZE, Malformed

OPENS = "opens"
"""Member of the document that lists the key ids, those of keys that are being replaced among them."""
MAX_KIDS = 8


def kids(document: Mapping[str, Any]) -> frozenset[bytes]:
    """Return the ids of the keys the directory opens with; raises Malformed."""
    listed = document.get(OPENS)
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_KIDS:
        raise Malformed("key configuration does not say what it opens")
    try:
        found = frozenset(base64url.decode(kid) for kid in listed)
    except (TypeError, ValueError) as error:
        raise Malformed("key id is not base64url") from error
    if any(len(kid) != KID_SIZE for kid in found):
        raise Malformed("key id has a wrong size")
    return found


def handed_out(document: Mapping[str, Any]) -> bytes:
    """Return the document as clients get it, which takes less memory than its parts."""
    return json.dumps(document, separators=(",", ":")).encode()


def is_document(data: bytes) -> bool:
    """Whether these bytes are one, as another relay hands it on."""
    try:
        return isinstance(json.loads(data), dict)
    except ValueError:
        return False
