"""What is said inside the seal: JSON requests and answers, checked on arrival.

The operations and the shape of persons are fixed here for both ends; the tab mirrors them in `src/protocol/`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relay_cloud.wire import base64url

RESPONSE_KEY_SIZE = 32
PROBE = "probe"
"""What a directory asks itself through the relay, and nobody else."""
OPERATIONS = frozenset({"search", "people", "person", "whoami", PROBE})
MAX_SEARCH_LIMIT = 50
MAX_FAMILIAR = 200
MAX_TEXT = 256
MAX_TIME = 2**40
"""The latest `iat`, in Unix seconds: beyond it lies no clock."""


class BadMessage(ValueError):  # noqa: N818 - becomes status BAD_REQUEST
    """The opened content is no request of this protocol; the text says which part."""


@dataclass(frozen=True, slots=True)
class Inner:
    """An opened request.

    `issued_at` is the sender's clock in Unix seconds; `response_key` 32 random bytes of this request; `token` the
    user's access token (tab) or "" ; `user` the user's object id as the Teams service verified it, or "".
    """

    issued_at: int
    operation: str
    body: Mapping[str, Any] = field(repr=False)
    response_key: bytes = field(repr=False)
    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)

    def encode(self) -> bytes:
        """Return the JSON form; half a surrogate pair, which has no form, becomes a question mark."""
        content: dict[str, Any] = {
            "iat": self.issued_at,
            "rk": base64url.encode(self.response_key),
            "op": self.operation,
            "body": self.body,
        }
        if self.token:
            content["tok"] = self.token
        if self.user:
            content["usr"] = {"oid": self.user}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def decode_inner(content: bytes) -> Inner:
    """Read a request; raises BadMessage naming the part that is wrong, never its value."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadMessage("content is not JSON") from error
    if not isinstance(data, dict):
        raise BadMessage("content is not an object")
    issued_at, operation, body = data.get("iat"), data.get("op"), data.get("body")
    if not isinstance(issued_at, int) or isinstance(issued_at, bool) or not 0 <= issued_at <= MAX_TIME:
        raise BadMessage("iat is no time in Unix seconds")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise BadMessage("unknown operation")
    if not isinstance(body, dict):
        raise BadMessage("body is not an object")
    user = data.get("usr", {})
    token = data.get("tok", "")
    oid = user.get("oid", "") if isinstance(user, dict) else None
    if not isinstance(token, str) or not isinstance(oid, str):
        raise BadMessage("tok or usr is malformed")
    return Inner(
        issued_at=issued_at,
        operation=operation,
        body=body,
        response_key=_response_key(data.get("rk")),
        token=token,
        user=oid,
    )


def _response_key(text: object) -> bytes:
    if isinstance(text, str):
        try:
            key = base64url.decode(text)
        except ValueError as error:
            raise BadMessage("rk is not base64url") from error
        if len(key) == RESPONSE_KEY_SIZE:
            return key
    raise BadMessage("rk is not 32 bytes")
