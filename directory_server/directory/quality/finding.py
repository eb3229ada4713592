"""Finding: what one check found, counted exactly, with a few examples."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Finding:
    """Counts of one check by source name, and at most `most` examples.

    An example that names a contact has its `row` in the index until `report` puts the contact in its place.
    """

    check: str
    most: int
    by_source: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.by_source.total()

    @property
    def wants(self) -> bool:
        """Whether there is room for another example."""
        return len(self.examples) < self.most

    def take(self, source: str, number: int = 1, **example: Any) -> None:
        """Count `number` more of a source, and keep the example if there is one and room for it."""
        self.by_source[source] += number
        if example and self.wants:
            self.examples.append({"source": source, **example})

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        sources = {name: number for name, number in self.by_source.most_common() if number}
        return {
            "check": self.check,
            "count": self.count,
            **self.facts,
            "by_source": sources,
            "examples": self.examples,
        }
