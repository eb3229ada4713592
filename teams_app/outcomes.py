"""Every way a question to a directory can end without an answer; each has a name that logs may show and texts know."""


class Unanswered(Exception):  # noqa: N818 - an outcome, not a fault of ours
    """The directory did not answer; `name` is the outcome's fixed name, `reason` a short word of the other side."""

    name = "failed"

    def __init__(self, reason: str = "") -> None:
        super().__init__(f"{self.name} ({reason})" if reason else self.name)
        self.reason = reason


class NoDirectory(Unanswered):
    """No directory of this tenant is connected to the relay."""

    name = "no_directory"


class Busy(Unanswered):
    """Too many requests of this tenant are under way."""

    name = "busy"


class TooSlow(Unanswered):
    """No answer within the deadline."""

    name = "too_slow"


class LineLost(Unanswered):
    """The directory's line broke while the question was under way."""

    name = "line_lost"


class RelayUnreachable(Unanswered):
    """The relay itself does not answer, or not in its protocol."""

    name = "relay_unreachable"


class NotTrusted(Unanswered):
    """The directory's keys do not lead back to the registrar, or not to the pinned directory."""

    name = "not_trusted"


class ServiceOff(Unanswered):
    """The tenant's directory answers the tab only."""

    name = "service_off"


class ClockWrong(Unanswered):
    """Our clock and the directory's differ by more than two minutes."""

    name = "clock_wrong"


class Refused(Unanswered):
    """Relay or directory refused the request."""

    name = "refused"


BY_RELAY_ERROR: dict[str, type[Unanswered]] = {
    "no_directory": NoDirectory,
    "busy": Busy,
    "deadline": TooSlow,
    "line_lost": LineLost,
}
BY_STATUS: dict[int, type[Unanswered]] = {429: Busy, 502: LineLost, 503: NoDirectory, 504: TooSlow}
