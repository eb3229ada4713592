"""Settings of a database source."""

import re
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.settings import Settings

_LITERAL = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


class OdbcSettings(Settings):
    """Which database, which table or query, and the column that names a row.

    `connection` and `url` are secret as a whole, because both may carry a password.
    """

    connection: SecretStr = Field(
        SecretStr(""),
        title="ODBC connection string",
        description="DRIVER={…};SERVER=…;PORT=…;DATABASE=…;UID=… or DSN=…;UID=…; the password is better set apart.",
    )
    url: SecretStr = Field(
        SecretStr(""),
        title="SQLAlchemy URL",
        description="dialect+driver://user@host:port/database, instead of an ODBC connection string.",
    )
    password: SecretStr = Field(SecretStr(""), title="Password", description="Of the account in the connection string.")
    table: str = Field("", title="Table or view", description="Its name, with schema where needed (crm.contacts).")
    query: str = Field("", title="Query", description="One SELECT statement, instead of a table.")
    key: str = Field(
        "id", title="Key column", description="Column that names a row for ever: the primary key.", min_length=1
    )
    login_timeout: int = Field(
        10, ge=1, le=120, title="Login time-out", description="Seconds to wait for a connection."
    )
    timeout: int = Field(
        120, ge=1, le=3600, title="Time-out", description="Seconds to wait for the next rows before giving up."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.connection.get_secret_value()) == bool(self.url.get_secret_value()):
            raise ValueError("exactly one of the settings 'connection' and 'url' is needed")
        if self.table and self.query:
            raise ValueError("only one of the settings 'table' and 'query' can be used")
        if self.query:
            words = _LITERAL.sub("''", self.query.strip().removesuffix(";"))
            if ";" in words or not re.match(r"(select|with)\b", words, re.IGNORECASE):
                raise ValueError("setting 'query' must be one SELECT statement")
        return self
