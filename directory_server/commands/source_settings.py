"""Settings of a source as the command line gives them: text in, checked values and secrets apart."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from pydantic import SecretStr, ValidationError

from connectors import registry
from connectors.errors import ConfigInvalid
from connectors.events import Json

FROM_INPUT = "@-"


def read_settings(
    type_name: str, pairs: list[str], standard_input: TextIO, known: Mapping[str, Json] | None = None
) -> tuple[dict[str, Json], dict[str, str]]:
    """Return the settings known before with those given by key=value, checked, and apart from them the secret ones.

    The value `@-` stands for the first line of standard input. Relative paths become absolute, because the server
    may run elsewhere. Raises ConfigInvalid naming the wrong setting, never its value.
    """
    given = {**(known or {}), **_parted(pairs, standard_input)}
    kinds = registry.types()
    if type_name not in kinds:
        raise ConfigInvalid(f"source type {type_name!r} is unknown; known are: {', '.join(kinds)}")
    try:
        checked = kinds[type_name].settings_type.model_validate(given)
    except ValidationError:
        registry.connect(type_name, given).close()  # refuses with the sentence for the admin
        raise
    plain: dict[str, Json] = {}
    secrets: dict[str, str] = {}
    for key, value in checked.model_dump(mode="json", include=set(given)).items():
        held = getattr(checked, key)
        if isinstance(held, SecretStr):
            secrets[key] = held.get_secret_value()
        elif isinstance(held, Path):
            plain[key] = str(held.expanduser().absolute())
        else:
            plain[key] = value
    return plain, secrets


def read_mapping(path: Path | None) -> dict[str, Json] | None:
    """Return the mapping file's content; raises ConfigInvalid for a missing file or broken TOML."""
    if path is None:
        return None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigInvalid(f"mapping file {path}: {error}") from None


def described() -> list[dict[str, Any]]:
    """Return every source type with its settings: name, title, description, whether required or secret, default."""
    found = []
    for name, kind in registry.types().items():
        settings = []
        for key, field in kind.settings_type.model_fields.items():
            secret = "SecretStr" in str(field.annotation)
            default = None if field.is_required() or secret else field.get_default(call_default_factory=True)
            settings.append(
                {
                    "name": key,
                    "title": field.title or key,
                    "description": field.description or "",
                    "required": field.is_required(),
                    "secret": secret,
                    "default": default if isinstance(default, str | int | float | bool | None) else str(default),
                }
            )
        found.append({"type": name, "settings": settings})
    return found


def _parted(pairs: list[str], standard_input: TextIO) -> dict[str, Json]:
    given: dict[str, Json] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise ConfigInvalid("--set needs key=value")
        if key in given:
            raise ConfigInvalid(f"setting '{key}' is given twice")
        if value == FROM_INPUT:
            if FROM_INPUT in [text for _, _, text in (other.partition("=") for other in pairs if other != pair)]:
                raise ConfigInvalid(f"only one setting can be read from standard input ({FROM_INPUT})")
            value = standard_input.readline().rstrip("\r\n")
            if not value:
                raise ConfigInvalid(f"setting '{key}': standard input gave no value")
        given[key] = value
    return given
