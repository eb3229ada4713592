"""Number form: what is odd about a number as its source wrote it and as it was read. Pure."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

from directory_server.directory import dialling

EXCEL: Final = "excel"
TOO_SHORT: Final = "too_short"
TOO_LONG: Final = "too_long"
PLACEHOLDER: Final = "placeholder"

_LONGEST: Final = 15
"""Digits of the longest number of E.164."""
_FEWEST: Final = 6
"""National digits below which a number is taken for incomplete where numbers may be long, though some area has one."""
_LONG: Final = 9
_REPEATED: Final = 6
_EXCEL = re.compile(r"\s*[+-]?\d(?:[.,]\d+)?\s?[eE]\s?\+?\d{1,2}\s*|\s*\+?\d{6,}[.,]0+\s*|\s*#{3,}\s*")
_MARKS = frozenset("eE#.,")


def is_damaged(raw: str) -> bool:
    """Whether a spreadsheet has made something else of the number: 4,97611E+11, 498912345.0 or ########."""
    return not _MARKS.isdisjoint(raw) and _EXCEL.fullmatch(raw) is not None


def oddity(raw: str, e164: str) -> str:
    """Return EXCEL, TOO_SHORT, TOO_LONG, PLACEHOLDER or ""; `e164` with plus, "" if it could not be read."""
    if is_damaged(raw):
        return EXCEL
    if not e164:
        return ""
    if len(set(e164[-_REPEATED:])) == 1 and len(e164) > _REPEATED + 2:
        return PLACEHOLDER
    return _length(e164[1:6], len(e164) - 1)


@lru_cache(maxsize=131072)
def _length(start: str, long: int) -> str:
    """Judge the length of a number by its first five digits, which tell country and mobile."""
    code = dialling.country_code(start)
    if not code or long > _LONGEST:
        return TOO_LONG if long > _LONGEST else ""
    national = long - len(code)
    fewest, most = _lengths(code, mobile=dialling.is_mobile(start))
    return TOO_SHORT if national < fewest else TOO_LONG if national > most else ""


@lru_cache(maxsize=512)
def _lengths(code: str, *, mobile: bool) -> tuple[int, int]:
    """Return the fewest and the most national digits in the countries of this code."""
    lengths: set[int] = set()
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)]:
        found = (
            PhoneMetadata.metadata_for_nongeo_region(int(code), None)
            if region == "001"
            else PhoneMetadata.metadata_for_region(region, None)
        )
        kind = found and (found.mobile if mobile else found.general_desc)
        lengths |= {length for length in (kind.possible_length if kind else ()) if length > 0}
    if not lengths:
        return 0, _LONGEST
    fewest, most = min(lengths), max(lengths)
    return (max(fewest, _FEWEST) if most >= _LONG else fewest), most
