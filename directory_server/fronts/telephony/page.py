"""Pages: which entries of a book one answer shows, and where the next one begins. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from directory_server.fronts.telephony.entry import Entry, one_number_each


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of a book from `start` on (0 is the first); `more` follow.

    `url` is the address of the book without a query, "" where the phone did not tell by which name it calls us; `text`
    is what was searched for, "" for a list.
    """

    entries: Sequence[Entry]
    start: int = 0
    more: bool = False
    url: str = ""
    text: str = ""

    @property
    def next(self) -> str:
        """The address of the page that follows, "" if none does or the phone could not find it."""
        following = urlencode({"q": self.text, "start": self.start + len(self.entries)})
        return f"{self.url}?{following}" if self.more and self.url else ""


@dataclass(frozen=True, slots=True)
class Book:
    """How the phones of one vendor are told a book.

    An answer has at most `most` entries, each with all its numbers or, without `several`, with one. `write` returns a
    page as the vendor's XML; `form`, where there is one, what asks the user for a text and then for this address.
    """

    most: int
    several: bool
    write: Callable[[Page], bytes]
    form: Callable[[str], bytes] | None = None

    def page(self, held: Sequence[Entry], start: int, most: int, *, url: str = "", text: str = "") -> Page:
        """Return the entries from `start` on, `most` of them if that is less than the vendor's own limit."""
        found = held if self.several else one_number_each(held)
        stop = start + min(most, self.most)
        return Page(found[start:stop], start, len(found) > stop, url, text)
