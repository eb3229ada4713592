"""Settings of relay and registrar: command line, environment, TOML file; unknown keys are refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

AUTHORITY = "https://login.microsoftonline.com"
SERVICE_KEY = "PEM file, public signing key of the Teams service, handed to directories at registration."
TRUSTED_PROXIES = "Addresses or networks, comma-separated, whose X-Forwarded-For is believed."


class _Settings(BaseSettings):
    @classmethod
    def load(cls, file: Path | None, environ: Mapping[str, str], **overrides: Any) -> Self:
        """Return the settings; `overrides` (command-line options) win over environment and file.

        Raises `pydantic.ValidationError`, which names the wrong key, or ValueError for an unknown environment variable.
        """
        prefix = cls.model_config["env_prefix"]
        known = {prefix + name.upper() for name in cls.model_fields}
        unknown = sorted(name for name in environ if name.upper().startswith(prefix) and name.upper() not in known)
        if unknown:
            raise ValueError(f"unknown setting in the environment: {', '.join(unknown)}")

        class FileConfig(cls):  # type: ignore[misc, valid-type] # the file is known here only
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

        settings: Self = FileConfig(**{key: value for key, value in overrides.items() if value is not None})
        return settings


class RegistrarConfig(_Settings):
    """Settings of a registrar that is a process of its own; environment `CONTACTORY_REGISTRAR_*`."""

    model_config = SettingsConfigDict(env_prefix="CONTACTORY_REGISTRAR_", extra="forbid", frozen=True)

    listen: str = Field("127.0.0.1:8485", description="Address to serve, host:port.")
    trusted_proxies: str = Field("127.0.0.1", description=TRUSTED_PROXIES)
    private_key: Path = Field(description="PEM file, the registrar's private key: it signs the credentials.")
    authority: str = Field(AUTHORITY, description="Identity base URL that administrators sign in at.")
    client_id: str = Field(min_length=1, description="Application id administrators sign in to.")
    service_key: Path | None = Field(None, description=SERVICE_KEY)
    revocations: Path | None = Field(None, description="Revocation list to serve and obey; read once a minute.")


class Config(_Settings):
    """Settings of one relay instance; environment `CONTACTORY_RELAY_*`."""

    model_config = SettingsConfigDict(env_prefix="CONTACTORY_RELAY_", extra="forbid", frozen=True)

    listen: str = Field("127.0.0.1:8480", description="Address to serve, host:port.")
    public_url: str = Field("", description="URL directories and clients use; default: http:// and the listen address.")
    trusted_proxies: str = Field("127.0.0.1", description=TRUSTED_PROXIES)
    registrar_key: Path = Field(description="PEM file, the registrar's public key: lines must carry its credential.")
    ticket_key: Path = Field(description="PEM file, the Teams service's public ticket key.")
    registrar_private_key: Path | None = Field(None, description="PEM file; set it to serve the registrar here too.")
    registrar_authority: str = Field(AUTHORITY, description="Identity base URL that administrators sign in at.")
    registrar_client_id: str = Field("", description="Application id administrators sign in to.")
    service_key: Path | None = Field(None, description=SERVICE_KEY)
    revocations: str = Field("", description="File or URL of the registrar's revocation list, read once a minute.")
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
