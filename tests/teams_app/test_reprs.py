"""What a log or a debugger may print by accident shows no contact, search or user."""

from uuid import UUID

from directory_server.fronts.uplink.operations import Asker
from directory_server.protocol.identity import Caller
from teams_app import cards, person
from teams_app.answers import Answer
from teams_app.texts import ENGLISH


def test_no_personal_data_in_reprs() -> None:
    read = person.read(
        {
            "id": 7,
            "display_name": "Kanari Vogel",
            "numbers": [{"kind": "work", "raw": "089/4711", "e164": "+49894711"}],
            "emails": [{"kind": "work", "address": "kanari@example.test"}],
            "notes": [{"text": "Kanari"}],
        }
    )
    answer = Answer("Kanari", cards.person_card(read, ENGLISH, ""), (cards.result(read, ENGLISH, ""),))
    caller = Caller(UUID(int=1), "oid-7", frozenset(), overage=False)
    for value in (read, *read.numbers, *read.emails, answer, caller, Asker("oid-7", frozenset())):
        assert not [text for text in ("kanari", "4711", "oid-7") if text in repr(value).lower()], type(value)
