"""The server's settings: TOML file, then environment `CONTACTORY_*`; unknown keys are refused."""

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "CONTACTORY_"
OTHERS = ("CONTACTORY_RELAY_", "CONTACTORY_TEAMS_", "CONTACTORY_DATA")
"""Variables of the other programs, and of the command line."""


class Config(BaseSettings):
    """Settings of one directory, read from `<data>/directory.toml` and the environment (which wins)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    web: str = Field("127.0.0.1:8400", description="Address of the web pages, host:port.")
    ldap: str = Field("127.0.0.1:3389", description="Address of the LDAP front, host:port; empty switches it off.")
    ldaps: str = Field("127.0.0.1:3636", description="Address of the LDAPS front, host:port; empty switches it off.")
    https: str = Field("", description="Address of the look-ups over HTTPS, host:port; empty switches it off.")
    trusted_proxies: str = Field(
        "", description="Addresses or networks, comma-separated, whose X-Forwarded-For is believed."
    )
    workers: int = Field(
        1,
        ge=0,
        le=64,
        description="LDAP processes, which share the addresses; 0: none, LDAP runs in the server's own process.",
    )
    drain_seconds: float = Field(60.0, ge=0, le=3600, description="Seconds over which a stop lets LDAP connections go.")
    tls_certificate: Path | None = Field(
        None, description="PEM chain for LDAPS, StartTLS and HTTPS; default: self-signed."
    )
    tls_key: Path | None = Field(None, description="PEM key of tls_certificate.")
    proxy: str = Field(
        "", description="HTTP proxy on the way to relay and identity provider, http://host:port; default: HTTPS_PROXY."
    )
    ca_file: Path | None = Field(
        None, description="PEM file of authorities to trust for them besides the operating system's."
    )
    suffix: str = Field("dc=contacts", description="Base DN of the LDAP tree.")
    country: str = Field("DE", description="ISO country that asked numbers are read with, unless a client has its own.")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        """Refuse names and `*`: whoever could pretend to be any address would be any client that has no password."""
        for network in text.split(",") if text.strip() else ():
            ip_network(network.strip())
        return text

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, url: str) -> str:
        """Refuse other URLs, and credentials: this file is no place for them."""
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            raise ValueError("keep user and password out of it: contact-directory proxy login")
        if url and (parts.scheme != "http" or not parts.hostname or not parts.port or parts.path.strip("/")):
            raise ValueError("is not http://host:port")
        return url


class UnknownVariable(ValueError):  # noqa: N818 - named as the admin reads it
    """A variable of the environment looks like a setting of ours and is none; the message names it."""


def load(data: Path, environ: Mapping[str, str] = os.environ, **overrides: Any) -> Config:
    """Return the settings of the data folder; `overrides` (command-line options) win over file and environment.

    Raises `pydantic.ValidationError`, which names the unknown or wrong key, or UnknownVariable.
    """
    known = {PREFIX + name.upper() for name in Config.model_fields}
    for name in environ:
        if name.startswith(PREFIX) and not name.startswith(OTHERS) and name not in known:
            raise UnknownVariable(f"environment variable {name} is no setting")

    class FileConfig(Config):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            toml = TomlConfigSettingsSource(settings_cls, data / "directory.toml")
            return init_settings, env_settings, toml

    return FileConfig(**{key: value for key, value in overrides.items() if value is not None})
