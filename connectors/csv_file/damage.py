"""What a table's contacts say about damage done before we saw them (Excel's, mostly)."""

import re
from collections import Counter

from connectors.contact import Contact

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_LOST_ZERO = re.compile(r"[1-9]\d{6,}")


class NumberDamage:
    """Counts numbers that a spreadsheet has spoilt; says so without showing any."""

    def __init__(self) -> None:
        self._found: Counter[str] = Counter()

    def look(self, contact: Contact) -> None:
        """Take in the numbers of one contact."""
        for phone in contact.phones:
            self._found["all"] += 1
            if _SCIENTIFIC.fullmatch(phone.raw):
                self._found["scientific"] += 1
            elif _LOST_ZERO.fullmatch(phone.raw):
                self._found["bare"] += 1

    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for each kind of damage seen."""
        said = []
        if count := self._found["scientific"]:
            said.append(
                f"{count} numbers are written like 4,97611E+11: a spreadsheet has cut them; format the column as text "
                "and export again"
            )
        if (count := self._found["bare"]) and count * 2 > self._found["all"]:
            said.append(
                f"{count} of {self._found['all']} numbers begin without 0 or +: a spreadsheet may have taken leading "
                "zeros away; format the column as text and export again"
            )
        return tuple(said)
