"""`contact-teams`: serve the Teams backend, make its keys, build and check the app package."""

import logging
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from teams_app.config import Config, load

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

EXIT_FAILED = 1
EXIT_USAGE = 2
ConfigFile = Annotated[Path | None, typer.Option("--config", help="TOML file with settings.")]


def _fail(message: str, code: int = EXIT_FAILED) -> typer.Exit:
    typer.echo(f"Error: {message}", err=True)
    return typer.Exit(code)


def _config(file: Path | None, **overrides: str | None) -> Config:
    try:
        return load(file, os.environ, **overrides)
    except ValidationError as error:
        # Only names and rules: a wrong value may be a secret.
        wrong = "; ".join(f"{'.'.join(map(str, part['loc'])) or 'file'}: {part['msg']}" for part in error.errors())
        raise _fail(f"configuration: {wrong}", EXIT_USAGE) from error
    except (OSError, ValueError) as error:
        raise _fail(f"configuration: {error}", EXIT_USAGE) from error


def _listen(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise _fail(f"listen: {address} is not host:port", EXIT_USAGE)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), int(port)))
        listener.listen(2048)  # at once, or a second process could still bind the same port
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise _fail(f"cannot listen on {address}: {reason}") from error
    return listener


@cli.command()
def serve(
    config: ConfigFile = None,
    listen: Annotated[str | None, typer.Option(help="Address to listen on, host:port.")] = None,
    relay: Annotated[str | None, typer.Option(help="Base URL of the relay.")] = None,
) -> None:
    """Serve bot, message extension, tickets and tab until stopped."""
    settings = _config(config, listen=listen, relay=relay)
    import uvicorn

    from teams_app import app, keys

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every address asked
    try:
        application = app.create(settings)
    except keys.KeyUnusable as error:
        raise _fail(f"configuration: {error}", EXIT_USAGE) from error
    listener = _listen(settings.listen)
    typer.echo(f"contact-teams listens on http://{settings.listen}")
    server = uvicorn.Server(
        uvicorn.Config(application, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5)
    )
    with listener:
        server.run(sockets=[listener])


@cli.command()
def keys(folder: Path) -> None:
    """Make ticket_key.pem and service_key.pem with their .pub files in FOLDER; existing keys are kept."""
    from teams_app import keys as key_files

    try:
        written = key_files.make(folder)
    except FileExistsError as error:
        raise _fail(f"{error.filename} exists already and is kept") from error
    except OSError as error:
        raise _fail(f"cannot write keys to {folder}: {error.strerror}") from error
    for path in written:
        typer.echo(str(path))


@cli.command()
def package(
    config: ConfigFile = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("contactory-teams.zip"),
) -> None:
    """Write the Teams app package to upload in the Teams admin centre."""
    from teams_app.package import PackageInvalid, build

    try:
        content = build(_config(config))
    except PackageInvalid as error:
        raise _fail("the package would be refused:\n" + "\n".join(error.findings)) from error
    try:
        output.write_bytes(content)
    except OSError as error:
        raise _fail(f"cannot write {output}: {error.strerror}") from error
    typer.echo(str(output))


@cli.command("check-manifest")
def check_manifest(
    file: Annotated[Path | None, typer.Argument(help="Package to check; default: what `package` would write.")] = None,
    config: ConfigFile = None,
) -> None:
    """Check an app package against Microsoft's schema and the store's rules."""
    from teams_app.package import PackageInvalid, build, check_package

    try:
        findings = check_package(file.read_bytes() if file else build(_config(config)))
    except PackageInvalid as error:
        findings = error.findings
    except OSError as error:
        raise _fail(f"cannot read {file}: {error.strerror}") from error
    if findings:
        raise _fail("the package would be refused:\n" + "\n".join(findings))
    typer.echo("valid for manifest schema 1.30")


def main() -> None:
    """Run the command line; exit codes: 0 ok, 1 failed, 2 usage."""
    sys.exit(cli())


if __name__ == "__main__":
    main()
