"""Activities read into turns: what is a search, what is not, and that no JSON breaks the reader."""

import time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams_app.activity import BadActivity, Kind, read

TID = "5f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f"


def activity(**changes: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": "https://smba.example/de/",
        "from": {"id": "29:x", "aadObjectId": "oid-1"},
        "recipient": {"id": "28:bot"},
        "conversation": {"id": "c", "tenantId": TID},
        "channelData": {"tenant": {"id": TID}},
        "locale": "de-DE",
        **changes,
    }


def query(*parameters: dict[str, Any], **options: Any) -> dict[str, Any]:
    value = {"commandId": "searchContacts", "parameters": list(parameters), "queryOptions": options}
    return activity(type="invoke", name="composeExtension/query", value=value)


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("find müller acme", "müller acme"),
        ("Suche  089/12345", "089/12345"),
        ("SEARCH x", "x"),
        ("<at>Contactory</at> find müller", "müller"),
        ("müller", "müller"),
        ("finder gmbh", "finder gmbh"),
        ("find", "find"),
        ("hi-tec gmbh", "hi-tec gmbh"),
    ],
)
def test_message_is_a_search(text: str, searched: str) -> None:
    turn = read(activity(text=text))
    assert (turn.kind, turn.text, turn.invoke) == (Kind.MESSAGE_SEARCH, searched, False)
    assert (turn.tenant, turn.user, turn.locale) == (UUID(TID), "oid-1", "de-DE")


@pytest.mark.parametrize("text", ["help", "Hilfe", "HI!", "hello", "<at>Contactory</at> hi", "", None, 5])
def test_greetings_and_nothing_get_help(text: object) -> None:
    assert read(activity(text=text)).kind is Kind.HELP


@pytest.mark.parametrize("text", ["<at" * 80_000, "<at>" * 60_000, "<at>" + "x</a" * 60_000, "find " + " " * 250_000])
def test_a_long_hostile_message_is_read_at_once(text: str) -> None:
    started = time.process_time()
    read(activity(text=text))
    assert time.process_time() - started < 0.5, "it is read before anybody has shown a token"


def test_a_user_of_another_tenant_does_not_ask_as_one_of_this() -> None:
    sender = {"id": "29:x", "aadObjectId": "oid-1", "tenantId": "9f1c6e1e-0d7a-4c55-9a55-1a2b3c4d5e6f"}
    turn = read(activity(text="müller", **{"from": sender}))
    assert (turn.user, turn.kind) == ("", Kind.MESSAGE_SEARCH)
    assert read(activity(text="müller", **{"from": {**sender, "tenantId": TID.upper()}})).user == "oid-1"


def test_searches_and_users_stay_out_of_the_repr() -> None:
    shown = repr(read(activity(text="müller")))
    assert "müller" not in shown
    assert "oid-1" not in shown


def test_own_card_coming_back_is_no_search() -> None:
    assert read(activity(text='<span class="inline-compose-card" id="x"></span>')).kind is Kind.NOTHING


def test_query_with_paging() -> None:
    turn = read(query({"name": "text", "value": "müller"}, skip=25, count=500))
    assert (turn.kind, turn.text, turn.skip, turn.count, turn.invoke) == (Kind.QUERY, "müller", 25, 25, True)


@pytest.mark.parametrize(
    "parameters", [[], [{"name": "initialRun", "value": "true"}], [{"name": "text", "value": " "}]]
)
def test_first_run(parameters: list[dict[str, Any]]) -> None:
    assert read(query(*parameters)).kind is Kind.FIRST_RUN


@pytest.mark.parametrize("value", [{"skip": -5, "count": 0}, {"skip": "a", "count": True}, {}])
def test_odd_paging_is_read_as_lawful(value: dict[str, Any]) -> None:
    turn = read(query({"name": "text", "value": "x"}, **value))
    assert turn.skip == 0
    assert 1 <= turn.count <= 25


def test_card_action_and_its_fallback_show_a_person() -> None:
    action = {"action": {"type": "Action.Execute", "verb": "person", "data": {"verb": "person", "id": 7}}}
    pressed = read(activity(type="invoke", name="adaptiveCard/action", value=action))
    submitted = read(activity(value={"verb": "person", "id": 7}))
    assert (pressed.kind, pressed.person, pressed.invoke) == (Kind.SHOW_PERSON, 7, True)
    assert (submitted.kind, submitted.person, submitted.invoke) == (Kind.SHOW_PERSON, 7, False)


def test_unknown_invokes_are_not_answered() -> None:
    assert read(activity(type="invoke", name="task/fetch", value={})).kind is Kind.UNSUPPORTED_INVOKE
    other = {"action": {"verb": "delete", "data": {"id": 7}}}
    assert read(activity(type="invoke", name="adaptiveCard/action", value=other)).kind is Kind.UNSUPPORTED_INVOKE


def test_welcome_once_when_the_bot_is_added() -> None:
    update = {"type": "conversationUpdate", "text": None}
    assert read(activity(**update, membersAdded=[{"id": "28:bot"}])).kind is Kind.HELP
    assert read(activity(**update, membersAdded=[{"id": "29:other"}])).kind is Kind.NOTHING
    assert read(activity(type="typing")).kind is Kind.NOTHING


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"type": 5},
        {"type": "message"},
        activity(serviceUrl=None),
        activity(channelData={"tenant": {"id": "11111111-1111-4111-8111-111111111111"}}),
        activity(channelData={"tenant": {"id": "x"}}, conversation={"tenantId": "x"}),
    ],
)
def test_no_activity(data: object) -> None:
    with pytest.raises(BadActivity):
        read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(activity(value=1, name="x", membersAdded=1, text="x"))), JSON))
def test_any_json_is_read_or_refused(changes: dict[str, Any]) -> None:
    for kind in ("message", "invoke", "conversationUpdate"):
        try:
            turn = read({**activity(type=kind, name="composeExtension/query"), **changes})
        except BadActivity:
            continue
        assert isinstance(turn.text, str)
        assert isinstance(turn.user, str)
