"""Counters of one relay in Prometheus text form; labels are outcomes, never tenants, users or request ids."""

from collections import Counter

from relay_cloud.bus.bus import Bus
from relay_cloud.outcomes import Outcome

EXPOSITION = "text/plain; version=0.0.4"
"""Media type of the exposition."""


class Registrations:
    """What the registrar has answered since this process started."""

    def __init__(self) -> None:
        self._answers: Counter[str] = Counter()

    def note(self, result: str) -> None:
        """Count one answer: registered, renewed, or the refusal's code."""
        self._answers[result] += 1

    def text(self) -> str:
        """Return the exposition (text format 0.0.4)."""
        parts = [
            "# HELP contact_relay_registrations_total Answers of the registrar by result (or the refusal's name).",
            "# TYPE contact_relay_registrations_total counter",
            *(f'contact_relay_registrations_total{{result="{r}"}} {n}' for r, n in sorted(self._answers.items())),
        ]
        return "\n".join(parts) + "\n"


class Metrics:
    """What has happened since this process started."""

    def __init__(self) -> None:
        self.requests: Counter[Outcome] = Counter()
        self.handshakes: Counter[str] = Counter()
        self.late_answers = 0
        self.registrations = Registrations()

    def text(self, bus: Bus) -> str:
        """Return the exposition (text format 0.0.4)."""
        lines = bus.lines()
        parts = [
            "# HELP contact_relay_requests_total Requests by their one outcome.",
            "# TYPE contact_relay_requests_total counter",
            *(f'contact_relay_requests_total{{outcome="{o.value}"}} {self.requests[o]}' for o in Outcome),
            "# HELP contact_relay_handshakes_total Line handshakes by result (ok or the refusal's name).",
            "# TYPE contact_relay_handshakes_total counter",
            *(f'contact_relay_handshakes_total{{result="{r}"}} {n}' for r, n in sorted(self.handshakes.items())),
            "# HELP contact_relay_late_answers_total Answers that came after their request had ended.",
            "# TYPE contact_relay_late_answers_total counter",
            f"contact_relay_late_answers_total {self.late_answers}",
            "# HELP contact_relay_lines Open lines of directories.",
            "# TYPE contact_relay_lines gauge",
            f"contact_relay_lines {len(lines)}",
            "# HELP contact_relay_suspect_lines Open lines whose directory has not confirmed a request in time.",
            "# TYPE contact_relay_suspect_lines gauge",
            f"contact_relay_suspect_lines {sum(line.exchange.suspect for line in lines)}",
            "# HELP contact_relay_hedged_total Requests that were sent a second time because nobody confirmed them.",
            "# TYPE contact_relay_hedged_total counter",
            f"contact_relay_hedged_total {bus.hedged}",
            "# HELP contact_relay_bus_up Whether the other relays can be reached.",
            "# TYPE contact_relay_bus_up gauge",
            f"contact_relay_bus_up {bus.ready:d}",
            "# HELP contact_relay_in_flight Requests waiting for a directory.",
            "# TYPE contact_relay_in_flight gauge",
            f"contact_relay_in_flight {sum(len(line.exchange) for line in lines)}",
        ]
        return "\n".join(parts) + "\n" + self.registrations.text()
