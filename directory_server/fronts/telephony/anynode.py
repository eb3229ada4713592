"""anynode's routing request (TE-SYSTEMS): who calls, and the answer that lets every call go on. Pure.

    {"sourceAddress": {"dialString": "+4989…", "displayName": ""}, "destinationAddress": {"dialString": "+4930…"}}
    {"routeContinue": true, "sourceAddress": {"dialString": "+4989…", "displayName": "Erika Mustermann"}}

The shape is that of servers in the field, for the vendor's description was not at hand; `destinationAddress` is ours,
by analogy, and does no harm where it is never sent. Whatever is wrong with the request, its answer is that the call
goes on as it came: parts that are not understood go back byte for byte.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import Raw

GO_ON: Final = b'{"routeContinue":true}'
"""The answer to what cannot be read at all."""

_Parts = dict[str, Raw]
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Call:
    """A call as anynode tells it; `number` and `called` are "" where they are missing or no text."""

    number: str = ""
    called: str = ""
    source: Raw | None = None
    parts: _Parts = field(default_factory=dict)

    def answer(self, name: str = "") -> bytes:
        """Return the answer: the call goes on, shown with this name, or as it came without one."""
        if self.source is None:
            return GO_ON
        source = {**self.parts, "displayName": name} if name else self.source
        return msgspec.json.encode({"routeContinue": True, "sourceAddress": source})


def read(body: bytes) -> Call:
    """Return the call of a request's body; never fails."""
    try:
        body.decode()  # parts go back as they came, and must not make the answer unreadable
    except UnicodeDecodeError:
        return Call()
    request = _parts(Raw(body.removeprefix(_BOM)))
    source = request.get("sourceAddress")
    if source is None:
        return Call()
    parts = _parts(source)
    called = _parts(request.get("destinationAddress", Raw(b"null")))
    return Call(_text(parts.get("dialString")), _text(called.get("dialString")), source, parts)


def _parts(value: Raw) -> _Parts:
    try:
        return msgspec.json.decode(value, type=_Parts)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}


def _text(value: Raw | None) -> str:
    try:
        return msgspec.json.decode(value, type=str) if value is not None else ""
    except (msgspec.MsgspecError, UnicodeError):
        return ""
