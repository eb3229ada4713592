"""The relay's settings: command line, environment `CONTACTORY_RELAY_*`, TOML file; unknown keys are refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "CONTACTORY_RELAY_"


class Config(BaseSettings):
    """Settings of one relay instance."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    listen: str = Field("127.0.0.1:8480", description="Address to serve, host:port.")
    public_url: str = Field("", description="URL directories and clients use; default: http:// and the listen address.")
    trusted_proxies: str = Field(
        "127.0.0.1", description="Addresses or networks, comma-separated, whose X-Forwarded-For is believed."
    )
    registrar_key: Path = Field(description="PEM file, the registrar's public key: lines must carry its credential.")
    ticket_key: Path = Field(description="PEM file, the Teams service's public ticket key.")
    registrar_private_key: Path | None = Field(None, description="PEM file; set it to serve the registrar here too.")
    registrar_authority: str = Field(
        "https://login.microsoftonline.com", description="Identity base URL that administrators sign in at."
    )
    registrar_client_id: str = Field("", description="Application id administrators sign in to.")
    service_key: Path | None = Field(
        None, description="PEM file, public signing key of the Teams service, handed to directories at registration."
    )
    nats: str = Field("", description="URL of the NATS server between several relays; empty: this is the only one.")
    drain_window: float = Field(
        60, ge=0, le=3600, description="Seconds over which a stopping relay lets its lines go, each at its own moment."
    )
    tenant_rate: float = Field(50, gt=0, description="Requests a second a tenant may send on average.")
    tenant_burst: int = Field(100, gt=0, description="Requests a tenant may send at once.")
    line_in_flight: int = Field(64, gt=0, le=4096, description="Requests in flight on one line; more are refused busy.")
    line_lifetime: int = Field(3600, ge=2, description="Seconds after which a directory opens a new line.")
    ping_interval: int = Field(20, ge=1, description="Seconds between pings on a line.")

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an http(s) URL")
        return value

    @field_validator("nats")
    @classmethod
    def _bus(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"nats", "tls"} or not parts.hostname):
            raise ValueError("must be nats://host:port or tls://host:port")
        return value

    @property
    def host(self) -> str:
        """The name (host:port) this relay is reached by."""
        return urlsplit(self.public_url).netloc or self.listen


def load(file: Path | None, environ: Mapping[str, str], **overrides: Any) -> Config:
    """Return the settings; `overrides` (command-line options) win over environment and file.

    Raises `pydantic.ValidationError`, which names the wrong key, or ValueError for an unknown environment variable.
    """
    known = {PREFIX + name.upper() for name in Config.model_fields}
    unknown = sorted(name for name in environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise ValueError(f"unknown setting in the environment: {', '.join(unknown)}")

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
            toml = (TomlConfigSettingsSource(settings_cls, file),) if file else ()
            return (init_settings, env_settings, *toml)

    return FileConfig(**{key: value for key, value in overrides.items() if value is not None})
