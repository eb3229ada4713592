"""The options that say where numbers were written, shared by sources and clients."""

import re
from typing import Annotated

import typer

from directory_server.store.rows import Location

Country = Annotated[str | None, typer.Option(help="ISO country of the numbers, DE; default: the server's own.")]
Area = Annotated[str, typer.Option(help="Area code of local numbers, with or without its zero: 89.")]
Trunk = Annotated[str, typer.Option(help="The company's own number without area code and extension: 12345.")]
ExtensionLength = Annotated[int, typer.Option(min=0, max=10, help="Digits of an internal extension; 0: none.")]
OutsideLine = Annotated[str, typer.Option(help="Digits dialled before an outside number, often 0.")]

_KEEP_ZERO = {"IT", "SM", "VA"}  # there the zero is part of the number


def read_location(country: str, area: str, trunk: str, extension_length: int, outside_line: str) -> Location:
    """Return the location these options describe; raises typer.BadParameter naming the wrong one."""
    country = country.upper()
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise typer.BadParameter("must be a two-letter ISO code", param_hint="--country")
    for name, digits in (("--area", area), ("--trunk", trunk), ("--outside-line", outside_line)):
        if not re.fullmatch(r"[0-9]{0,15}", digits):
            raise typer.BadParameter("must be digits only", param_hint=name)
    area = area if country in _KEEP_ZERO else area.removeprefix("0")
    return Location(country, area, trunk, extension_length, outside_line)
