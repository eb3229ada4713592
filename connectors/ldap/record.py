"""An LDAP entry as a source record, and the key it is known by. Pure: bytes in, values out."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.events import Record

OBJECT_GUID, ENTRY_UUID, NS_UNIQUE_ID = "objectGUID", "entryUUID", "nsUniqueId"
KEYS = (OBJECT_GUID, ENTRY_UUID, NS_UNIQUE_ID)
AD_CAPABILITY = "1.2.840.113556.1.4.800"  # supportedCapabilities of Active Directory

_BINARY = frozenset({"jpegphoto", "thumbnailphoto", "photo", "audio", "objectsid", "sidhistory", "usercertificate"})
# Change with every logon or replication; kept, each would make an unchanged record look changed.
_VOLATILE = frozenset({
    "lastlogon", "lastlogoff", "lastlogontimestamp", "logoncount", "badpwdcount", "badpasswordtime", "lockouttime",
    "usnchanged", "usncreated", "whenchanged", "modifytimestamp", "modifiersname", "entrycsn", "authtimestamp",
    "dscorepropagationdata",
})  # fmt: skip
_SECRET_WORDS = ("password", "pwd", "passwd", "krbprincipalkey", "laps")
_PEOPLE = frozenset({b"person", b"organizationalperson", b"inetorgperson", b"user", b"contact", b"residentialperson"})
_ACCOUNT_DISABLED = 0x2  # userAccountControl bit ADS_UF_ACCOUNTDISABLE


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its server or file gave it: attribute descriptions with options, values as bytes, in their order.

    `line` is where it begins in its file, 0 without one.
    """

    dn: str
    attributes: tuple[tuple[str, bytes], ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that cannot be read; `attributes` are those that could."""

    line: int
    reason: str
    attributes: tuple[tuple[str, bytes], ...] = ()


Item = Entry | Broken


def first(entry: Item, name: str) -> bytes | None:
    """Return the first value of `name` (any case, no options), None without one."""
    wanted = name.lower()
    return next((value for given, value in entry.attributes if given.lower() == wanted), None)


def key_attribute(root_dse: Mapping[str, tuple[str, ...]]) -> str:
    """Return which attribute identifies an entry for ever on the server that this rootDSE describes."""
    if AD_CAPABILITY in root_dse.get("supportedCapabilities", ()):
        return OBJECT_GUID
    vendor = " ".join(root_dse.get("vendorName", ())).lower()
    if "389 project" in vendor or "red hat" in vendor or "fedora" in vendor:
        return NS_UNIQUE_ID
    return ENTRY_UUID


def key_of(entry: Item, names: Iterable[str]) -> str | None:
    """Return the entry's key from the first of `names` it has, None if it has none or the value cannot be one."""
    for name in names:
        value = first(entry, name)
        if value:
            return key_text(name, value)
    return None


def key_text(name: str, value: bytes) -> str | None:
    """Return a key value as text: an objectGUID as the directory's tools write it, text in lower case if a UUID."""
    if name.lower() == OBJECT_GUID.lower() and len(value) == 16:  # noqa: PLR2004 - a GUID's size
        return str(uuid.UUID(bytes_le=value))
    text = _text(value)
    return text.lower() if text and name in (ENTRY_UUID, NS_UNIQUE_ID) else text


def is_contact(entry: Entry) -> bool:
    """Tell whether an exported entry is somebody: by its object classes, or because the export left them out."""
    classes = {value.lower() for name, value in entry.attributes if name.lower() == "objectclass"}
    return not classes or bool(classes & _PEOPLE and b"computer" not in classes)


def is_disabled(entry: Entry) -> bool:
    """Tell whether the directory marks the account as disabled (Active Directory, 389 Directory Server)."""
    control = first(entry, "userAccountControl") or b"0"
    locked = first(entry, "nsAccountLock") or b""
    return (control.isdigit() and bool(int(control) & _ACCOUNT_DISABLED)) or locked.lower() == b"true"


def record(entry: Entry) -> Record:
    """Return the entry's text attributes and its `dn`.

    Options are stripped (`cn;lang-de` adds to `cn`), equal values kept once, binary values, secrets and values that
    change without an edit are left out.
    """
    fields: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for description, value in entry.attributes:
        name, _, options = description.partition(";")
        lower = name.lower()
        if lower in _BINARY or lower in _VOLATILE or "binary" in options.lower() or is_secret(name):
            continue
        text = key_text(OBJECT_GUID, value) if lower == OBJECT_GUID.lower() else _text(value)
        if text:
            values = fields.setdefault(spelling.setdefault(lower, name), [])
            if text not in values:
                values.append(text)
    fields["dn"] = [entry.dn]
    return {name: tuple(values) for name, values in fields.items()}


def is_secret(name: str) -> bool:
    """Tell whether an attribute holds a secret that must never leave the directory."""
    return any(word in name.lower() for word in _SECRET_WORDS)


def _text(value: bytes) -> str | None:
    """Return the value as trimmed text, None if it is empty or binary."""
    if b"\0" in value:
        return None
    try:
        return value.decode().strip() or None
    except UnicodeDecodeError:
        return None
