"""The bars: what a release must reach and what would be a moonshot, at a million contacts on two shared cores."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One measured figure beside its two bars; `least` tells that more is better."""

    name: str
    measured: float
    unit: str
    release: float
    moonshot: float
    least: bool = False

    def reaches(self, bar: float) -> bool:
        """Say whether the figure reaches this bar."""
        return self.measured >= bar if self.least else self.measured <= bar

    def __str__(self) -> str:
        verdict = "MOONSHOT" if self.reaches(self.moonshot) else "met" if self.reaches(self.release) else "NOT MET"
        sign = "≥" if self.least else "≤"
        shown = f"{self.measured:>12,.4g}" if abs(self.measured) < 1000 else f"{self.measured:>12,.0f}"
        return f"{self.name:46}{shown} {self.unit:11}{sign} {self.release:<10,g} {sign} {self.moonshot:<10,g} {verdict}"


def table(bars: Iterable[Bar], size: int) -> str:
    """Return one line per bar."""
    head = f"{'bar':46}{'measured':>12} {'':11}{'release':12} {'moonshot':12} verdict"
    note = (
        ""
        if size == 1_000_000
        else f"\n(bars are for 1,000,000 contacts where they do not say otherwise, this is {size:,})"
    )
    return "\n".join([head, *map(str, bars)]) + note
