"""`contact-directory tenant …`: register this directory for a Microsoft tenant, look at it, renew it."""

import asyncio
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from directory_server.commands.faults import opened_outbound, opened_store
from directory_server.commands.options import AsJson, fail, show

tenant = typer.Typer(no_args_is_help=True, help="The registered Microsoft tenant.")

MICROSOFT = "https://login.microsoftonline.com"

Relay = Annotated[str, typer.Option(help="The relay's URL, as it calls itself.")]
Authority = Annotated[str, typer.Option(help="Base URL of the identity provider.")]


class Switch(StrEnum):
    """A word for yes or no."""

    ON = "on"
    OFF = "off"


ClientId = Annotated[str, typer.Option(help="Application id the administrator signs in to.")]


@tenant.command("register")
def register(
    ctx: typer.Context,
    *,
    relay: Relay,
    client_id: ClientId,
    authority: Authority = MICROSOFT,
    registrar: Annotated[str | None, typer.Option(help="The registrar's URL, if it is not the relay's.")] = None,
    tenant_id: Annotated[
        str, typer.Option("--tenant", help="Tenant id, or organizations to let the sign-in decide.")
    ] = "organizations",
    login_hint: Annotated[str, typer.Option(help="Account to offer at sign-in.")] = "",
    audience: Annotated[
        list[str] | None, typer.Option(help="Application id of the API that users' tokens are for; may repeat.")
    ] = None,
    client: Annotated[list[str] | None, typer.Option(help="Application id that may ask for users; may repeat.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign in as an administrator of the tenant and register this directory for it."""
    from directory_server.fronts.uplink import registration
    from directory_server.fronts.uplink import tenant as record
    from directory_server.fronts.uplink.dial import line_url

    try:
        line_url(relay)
    except ValueError as error:
        raise fail(str(error), as_json, code=2) from None
    audiences = frozenset(name for item in audience or [client_id] for name in record.names_of_audience(item))
    with opened_outbound(ctx, as_json) as (database, outbound):
        earlier = record.load(database)
        wanted = registration.Wanted(
            relay=relay.rstrip("/"),
            registrar=(registrar or relay).rstrip("/"),
            authority=authority.rstrip("/"),
            client_id=client_id,
            tenant=tenant_id,
            login_hint=login_hint,
            audiences=audiences,
            clients=frozenset(client or [client_id]),
            # Grows with time, so that a directory set up anew without its old data replaces the old registration too.
            epoch=max(earlier.epoch + 1 if earlier else 1, int(time.time())),  # noqa: TID251 - a command is an edge
        )
        identity = record.identity_key(database)

        async def run() -> record.Tenant:
            async with outbound.client(timeout=15) as http:
                return await registration.register(
                    http,
                    wanted,
                    identity,
                    announce=lambda url: typer.echo(f"Sign in as administrator of the tenant: {url}", err=True),
                    secret=lambda: secrets.token_urlsafe(32),
                )

        try:
            registered = asyncio.run(run())
        except registration.RegistrationFailed as error:
            raise fail(str(error), as_json) from None
        if earlier and earlier.tid == registered.tid:  # an administrator's decision outlives a new registration
            registered = replace(registered, allow_service_end=earlier.allow_service_end)
        record.save(database, registered)
        _show(registered, record.fingerprint(identity), as_json)


@tenant.command("status")
def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the registration."""
    from directory_server.fronts.uplink import tenant as record

    with opened_store(ctx, as_json) as database:
        registered = record.load(database)
        if registered is None:
            raise fail("no tenant is registered: contact-directory tenant register", as_json)
        _show(registered, record.fingerprint(record.identity_key(database)), as_json)


@tenant.command("strict")
def strict(
    ctx: typer.Context,
    switch: Annotated[Switch, typer.Argument(help="`on` leaves contacts to the tab, `off` lets the bot answer too.")],
    as_json: AsJson = False,
) -> None:
    """Say whether only the tab is answered, where nobody between it and this directory can read along."""
    from directory_server.fronts.uplink import tenant as record

    with opened_store(ctx, as_json) as database:
        registered = record.load(database)
        if registered is None:
            raise fail("no tenant is registered: contact-directory tenant register", as_json)
        registered = replace(registered, allow_service_end=switch is Switch.OFF)
        record.save(database, registered)
        _show(registered, record.fingerprint(record.identity_key(database)), as_json)


@tenant.command("renew")
def renew(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Fetch a fresh credential now; the server does this every week by itself."""
    from directory_server.fronts.uplink import registration
    from directory_server.fronts.uplink import tenant as record

    with opened_outbound(ctx, as_json) as (database, outbound):
        registered = record.load(database)
        if registered is None:
            raise fail("no tenant is registered: contact-directory tenant register", as_json)
        identity = record.identity_key(database)

        async def run() -> record.Tenant:
            async with outbound.client(timeout=15) as http:
                now = int(time.time())  # noqa: TID251 - a command is an edge
                return await registration.renew(http, registered, identity, now)

        try:
            renewed = asyncio.run(run())
        except registration.RegistrationFailed as error:
            raise fail(str(error), as_json) from None
        record.save(database, renewed)
        _show(renewed, record.fingerprint(identity), as_json)


def _show(registered: Any, fingerprint: str, as_json: bool) -> None:
    issued, expires = (datetime.fromtimestamp(moment, UTC) for moment in registered.credential_times)
    facts = {
        "tid": str(registered.tid),
        "relay": registered.relay,
        "authority": registered.authority,
        "epoch": registered.epoch,
        "fingerprint": fingerprint,
        "issued": issued.isoformat(),
        "expires": expires.isoformat(),
        "audiences": sorted(registered.audiences),
        "clients": sorted(registered.clients),
        "strict": not registered.allow_service_end,
        "service_end": registered.allow_service_end and registered.service_key is not None,
    }
    show(
        facts,
        as_json,
        lambda: (
            f"Tenant {facts['tid']} is registered at {facts['relay']} until {expires:%Y-%m-%d}.\n"
            f"Fingerprint of this directory: {fingerprint}\n"
            + ("Only the tab is answered." if facts["strict"] else "Tab, bot and message extension are answered.")
        ),
    )
