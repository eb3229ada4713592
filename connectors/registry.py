"""Which connectors there are, and how one is made from text settings.

Every connector, built in or not, is an entry point of the group "contactory.connectors"; its class takes
`(settings, mapping_overrides)` and lives in a package that holds its `mapping.toml`.
"""

import logging
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from pydantic import ValidationError

from connectors import mapping as mappings
from connectors.connector import Connector
from connectors.errors import ConfigInvalid
from connectors.mapping import FieldMapping

GROUP = "contactory.connectors"
_log = logging.getLogger(__name__)


def types() -> dict[str, type[Connector]]:
    """Return the connector classes by type name; one that cannot be loaded is left out and logged."""
    found: dict[str, type[Connector]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            found[entry.name] = _loaded(entry)
        except ConfigInvalid as error:
            _log.warning("%s", error)
    return found


def connect(type_name: str, settings: Mapping[str, object], mapping: Mapping[str, object] | None = None) -> Connector:
    """Return the connector of a type with checked settings and the admin's mapping.

    Raises ConfigInvalid naming the unknown type, setting or mapping key, never a setting's value.
    """
    kind = _type(type_name)
    try:
        checked = kind.settings_type.model_validate(dict(settings))
    except ValidationError as error:
        raise ConfigInvalid(_faults(error)) from None  # the cause would carry the values
    return kind(checked, mapping)  # type: ignore[call-arg]  # a Protocol has no constructor; the module text has it


def mapping_of(type_name: str, overrides: Mapping[str, object] | None = None) -> FieldMapping:
    """Return the mapping that turns this type's records into contacts; raises ConfigInvalid naming the wrong key."""
    return mappings.load(_type(type_name).__module__.rpartition(".")[0], overrides)


def _type(type_name: str) -> type[Connector]:
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    if type_name not in entries:
        raise ConfigInvalid(f"source type '{type_name}' is unknown; known are: {', '.join(sorted(entries))}")
    return _loaded(entries[type_name])


def _loaded(entry: EntryPoint) -> type[Connector]:
    try:
        kind: type[Connector] = entry.load()
    except (ImportError, AttributeError) as error:
        raise ConfigInvalid(f"source type '{entry.name}' cannot be loaded: {error}") from error
    return kind


def _faults(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        name = ".".join(map(str, fault["loc"]))
        if fault["type"] == "extra_forbidden":
            faults.append(f"setting '{name}' is unknown")
        elif fault["type"] == "missing":
            faults.append(f"setting '{name}' is missing")
        else:
            faults.append(f"setting '{name}': {fault['msg']}" if name else fault["msg"])
    return "; ".join(faults)
