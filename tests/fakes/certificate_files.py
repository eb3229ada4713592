"""An admin's certificate and key, and other pairs to put in their place."""

import shutil
import ssl
from datetime import UTC, datetime
from pathlib import Path

from directory_server.fronts.ldap.certificate import self_signed
from directory_server.fronts.ldap.presented import Presented

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HOST = "127.0.0.1"


class Files:
    """The admin's two files, and other pairs to put there; `now` is what the clock says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate, self.key = folder / "own.crt", folder / "own.key"
        self.now = NOW
        self.put(self.pair("first"))

    def pair(self, name: str, made: datetime = NOW) -> tuple[Path, Path]:
        return self_signed(self.folder / name, HOST, made)

    def put(self, pair: tuple[Path, Path], *, key: bool = True) -> bytes:
        """Copy the pair into place; return the certificate in DER."""
        shutil.copy(pair[0], self.certificate)
        if key:
            shutil.copy(pair[1], self.key)
        return ssl.PEM_cert_to_DER_cert(pair[0].read_text())

    def present(self) -> Presented:
        return Presented(lambda: (self.certificate, self.key), lambda: self.now)
