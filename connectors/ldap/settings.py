"""Settings of an LDAP source: a server, or the path of an LDIF export."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.settings import Settings

DEFAULT_FILTER = "(|(objectClass=inetOrgPerson)(&(objectClass=user)(objectCategory=person))(objectClass=contact))"
PORTS = {"none": 389, "starttls": 389, "ldaps": 636}


class LdapSettings(Settings):
    """Where to read and as whom; give `host` or `ldif`, never both."""

    host: str = Field(
        "",
        title="Host",
        description="Name or address of the server, as its certificate names it.",
        pattern=r"^[^\s/]*$",
    )
    port: int | None = Field(
        None, ge=1, le=65535, title="Port", description="Default 389, with ldaps 636; Global Catalog 3268 or 3269."
    )
    tls: Literal["none", "starttls", "ldaps"] = Field(
        "none",
        title="Encryption",
        description="starttls or ldaps; with none the password crosses the network in clear.",
    )
    ca_file: Path | None = Field(
        None,
        title="CA file",
        description="PEM file of the CA that signed the server's certificate; empty: the system's CAs.",
    )
    user: str = Field("", title="User", description="Bind DN, or user@domain for Active Directory; empty: anonymous.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Password of the user.")
    base: str = Field(
        "", title="Base DN", description="Where to start reading; empty: the server's (default) naming context."
    )
    scope: Literal["subtree", "onelevel", "base"] = Field(
        "subtree", title="Scope", description="subtree reads everything below the base, onelevel only its children."
    )
    filter: str = Field(
        DEFAULT_FILTER, min_length=3, title="Filter", description="Which entries are contacts (RFC 4515)."
    )
    key: str = Field(
        "",
        title="Key attribute",
        description="Attribute that never changes; empty: the server's own objectGUID, entryUUID or nsUniqueId.",
        pattern=r"^[A-Za-z0-9-]*$",
    )
    attributes: str = Field(
        "*", title="Attributes", description="Attributes to fetch, separated by commas; * fetches all.", min_length=1
    )
    skip_disabled: bool = Field(
        True, title="Skip disabled accounts", description="Leave out accounts that the directory marks as disabled."
    )
    page_size: int = Field(
        500, ge=1, le=10000, title="Page size", description="Entries per request; halved when the server refuses it."
    )
    connect_timeout: int = Field(
        5, ge=1, le=120, title="Connect time-out", description="Seconds to wait for the connection."
    )
    receive_timeout: int = Field(
        60, ge=1, le=3600, title="Receive time-out", description="Seconds to wait for more of an answer."
    )
    ldif: Path | None = Field(
        None, title="LDIF file", description="Path of an LDIF export (RFC 2849) to read instead of a server."
    )

    @field_validator("ca_file", "ldif", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.host) == bool(self.ldif):
            raise ValueError("give either host or ldif")
        if bool(self.user) != bool(self.password.get_secret_value()):
            # A DN with an empty password "succeeds" as anonymous (RFC 4513 5.1.2): refuse it before the server does.
            raise ValueError("give both user and password, or neither for an anonymous bind")
        return self

    def address(self) -> tuple[str, int]:
        """Return host and port."""
        return self.host, self.port or PORTS[self.tls]
