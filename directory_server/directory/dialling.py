"""Dialling plans: how a country dials abroad and inside, and which zeros belong to a number."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

_CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_CODE_AT = {
    start: next((start[:length] for length in (1, 2, 3) if start[:length] in _CODES), "")
    for start in (f"{at:0{digits}}" for digits in (1, 2, 3) for at in range(10**digits))
}
_WORLD = "001"
_LENGTHS = range(2, 18)

KEEPS_ZERO = frozenset({"39", "378", "379"})
"""A zero behind these country codes is part of the number, even written as (0)."""

DROPS_ZERO = frozenset(("34", "45", "47", "420", "352", "351", "48", "30", "371", "372", "376", "377", "356", "1"))
"""Nobody dials a zero before the numbers of these country codes, and none begins with one: where one stands, it is an
old or a foreign habit."""

_NO_TRUNK_ZERO = KEEPS_ZERO | DROPS_ZERO
_SHORTEST_BEHIND_ZERO = 6

SHORTEST_TRUNK: Final = 7
"""Digits of a trunk that is learnt from a hyphen, with its country code."""
LONGEST_DIRECT_DIAL: Final = 5
"""Digits of a direct dial behind its trunk."""

APPENDS_EXTENSION = frozenset({"49", "43"})
"""Country codes where a direct dial is the company's number with the extension behind it."""

WHOLE = {"1": 11, "31": 11, "33": 11, "34": 11, "41": 11, "420": 12, "44": 12, "45": 10, "47": 10, "48": 11}
"""Digits of a whole number with its country code, where (nearly) all numbers have the same."""

_HYPHEN_TRUNK = APPENDS_EXTENSION | {"39", "352"}
_SERVICE = {
    "1": "211 311 411 511 611 711 811 988",
    "31": "112 113 116000 116111 116117 116123 1850",
    "33": "15 17 18 112 114 115 119 191 196 197 116000 116006 116111 116117",
    "39": "112 113 114 115 117 118 1515 1522 1530 116000 116117",
    "41": "112 117 118 140 143 144 145 147 1414 1811 1818 116117",
    "420": "112 150 155 156 158 1180 1188 116000 116006 116111 116123",
    "43": "112 122 128 133 140 141 142 144 147 1450 116000 116006 116111 116117 116123",
    "44": "100 101 105 111 112 155 116000 116117 116123",
    "48": "112 981 984 986 991 992 993 994 997 998 999 116000 116111 116117 116123",
    "49": "110 112 115 116000 116006 116111 116116 116117 116123 19222",
}
_SERVICES = frozenset((code, digits) for code, listed in _SERVICE.items() for digits in listed.split())
_LONGEST_SERVICE = 6
_EVERYWHERE = frozenset({"110", "112", "911", "999"})
_DIRECTORY_ENQUIRIES = frozenset({"33", "43", "44", "48", "49"})


@dataclass(frozen=True, slots=True)
class Plan:
    """`code` the country code, `abroad` the prefix for other countries, `trunk` the prefix inside (often 0 or "")."""

    code: str
    abroad: str
    trunk: str


@lru_cache(maxsize=512)
def plan(country: str) -> Plan:
    """Return the plan of an ISO 3166 country; an unknown one is dialled like Germany's neighbours, without a code."""
    metadata = PhoneMetadata.metadata_for_region(country.upper(), None)
    if metadata is None:
        return Plan("", "00", "")
    code = str(metadata.country_code)
    abroad = metadata.preferred_international_prefix or metadata.international_prefix or "00"
    if not abroad.isdigit():
        abroad = "00"
    trunk = metadata.national_prefix or ""
    return Plan(code, abroad, "" if code in _NO_TRUNK_ZERO and trunk == "0" else trunk)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What libphonenumber says of a country's national numbers: `lengths` whole and `local` without area code.

    What begins with `marked` may carry a prefix, which libphonenumber takes off.
    """

    lengths: frozenset[int]
    local: frozenset[int]
    longest: int
    marked: re.Pattern[str]
    number: re.Pattern[str]


@lru_cache(maxsize=512)
def _shape(region: str) -> _Shape | None:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.country_code is None or metadata.general_desc is None:
        return None
    main = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(metadata.country_code), None)
    if main is None or main.general_desc is None:
        return None
    marks = (metadata.international_prefix, metadata.national_prefix_for_parsing)
    return _Shape(
        lengths=frozenset(main.general_desc.possible_length),
        local=frozenset(main.general_desc.possible_length_local_only),
        longest=max(metadata.general_desc.possible_length),
        marked=re.compile("|".join(mark for mark in marks if mark)),
        number=re.compile(metadata.general_desc.national_number_pattern or ""),
    )


@lru_cache(maxsize=512)
def _shape_of(code: str) -> _Shape | None:
    """Return the shape of a code's main country; None where the code belongs to none."""
    region = phonenumbers.region_code_for_country_code(int(code)) if code else _WORLD
    return None if region == _WORLD else _shape(region)


def country_code(digits: str) -> str:
    """Return the country code that international digits begin with, or "" where there is none such."""
    return _CODE_AT.get(digits[:3], "")


def without_trunk(digits: str) -> str:
    """Drop a trunk prefix wrongly left behind the country code: 49089… is 4989…, but 3902… stays."""
    code = country_code(digits)
    rest = digits[len(code) :]
    if code == "36" and rest.startswith("06"):
        return code + rest[2:]
    if code == "7" and rest.startswith("8") and len(rest) == 11:  # noqa: PLR2004 - ten digits follow the 8 in +7
        return code + rest[1:]
    if rest.startswith("0") and (
        code not in _NO_TRUNK_ZERO or (code in DROPS_ZERO and len(rest) > _SHORTEST_BEHIND_ZERO)
    ):
        return code + rest[1:]
    return digits


def is_service(digits: str, code: str) -> bool:
    """Whether these digits are an emergency or service number, which is dialled as it stands."""
    if len(digits) > _LONGEST_SERVICE:
        return False
    if digits in _EVERYWHERE or (code, digits) in _SERVICES:
        return True
    if len(digits) < _LONGEST_SERVICE - 1:
        return False
    return (digits.startswith("118") and code in _DIRECTORY_ENQUIRIES) or (digits.startswith("140") and code == "31")


def is_mobile(digits: str) -> bool:
    """Whether German or Austrian international digits belong to a mobile, whose hyphens mean nothing."""
    return digits.startswith(("4915", "4916", "4917", "4365", "4366", "4367", "4368", "4369"))


def learns_trunk(code: str) -> bool:
    """Whether a hyphen in this country's numbers usually stands before the direct dial."""
    return code in _HYPHEN_TRUNK


def is_whole(digits: str, country: str) -> bool:
    """Whether digits without any prefix have the length of a whole national number (not only a local part)."""
    shape = _shape(country.upper())
    if shape is None or len(digits) not in _LENGTHS or shape.marked.match(digits):
        return _is_whole(digits, country)
    if digits.startswith(plan(country).code) and (len(digits) > shape.longest or not shape.number.fullmatch(digits)):
        return _is_whole(digits, country)
    return len(digits) in shape.lengths


@lru_cache(maxsize=4096)
def _is_whole(digits: str, country: str) -> bool:
    try:
        parsed = phonenumbers.parse(digits, country.upper())
    except phonenumbers.NumberParseException:
        return False
    if len(phonenumbers.national_significant_number(parsed)) != len(digits):
        return False  # libphonenumber took the country code off: these are international digits without plus
    verdict = phonenumbers.is_possible_number_with_reason(parsed)
    return bool(verdict == phonenumbers.ValidationResult.IS_POSSIBLE)


def is_possible(digits: str) -> bool:
    """Whether international digits have a length their country uses; a hint between readings, never a gate."""
    code = country_code(digits)
    shape = _shape_of(code)
    rest = digits[len(code) :]
    if shape is None or len(rest) not in _LENGTHS or shape.marked.match(rest):
        return parse("+" + digits, "ZZ") != "" and phonenumbers.is_possible_number(phonenumbers.parse("+" + digits))
    return len(rest) in shape.lengths or len(rest) in shape.local


@lru_cache(maxsize=4096)
def parse(text: str, country: str) -> str:
    """Return the E.164 digits that libphonenumber reads (letters, odd marks), or ""; never asks whether it is valid."""
    try:
        parsed = phonenumbers.parse(text, country.upper())
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
