"""The options that say where numbers were written, shared by sources and clients."""

import re
from typing import Annotated, Any

import typer
from msgspec.structs import replace

from directory_server.store.rows import Location

Country = Annotated[str | None, typer.Option(help="ISO country of the numbers, DE; default: the server's own.")]
Area = Annotated[str | None, typer.Option(help="Area code of local numbers, with or without its zero: 89.")]
Trunk = Annotated[str | None, typer.Option(help="The company's own number without area code and extension: 12345.")]
ExtensionLength = Annotated[int | None, typer.Option(min=0, max=10, help="Digits of an internal extension; 0: none.")]
OutsideLine = Annotated[str | None, typer.Option(help="Digits dialled before an outside number, often 0.")]

_KEEP_ZERO = {"IT", "SM", "VA"}  # there the zero is part of the number


def read_location(
    known: Location,
    *,
    country: str | None,
    area: str | None,
    trunk: str | None,
    extension_length: int | None,
    outside_line: str | None,
) -> Location:
    """Return the location known before with what these options change; BadParameter names the wrong option."""
    given: dict[str, Any] = {
        "country": country.upper() if country is not None else None,
        "area": area,
        "trunk": trunk,
        "extension_length": extension_length,
        "outside_line": outside_line,
    }
    found = replace(known, **{name: value for name, value in given.items() if value is not None})
    if not re.fullmatch(r"[A-Z]{2}", found.country):
        raise typer.BadParameter("must be a two-letter ISO code", param_hint="--country")
    for name, digits in (("--area", found.area), ("--trunk", found.trunk), ("--outside-line", found.outside_line)):
        if not re.fullmatch(r"[0-9]{0,15}", digits):
            raise typer.BadParameter("must be digits only", param_hint=name)
    return found if found.country in _KEEP_ZERO else replace(found, area=found.area.removeprefix("0"))
