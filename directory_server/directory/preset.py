"""Presets: how the products that ask are best answered. Data; a client keeps its own copy of the values.

None says what may be seen: sources and field groups are the admin's decision. Where the values come from is told with
each product in `deploy/phones/`.
"""

from dataclasses import dataclass
from typing import Final

from directory_server.store.rows import NumberFormat, SharedNumbers


@dataclass(frozen=True, slots=True)
class Preset:
    """What a client of a product starts with; `reason` says why. The rest as in `rows.Client`."""

    reason: str
    number_format: NumberFormat = NumberFormat.ECHO
    result_limit: int = 0
    shared_numbers: SharedNumbers = SharedNumbers.PRIORITY
    templates: tuple[tuple[str, str], ...] = ()


_WITH_COMPANY: Final = (("displayName", "{name} ({company})"),)
_COMPANY: Final = SharedNumbers.COMPANY
_PHONE_LIST: Final = 50
_ADDRESS_BOOK: Final = 100

PRESETS: Final = {
    "generic": Preset("nothing is known of the product: numbers as asked, else E.164, and the server's limits"),
    "audiocodes": Preset(
        "drops an entry whose number is written otherwise than it asked; a call shows one name, so no guess",
        shared_numbers=_COMPANY,
        templates=_WITH_COMPANY,
    ),
    "anynode": Preset(
        "puts one name on the call, found by the number it normalised itself",
        shared_numbers=_COMPANY,
        templates=_WITH_COMPANY,
    ),
    "ribbon": Preset(
        "reads everything in pages into its own cache and looks up there, so that every number must be E.164",
        NumberFormat.E164,
        templates=_WITH_COMPANY,
    ),
    "oracle": Preset(
        "compares the returned value exactly with the asked one, which may be tel:+…; a call shows one name",
        shared_numbers=_COMPANY,
        templates=_WITH_COMPANY,
    ),
    "innovaphone": Preset(
        "asks +%n and puts the name together itself; its phones list up to 50",
        result_limit=_PHONE_LIST,
        shared_numbers=_COMPANY,
    ),
    "yealink": Preset(
        "dials a number as it came; its list has 50 entries",
        NumberFormat.DIALABLE,
        _PHONE_LIST,
        templates=_WITH_COMPANY,
    ),
    "snom": Preset(
        "searches with each key and dials a number as it came; its list has 50 entries",
        NumberFormat.DIALABLE,
        _PHONE_LIST,
        templates=_WITH_COMPANY,
    ),
    "grandstream": Preset(
        "dials a number as it came; without a limit of its own it takes all there are",
        NumberFormat.DIALABLE,
        _PHONE_LIST,
        templates=_WITH_COMPANY,
    ),
    "gigaset": Preset(
        "shows a caller's name only if the returned number equals the asked one",
        result_limit=_PHONE_LIST,
        templates=_WITH_COMPANY,
    ),
    "poly": Preset(
        "reads sorted pages of 32 and shows surname and given name in columns; dials a number as it came",
        NumberFormat.DIALABLE,
        _PHONE_LIST,
    ),
    "jabber": Preset(
        "hands numbers to its call manager, which wants E.164; suggests while one types",
        NumberFormat.E164,
        _ADDRESS_BOOK,
    ),
    "outlook": Preset(
        "shows cards to people, and asks for 100 hits at most",
        NumberFormat.READABLE,
        _ADDRESS_BOOK,
    ),
    "thunderbird": Preset(
        "shows cards to people, and takes a cut list for what it is",
        NumberFormat.READABLE,
        _ADDRESS_BOOK,
    ),
    "apple": Preset(
        "shows cards to people and dials them in this form; sets no limit of its own",
        NumberFormat.READABLE,
        _ADDRESS_BOOK,
    ),
}
"""By the name that `--preset` takes."""
