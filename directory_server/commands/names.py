"""Names and lists as options carry them."""

import re

import typer

from directory_server.store.rows import FieldGroup

_NAME = re.compile(r"\w(?:[\w .-]{0,61}[\w.-])?")


def checked_name(name: str) -> str:
    """Return the name of a source or client; raises typer.BadParameter for one that lists and DNs could not carry."""
    if not _NAME.fullmatch(name):
        raise typer.BadParameter("a name has 1 to 63 letters, digits, spaces, dots, dashes or underscores")
    return name


def checked_dn(text: str) -> str:
    """Return a base DN; raises typer.BadParameter for text that is none, or is empty."""
    from directory_server.fronts.ldap import dn

    try:
        parsed = dn.parse(text)
    except dn.DnSyntaxError as error:
        raise typer.BadParameter(str(error), param_hint="--base-dn") from None
    if not parsed:
        raise typer.BadParameter("must not be empty", param_hint="--base-dn")
    return text


def listed(text: str) -> list[str]:
    """Return the parts of a comma-separated option, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def read_fields(text: str) -> frozenset[FieldGroup]:
    """Return the field groups of `--fields`; raises typer.BadParameter for an unknown or no group."""
    known = [group.value for group in FieldGroup]
    unknown = [name for name in listed(text) if name not in known]
    if unknown or not listed(text):
        wrong = f"unknown: {', '.join(unknown)}; " if unknown else ""
        raise typer.BadParameter(f"{wrong}known are {', '.join(known)}", param_hint="--fields")
    return frozenset(map(FieldGroup, listed(text)))
