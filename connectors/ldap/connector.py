"""The LDAP source: a full pass over a server's entries, or over an LDIF export of them."""

import contextlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import ClassVar, Protocol

from connectors.connector import CheckResult, Container, Field
from connectors.errors import ConfigInvalid, StateExpired
from connectors.events import BadRecord, Checkpoint, Event, Snapshot, State, Upsert
from connectors.ldap.directory import LdapDirectory
from connectors.ldap.export import LdifExport
from connectors.ldap.record import Entry, Item, is_disabled, key_of, record
from connectors.ldap.settings import LdapSettings
from connectors.mapping import apply, load

STATE_VERSION = 1
SAMPLES = 5
EXAMPLES = 50  # entries looked at for example values
EXAMPLE_LENGTH = 80


class Place(Protocol):
    """Where entries come from; a server or a file."""

    name: str
    identity: str
    container: str
    keys: tuple[str, ...]

    def open(self) -> None:
        """Connect; the attributes are valid afterwards."""

    def entries(self, size: int | None = None) -> Iterator[Item]:
        """Yield every entry, or raise."""

    def units(self) -> list[str]:
        """Return further places below this one."""

    def close(self) -> None:
        """Disconnect; may be called twice."""


class LdapConnector:
    """One LDAP server or LDIF file. Each method connects anew; `close` ends a connection still in use."""

    type_name: ClassVar[str] = "ldap"
    settings_type: ClassVar[type[LdapSettings]] = LdapSettings

    def __init__(self, settings: LdapSettings, mapping_overrides: Mapping[str, object] | None = None) -> None:
        self._settings = settings
        self.mapping = load("connectors.ldap", mapping_overrides)
        self._place: Place | None = None

    def check(self) -> CheckResult:
        """Read the first entries and say which server or file they came from."""
        with self._opened() as place:
            seen = list(islice(place.entries(EXAMPLES), EXAMPLES))
            keyed = [item for item in seen if isinstance(item, Entry) and key_of(item, place.keys)]
            samples = tuple(apply(self.mapping, record(entry)) for entry in keyed[:SAMPLES])
            return CheckResult(place.name, None, samples, self._warnings(len(seen), len(keyed), place.keys))

    def discover(self) -> list[Container]:
        """List the base or file with its attributes and an example of each, then the OUs below it."""
        with self._opened() as place:
            examples: dict[str, str] = {}
            for item in islice(place.entries(EXAMPLES), EXAMPLES):
                if isinstance(item, Entry):
                    for name, values in record(item).items():
                        examples.setdefault(name, values[0][:EXAMPLE_LENGTH])
            fields = tuple(Field(name, examples[name]) for name in sorted(examples, key=str.lower))
            return [Container(place.container, fields), *map(Container, place.units())]

    def read(self, state: State | None) -> Iterator[Event]:
        """Yield every entry, the Snapshot and a Checkpoint bound to this server and base; always a full pass.

        Raises StateExpired for a state that is not ours or belongs to another server.
        """
        with self._opened() as place:
            ours: State = {"version": STATE_VERSION, "server": place.identity}
            if state is not None and state != ours:
                raise StateExpired("the saved state belongs to another server, base or version")
            yield from self._pass(place)
            yield Checkpoint(ours)

    def close(self) -> None:
        """Let go of the connection; may be called twice."""
        place, self._place = self._place, None
        if place is not None:
            place.close()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Place]:
        self.close()
        settings = self._settings
        place: Place = LdifExport(settings.ldif, settings) if settings.ldif else LdapDirectory(settings)
        self._place = place
        try:
            place.open()
            yield place
        finally:
            place.close()

    def _pass(self, place: Place) -> Iterator[Event]:
        seen: set[str] = set()
        keyless = 0
        names = " or ".join(place.keys)
        for number, item in enumerate(place.entries(), 1):
            key = key_of(item, place.keys)
            where = f"line {item.line}" if item.line else f"entry {number}"
            if not isinstance(item, Entry):
                yield BadRecord(key, f"{where}: {item.reason}")
            elif key is None:
                yield BadRecord(None, f"{where}: no {names}")
            elif key in seen:
                yield BadRecord(key, f"{where}: an earlier entry has the same {names}")
            elif not (self._settings.skip_disabled and is_disabled(item)):
                yield Upsert(key, record(item))
            if key is None:
                keyless += 1
            else:
                seen.add(key)
        if keyless and not seen:
            setting = "ldif: no entry can be read, or" if self._settings.ldif else "key:"
            raise ConfigInvalid(
                f"{setting} no entry has {names} that we may read; name an attribute that never changes"
            )
        # An entry without a key may be one we know: nothing may be deleted in this pass.
        yield Snapshot(complete=not keyless)

    def _warnings(self, seen: int, keyed: int, keys: tuple[str, ...]) -> tuple[str, ...]:
        warnings = []
        if self._settings.user and self._settings.tls == "none":
            warnings.append("The password crosses the network in clear: set tls to starttls or ldaps.")
        if not seen:
            warnings.append("No entry matches: check base, scope and filter, and what the user may read.")
        elif keyed < seen:
            warnings.append(f"Some entries cannot be read or have no {' or '.join(keys)}; they would be left out.")
        return tuple(warnings)
