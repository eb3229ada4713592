"""The options that say where a client asks from and how it is answered, read into values."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Final, TypeVar

import typer

from directory_server.commands.names import listed
from directory_server.store.rows import NumberFormat, SharedNumbers

Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", help="IP address or network it may ask from; may repeat, or separated by commas."),
]
NumberForm = Annotated[
    str | None,
    typer.Option("--number-format", help=f"How it is told numbers: {', '.join(NumberFormat)}."),
]
ResultLimit = Annotated[
    int | None,
    typer.Option("--result-limit", min=0, help="Entries of one answer at most; 0: the server's own limit."),
]
Templates = Annotated[
    list[str] | None,
    typer.Option(
        "--template", help="ATTRIBUTE=TEXT, such as displayName={name} ({company}); empty TEXT: none. May repeat."
    ),
]
NO_PASSWORD: Final = "Known by its --address alone, without a bind."  # noqa: S105 - a help text

_MAPPED: Final = 96
"""Bits before the IPv4 address in ::ffff:0:0/96."""
Choice = TypeVar("Choice", bound=StrEnum)


def read_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """Return addresses and networks in their shortest spelling, each once; BadParameter says what is wrong with one."""
    return tuple(dict.fromkeys(_network(text) for given in texts for text in listed(given)))


def _network(text: str) -> str:
    def wrong(why: str) -> typer.BadParameter:
        return typer.BadParameter(why, param_hint="--address")

    try:
        network = ip_network(text.replace("%", " "), strict=False)  # a zone means something on one machine only
    except ValueError:
        raise wrong(f"{text!r} is no IP address or network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32") from None
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            network = ip_network(f"{mapped}/{network.prefixlen - _MAPPED}", strict=False)
    address, _, length = text.partition("/")
    if length and not _is_first(address, network.network_address):
        raise wrong(f"{text!r} names one address of a network: write {network} or {address}")
    if not network.prefixlen:
        raise wrong(f"{text!r} is every address: leave it out")
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _is_first(address: str, first: object) -> bool:
    given = ip_address(address)
    return (getattr(given, "ipv4_mapped", None) or given) == first


def read_templates(texts: Iterable[str], known: Sequence[tuple[str, str]] = ()) -> tuple[tuple[str, str], ...]:
    """Return the templates known before with what these change; BadParameter says what is wrong with one."""
    from directory_server.directory.template import TemplateError
    from directory_server.fronts.ldap.profile import checked, replaceable

    def wrong(why: str) -> typer.BadParameter:
        return typer.BadParameter(why, param_hint="--template")

    found = dict(known)
    for given in texts:
        attribute, equals, text = (part.strip() for part in given.partition("="))
        if not equals:
            raise wrong("write ATTRIBUTE=TEXT, or ATTRIBUTE= for none")
        try:
            name = checked(attribute, text)[0] if text else replaceable(attribute)
        except TemplateError as error:
            raise wrong(str(error)) from None
        found.pop(name, None)
        if text:
            found[name] = text
    return tuple(found.items())


def chosen(kind: type[Choice], text: str, option: str) -> Choice:
    """Return the value of this name; BadParameter lists those there are."""
    try:
        return kind(text)
    except ValueError:
        raise typer.BadParameter(f"known are {', '.join(kind)}", param_hint=option) from None


def read_answering(
    *,
    preset: str | None,
    number_format: str | None,
    result_limit: int | None,
    shared_numbers: str | None,
    templates: list[str] | None,
    known: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Return how a client is answered, by the fields of `rows.Client`: the preset's values, then what is named here.

    Without a preset only what is named; templates are added to those `known`.
    """
    found: dict[str, Any] = {}
    if preset is not None:
        from directory_server.directory.preset import PRESETS

        if preset not in PRESETS:
            raise typer.BadParameter(f"known are {', '.join(PRESETS)}", param_hint="--preset")
        values = PRESETS[preset]
        known = values.templates
        found = {
            "preset": preset,
            "number_format": values.number_format,
            "result_limit": values.result_limit,
            "shared_numbers": values.shared_numbers,
            "templates": known,
        }
    if number_format is not None:
        found["number_format"] = chosen(NumberFormat, number_format, "--number-format")
    if result_limit is not None:
        found["result_limit"] = result_limit
    if shared_numbers is not None:
        found["shared_numbers"] = chosen(SharedNumbers, shared_numbers, "--shared-numbers")
    if templates is not None:
        found["templates"] = read_templates(templates, known)
    return found
