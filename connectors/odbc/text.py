"""Database values as the text of a record."""

from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite


def text_of(value: object) -> str | None:
    """Return a column's value as trimmed text; None for NULL, for nothing but blanks, and for binary values.

    Whole numbers lose their decimal point, so that a key or number is the same in every driver.
    """
    match value:
        case None | bytes() | bytearray() | memoryview():
            return None
        case str():
            text = value
        case bool():
            text = "1" if value else "0"
        case datetime():
            text = value.isoformat(sep=" ")
        case date() | time():
            text = value.isoformat()
        case float() | Decimal():
            whole = isfinite(value) and value == int(value)
            text = str(int(value)) if whole else format(value, "f") if isinstance(value, Decimal) else repr(value)
        case _:
            text = str(value)
    return text.replace("\0", "").strip() or None
