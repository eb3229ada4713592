"""The named outcomes: every request ends in exactly one of these."""

import json
from enum import StrEnum

RETRY_AFTER_S = 1


class Outcome(StrEnum):
    """How a request ended; the value is the `error` of the answer and the label of the counter."""

    ANSWERED = "answered"
    MALFORMED = "malformed"
    CANNOT_OPEN = "cannot_open"
    TICKET_MISSING = "ticket_missing"
    TICKET_EXPIRED = "ticket_expired"
    TICKET_INVALID = "ticket_invalid"
    TICKET_FOREIGN = "ticket_foreign"
    UNKNOWN_KEY = "unknown_key"
    REPLAYED = "replayed"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    LINE_LOST = "line_lost"
    NO_DIRECTORY = "no_directory"
    BUS_DOWN = "bus_down"
    DEADLINE = "deadline"
    CLIENT_GONE = "client_gone"


STATUS: dict[Outcome, int] = {
    Outcome.ANSWERED: 200,
    Outcome.MALFORMED: 400,
    Outcome.CANNOT_OPEN: 400,
    Outcome.TICKET_MISSING: 401,
    Outcome.TICKET_EXPIRED: 401,
    Outcome.TICKET_INVALID: 401,
    Outcome.TICKET_FOREIGN: 403,
    Outcome.UNKNOWN_KEY: 409,
    Outcome.REPLAYED: 409,
    Outcome.TOO_LARGE: 413,
    Outcome.BUSY: 429,
    Outcome.CLIENT_GONE: 499,
    Outcome.LINE_LOST: 502,
    Outcome.NO_DIRECTORY: 503,
    Outcome.BUS_DOWN: 503,
    Outcome.DEADLINE: 504,
}

_MESSAGES: dict[Outcome, str] = {
    Outcome.ANSWERED: "answered",
    Outcome.MALFORMED: "the message is no request of contact-relay/1 for this tenant",
    Outcome.CANNOT_OPEN: "the directory could not open the message",
    Outcome.TICKET_MISSING: "a ticket is needed: Authorization: Bearer",
    Outcome.TICKET_EXPIRED: "the ticket has expired: fetch a new one",
    Outcome.TICKET_INVALID: "the ticket is not valid here",
    Outcome.TICKET_FOREIGN: "the ticket is for another tenant or another kind of sender",
    Outcome.UNKNOWN_KEY: "the directory no longer has this key: fetch the key configuration and seal again",
    Outcome.REPLAYED: "this request id was used before",
    Outcome.TOO_LARGE: "the message is too large",
    Outcome.BUSY: "too many requests for this tenant: try again shortly",
    Outcome.CLIENT_GONE: "the client went away",
    Outcome.LINE_LOST: "the directory's line was lost while it worked on the request",
    Outcome.NO_DIRECTORY: "no directory of this tenant is connected",
    Outcome.BUS_DOWN: "the relays cannot reach each other: try again shortly",
    Outcome.DEADLINE: "the directory did not answer in time",
}


class Failed(Exception):  # noqa: N818 - named by what happened to the request
    """A request ended without an answer, in the named outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(_MESSAGES[outcome])
        self.outcome = outcome


def body(outcome: Outcome) -> bytes:
    """Return the JSON error body; it never quotes the request."""
    return json.dumps({"error": outcome.value, "message": _MESSAGES[outcome]}).encode()
