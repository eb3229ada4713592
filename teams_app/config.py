"""Settings of the Teams backend: TOML file, then environment `CONTACTORY_TEAMS_*`; unknown keys are refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "CONTACTORY_TEAMS_"
ORGANIZATIONS = "organizations"
ENTRA = "https://login.microsoftonline.com"


class Config(BaseSettings):
    """Settings of one Teams backend; every address is without a trailing slash, except `tab_url`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    listen: str = Field("127.0.0.1:8490", description="Address to listen on, host:port.")
    relay: str = Field("http://127.0.0.1:8480", description="Base URL of the relay.")
    authority: str = Field(ENTRA, description="Base URL of the identity provider.")
    tenant: str = Field(ORGANIZATIONS, description="The only tenant that may sign in, or 'organizations' for any.")
    api_client_id: str = Field("", description="Client id of our API, the audience of the tab's token.")
    tab_client_id: str = Field("", description="Client id the tab signs in with outside Teams.")
    bot_app_id: str = Field("", description="App id of the bot and of the Teams app; empty switches the bot off.")
    bot_app_secret: SecretStr = Field(SecretStr(""), description="Client secret of the bot.")
    bot_authority: str = Field(ENTRA, description="Base URL of the identity provider of the bot's own token.")
    home_tenant: str = Field("", description="Tenant that owns the bot's registration.")
    bot_openid: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Metadata of the keys that sign what Microsoft sends to the bot.",
    )
    ticket_key: Path | None = Field(None, description="PEM private key that signs relay tickets.")
    service_key: Path | None = Field(None, description="PEM private key that signs the bot's sealed requests.")
    registrar_key: Path | None = Field(None, description="PEM public key of the registrar.")
    tab_url: str = Field("http://127.0.0.1:8490/tab/", description="Public address of the tab.")
    pins: dict[UUID, str] = Field({}, description="Tenant id to the only directory fingerprint accepted for it.")
    developer: str = Field("Contactory", max_length=32, description="Publisher named in the app package.")
    website_url: str = Field("", description="Publisher's website in the app package; default: the tab's host.")
    privacy_url: str = Field("", description="Privacy page in the app package; default: /privacy of the tab's host.")
    terms_url: str = Field("", description="Terms page in the app package; default: /terms of the tab's host.")

    @field_validator("relay", "authority", "bot_authority", "bot_openid", "tab_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an http(s) URL")
        return value

    @field_validator("relay", "authority", "bot_authority")
    @classmethod
    def _base(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("tenant")
    @classmethod
    def _tenant(cls, value: str) -> str:
        if value == ORGANIZATIONS:
            return value
        try:
            return str(UUID(value))
        except ValueError as error:
            raise ValueError("must be a tenant id or 'organizations'") from error

    @property
    def tab_host(self) -> str:
        """Host name of the tab, without a port."""
        return urlsplit(self.tab_url).hostname or ""

    @property
    def audiences(self) -> frozenset[str]:
        """Every way a token may name our API: its client id, and the application id URIs with and without host."""
        api = self.api_client_id
        return frozenset({api, f"api://{api}", f"api://{self.tab_host}/{api}"}) if api else frozenset()


def load(file: Path | None, environ: Mapping[str, str], **overrides: Any) -> Config:
    """Return the settings; `overrides` (command-line options) win over environment, environment over file.

    Raises `pydantic.ValidationError` naming the wrong key, ValueError for an unknown environment variable or a broken
    file, `FileNotFoundError` for a named file that is not there. `environ` is only checked for unknown names.
    """
    if file is not None and not file.is_file():
        raise FileNotFoundError(f"no configuration file {file}")
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
            return init_settings, env_settings, *toml

    return FileConfig(**{key: value for key, value in overrides.items() if value is not None})
