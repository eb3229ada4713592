"""`contact-relay`: serve a relay or the registrar; make the registrar's keys and issue credentials by hand."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
registrar = typer.Typer(no_args_is_help=True, help="The registrar, its key pair and credentials.")
cli.add_typer(registrar, name="registrar")


def _fail(message: str) -> typer.Exit:
    typer.echo(f"Error: {message}", err=True)
    return typer.Exit(1)


@cli.callback()
def root() -> None:
    """Contactory relay: forwards sealed messages between Teams and directories, stores nothing."""


@cli.command()
def serve(
    config: Annotated[Path | None, typer.Option(help="TOML file with settings.", exists=True, dir_okay=False)] = None,
    listen: Annotated[str | None, typer.Option(help="Address to serve, host:port.")] = None,
    nats: Annotated[str | None, typer.Option(help="URL of the NATS server between several relays.")] = None,
) -> None:
    """Serve lines of directories and requests of clients."""
    import uvicorn

    from relay_cloud.app import Relay
    from relay_cloud.config import Config
    from relay_cloud.server import Server

    with _settings_read():
        settings = Config.load(config, os.environ, listen=listen, nats=nats)
        relay = Relay(settings)
    listener = _listener(settings.listen)
    typer.echo(f"contact-relay serves http://{settings.listen} (called {settings.host})")
    server = Server(
        relay,
        uvicorn.Config(
            relay,
            http="httptools",
            ws="websockets-sansio",
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            ws_per_message_deflate=False,
            ws_max_size=128 * 1024,
            ws_ping_interval=settings.ping_interval,
            ws_ping_timeout=settings.ping_interval / 2,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=10,
            forwarded_allow_ips=settings.trusted_proxies,
            server_header=False,
            date_header=False,
        ),
    )
    server.run(sockets=[listener])


@registrar.command("serve")
def serve_registrar(
    config: Annotated[Path | None, typer.Option(help="TOML file with settings.", exists=True, dir_okay=False)] = None,
    listen: Annotated[str | None, typer.Option(help="Address to serve, host:port.")] = None,
) -> None:
    """Serve registrations and renewals of directories, so that relays need the public key only."""
    import uvicorn

    from relay_cloud.app import registrar_app
    from relay_cloud.config import RegistrarConfig

    with _settings_read():
        settings = RegistrarConfig.load(config, os.environ, listen=listen)
        app = registrar_app(settings)
    listener = _listener(settings.listen)
    typer.echo(f"contact-relay registrar serves http://{settings.listen}")
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=10,
            forwarded_allow_ips=settings.trusted_proxies,
            server_header=False,
            date_header=False,
        )
    )
    server.run(sockets=[listener])


@contextmanager
def _settings_read() -> Iterator[None]:
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise _fail(f"settings: {wrong}") from None
    except (ValueError, OSError) as error:
        raise _fail(f"settings: {error}") from None


def _listener(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise _fail(f"listen: {address!r} is not host:port")
    host = host.strip("[]")
    try:
        return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OverflowError:
        raise _fail(f"listen: {address!r} has no port of 1 to 65535") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise _fail(f"cannot listen on {address}: {reason}") from None


@registrar.command("key")
def key(file: Annotated[Path, typer.Argument(help="Private key file to write; FILE.pub gets the public key.")]) -> None:
    """Make the registrar's key pair; refuses to overwrite."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = ec.generate_private_key(ec.SECP256R1())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        file.with_name(file.name + ".pub").write_bytes(public)
    except OSError as error:
        raise _fail(f"{file}: {error.strerror}") from None
    typer.echo(f"{file} (keep it secret) and {file}.pub")


@registrar.command("issue")
def issue(
    file: Annotated[Path, typer.Argument(help="The registrar's private key file.", exists=True, dir_okay=False)],
    tenant: Annotated[UUID, typer.Option(help="Tenant id.")],
    thumbprint: Annotated[str, typer.Option(help="Fingerprint of the directory's identity key.")],
    epoch: Annotated[int, typer.Option(help="Higher than every earlier registration of the tenant.", min=1)] = 1,
) -> None:
    """Print a credential signed without a sign-in, for tests and emergencies."""
    from relay_cloud.wire import credential, es256

    try:
        private = es256.from_private_pem(file.read_bytes())
    except ValueError as error:
        raise _fail(f"{file}: {error}") from None
    typer.echo(credential.issue(private, tid=tenant, thumbprint=thumbprint, epoch=epoch, now=int(time.time())))


@registrar.command("revoke")
def revoke(
    file: Annotated[Path, typer.Argument(help="The registrar's private key file.", exists=True, dir_okay=False)],
    listing: Annotated[Path, typer.Argument(metavar="LIST", help="Revocation list; made if it does not exist.")],
    tenant: Annotated[UUID, typer.Option(help="Tenant id.")],
    min_epoch: Annotated[int | None, typer.Option(help="Registrations below this epoch are revoked.", min=1)] = None,
    epoch_now: Annotated[bool, typer.Option("--epoch-now", help="Revoke all registrations until now.")] = False,
) -> None:
    """Add to the signed list that relays and registrar obey; nothing is taken off it."""
    from relay_cloud.wire import es256, revocations

    if (min_epoch is None) != epoch_now:
        raise typer.BadParameter("give either --min-epoch or --epoch-now")
    now = int(time.time())
    try:
        private = es256.from_private_pem(file.read_bytes())
        held = revocations.Revocations()
        if listing.exists():
            held = revocations.check(listing.read_text(encoding="ascii").strip(), private.public_key())
        added = revocations.Revocations(held.seq + 1, {tenant: min_epoch or now + 1})
        fresh = listing.with_name(listing.name + ".new")
        fresh.write_text(revocations.issue(private, held.follow(added), now) + "\n", encoding="ascii")
        fresh.replace(listing)
    except (ValueError, OSError) as error:
        raise _fail(f"{listing}: {error}") from None
    typer.echo(f"{listing}: list {added.seq}")


def main() -> None:
    """Run the command line; exit codes: 0 ok, 1 failed, 2 usage."""
    sys.exit(cli())


if __name__ == "__main__":
    main()
