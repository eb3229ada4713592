"""An LDAP server as the place to read from: which base, which key, which attributes."""

from collections.abc import Iterator, Mapping

from connectors.errors import ConfigInvalid
from connectors.ldap.record import OBJECT_GUID, Item, key_attribute, key_of
from connectors.ldap.session import LdapSession
from connectors.ldap.settings import LdapSettings

UNITS = "(|(objectClass=organizationalUnit)(objectClass=container))"
UNITS_SHOWN = 200
_ROOT_DSE = ("namingContexts", "defaultNamingContext", "supportedCapabilities", "vendorName")


class LdapDirectory:
    """One server; after `open`, `name`, `identity`, `container` (the base DN) and `keys` are known."""

    def __init__(self, settings: LdapSettings) -> None:
        self._settings = settings
        self._session = LdapSession(settings)
        self.name = self.identity = ""
        self.container = settings.base
        self.keys: tuple[str, ...] = ()

    def open(self) -> None:
        """Connect, log in, read what the server says of itself and find the base; raises SourceGone without it."""
        settings, session = self._settings, self._session
        session.open()
        root = self._root()
        key = settings.key or key_attribute(root)
        product = "Active Directory" if key == OBJECT_GUID else " ".join(root.get("vendorName", ())) or "LDAP server"
        self.name = f"{product} at {':'.join(map(str, settings.address()))}"
        self.keys = (key,)
        if not self.container:
            contexts = (*root.get("defaultNamingContext", ()), *root.get("namingContexts", ()))
            if not contexts:
                raise ConfigInvalid("base: the server names no naming context, give the base DN")
            self.container = contexts[0]
        base = session.entry(self.container, [key])
        found = key_of(base, [key]) if base else None
        self.identity = f"{key}={found}" if found else f"dn={self.container.lower()}"

    def entries(self, size: int | None = None) -> Iterator[Item]:
        """Yield the entries that the filter finds, asking for `size` at once or the settings' page size."""
        wanted = [name.strip() for name in self._settings.attributes.split(",") if name.strip()]
        for page in self._session.pages(self.container, [*wanted, *self.keys], self._settings.filter, size):
            yield from page

    def units(self) -> list[str]:
        """Return the DNs of the OUs and containers below the base, at most UNITS_SHOWN."""
        found: list[str] = []
        for page in self._session.pages(self.container, ["1.1"], UNITS):
            found += [entry.dn for entry in page if entry.dn.lower() != self.container.lower()]
            if len(found) >= UNITS_SHOWN:
                break
        return found[:UNITS_SHOWN]

    def close(self) -> None:
        """Disconnect; may be called twice."""
        self._session.close()

    def _root(self) -> Mapping[str, tuple[str, ...]]:
        entry = self._session.entry("", _ROOT_DSE)
        values: dict[str, tuple[str, ...]] = {}
        for name, value in entry.attributes if entry else ():
            values[name] = (*values.get(name, ()), value.decode(errors="replace"))
        return values
