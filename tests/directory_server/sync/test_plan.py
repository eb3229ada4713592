from itertools import groupby, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import PartialRead, StateExpired
from connectors.events import BadRecord, Delete, Present, Snapshot, Upsert, Upserts
from directory_server.store.contact_json import fingerprint
from directory_server.sync.plan import FAULTS
from tests.fakes.plans import END, counts, known, rec, run


def test_a_first_pass_creates():
    state, staged, totals = run({}, [Upsert("1", rec("A")), Upsert("2", rec("B")), Snapshot(complete=True), END])
    assert state == {"at": 1}
    assert [staged[key].contact for key in ("1", "2")] == ['{"family_name":"A"}', '{"family_name":"B"}']
    assert counts(totals) == (2, 0, 0, 0, 0)


def test_the_same_again_changes_nothing():
    stored = {"1": known(rec("A"))}
    _, staged, totals = run(stored, [Upsert("1", rec("A")), Snapshot(complete=True), END])
    assert staged == {}
    assert counts(totals) == (0, 0, 1, 0, 0)


def test_a_change_updates_and_a_missing_key_is_deleted():
    stored = {"1": known(rec("A")), "2": known(rec("B"))}
    _, staged, totals = run(stored, [Upsert("1", rec("X")), Snapshot(complete=True), END])
    assert staged["1"].contact == '{"family_name":"X"}'
    assert staged["2"].contact is None
    assert counts(totals) == (0, 1, 0, 1, 0)


def test_a_change_that_no_field_of_ours_shows_is_kept_quietly():
    _, staged, totals = run({"1": known(rec("A"))}, [Upsert("1", rec("A", seen="today")), END], full=False)
    assert staged["1"].quiet
    assert counts(totals) == (0, 0, 1, 0, 0)


def test_a_record_of_the_same_version_is_not_looked_at():
    class Unread(dict):
        def items(self):
            raise AssertionError("the record was read")

    version = fingerprint("row A")
    stored = {"1": version + known(rec("A"))[16:]}
    _, staged, totals = run(stored, [Upsert("1", Unread(), version), Snapshot(complete=True), END])
    assert staged == {}
    assert counts(totals) == (0, 0, 1, 0, 0)
    _, staged, totals = run(stored, [Upsert("1", rec("A"), fingerprint("row A, written otherwise")), END])
    assert staged["1"].quiet
    assert staged["1"].record_hash == fingerprint("row A, written otherwise")
    _, staged, _ = run(stored, [Upsert("1", rec("B"), version), END], remap=[("1", rec("B"))])
    assert staged["1"].record_hash == version


def test_a_deleted_contact_comes_back():
    _, staged, totals = run({"1": known(rec("A"), deleted=True)}, [Upsert("1", rec("A")), END])
    assert staged["1"].contact
    assert not staged["1"].quiet
    assert counts(totals) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "events",
    [[], [Upsert("1", rec("A"))], [Upsert("1", rec("A")), Snapshot(complete=True)], [Delete("1")]],
)
def test_without_a_checkpoint_it_is_a_partial_read(events):
    with pytest.raises(PartialRead):
        run({"1": known(rec("A"))}, events)


def test_going_on_after_the_checkpoint_is_a_partial_read():
    with pytest.raises(PartialRead):
        run({}, [END, Upsert("1", rec("A"))])


@pytest.mark.parametrize("snapshots", [[], [False], [True, False], [False, True]])
def test_without_a_complete_snapshot_nothing_is_swept(snapshots):
    _, staged, totals = run({"1": known(rec("A"))}, [*(Snapshot(complete=flag) for flag in snapshots), END])
    assert staged == {}
    assert counts(totals) == (0, 0, 1, 0, 0)
    assert not totals.emptied


@pytest.mark.parametrize("event", [Present("1"), BadRecord("1", "broken"), Upsert("1", rec("A"))])
def test_a_seen_contact_is_not_swept(event):
    _, staged, _ = run({"1": known(rec("A"))}, [event, Snapshot(complete=True), END])
    assert staged == {}


def test_a_bad_record_protects_even_against_a_delete_before_it():
    _, staged, totals = run({"1": known(rec("A"))}, [Delete("1"), BadRecord("1", "broken"), END])
    assert staged == {}
    assert totals.faults == ("broken",)


def test_a_bad_record_after_a_good_one_keeps_the_good_one():
    _, staged, totals = run({}, [Upsert("1", rec("A")), BadRecord("1", "twice"), Snapshot(complete=True), END])
    assert staged["1"].contact
    assert counts(totals) == (1, 0, 0, 0, 1)


def test_a_later_upsert_cancels_a_delete_and_the_other_way_round():
    stored = {"1": known(rec("A"))}
    assert run(stored, [Delete("1"), Upsert("1", rec("A")), END], full=False)[1] == {}
    _, staged, totals = run(stored, [Upsert("1", rec("B")), Delete("1"), END], full=False)
    assert staged["1"].contact is None
    assert counts(totals) == (0, 0, 0, 1, 0)


def test_a_contact_that_came_and_went_is_not_created():
    _, staged, totals = run({}, [Upsert("1", rec("A")), Delete("1"), END], full=False)
    assert staged["1"].contact is None
    assert counts(totals) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("event", [Present("1"), BadRecord("1", "x")])
@pytest.mark.parametrize(("stored", "expected"), [({}, (1, 0, 0, 0)), ({"1": known(rec("A"))}, (0, 1, 0, 0))])
def test_a_contact_spared_after_change_and_delete_keeps_the_change(stored, expected, event):
    _, staged, totals = run(stored, [Upsert("1", rec("B")), Delete("1"), event, END], full=False)
    assert staged["1"].contact == '{"family_name":"B"}'
    assert counts(totals)[:4] == expected


def test_a_change_taken_back_within_the_pass_is_taken_back():
    _, staged, totals = run({"1": known(rec("A"))}, [Upsert("1", rec("B")), Upsert("1", rec("A")), END], full=False)
    assert staged["1"].contact == '{"family_name":"A"}'
    assert counts(totals) == (0, 0, 1, 0, 0)
    stored = {"1": version_of(rec("A")) + known(rec("A"))[16:]}
    events = [versioned(Upsert("1", rec("B"))), versioned(Upsert("1", rec("A"))), END]
    assert run(stored, events, full=False)[1]["1"].contact == '{"family_name":"A"}'


def test_an_empty_snapshot_is_noticed():
    stored = {"1": known(rec("A"))}
    assert run(stored, [Snapshot(complete=True), END])[2].emptied
    assert run(stored, [Delete("1"), Snapshot(complete=True), END])[2].emptied
    assert not run(stored, [BadRecord("1", "x"), Snapshot(complete=True), END])[2].emptied
    assert not run({}, [Snapshot(complete=True), END])[2].emptied
    assert not run({"1": known(rec("A"), deleted=True)}, [Snapshot(complete=True), END])[2].emptied


@pytest.mark.parametrize("stored", [{}, {"1": known(rec("A"), deleted=True)}])
def test_a_present_of_what_is_not_stored_asks_for_everything(stored):
    with pytest.raises(StateExpired):
        run(stored, [Present("1"), END], full=False)
    assert counts(run(stored, [Present("1"), END], full=True)[2]) == (0, 0, 0, 0, 1)


@pytest.mark.parametrize(("key", "name"), [("1", "\ud800"), ("\ud800", "A")])
def test_text_that_is_no_unicode_is_a_bad_record(key, name):
    _, staged, totals = run(
        {"1": known(rec("A"))}, [Upsert(key, rec(name)), Present("1"), Snapshot(complete=True), END]
    )
    assert staged == {}
    assert counts(totals) == (0, 0, 1, 0, 1)


def test_a_new_mapping_is_applied_to_what_was_read_before():
    old = {key: known(rec(key))[:16] + b"mapped otherwise" for key in "abc"}
    remap = [(key, rec(key)) for key in "abc"]
    events = [Present("a"), Upsert("b", rec("b")), Delete("c"), END]
    _, staged, totals = run(old, events, full=False, remap=remap)
    assert [staged[key].contact for key in "abc"] == ['{"family_name":"a"}', '{"family_name":"b"}', None]
    assert counts(totals) == (0, 2, 0, 1, 0)


def test_a_mapping_that_gives_the_same_changes_nothing():
    stored = {"a": known(rec("a"))}
    _, staged, totals = run(stored, [Upsert("a", rec("a")), END], full=False, remap=[("a", rec("a"))])
    assert staged == {}
    assert counts(totals) == (0, 0, 1, 0, 0)


def test_faults_are_told_up_to_a_limit():
    totals = run({}, [*(BadRecord(None, f"line {number}") for number in range(100)), END])[2]
    assert totals.bad == 100
    assert len(totals.faults) == FAULTS


names = st.sampled_from("ABC")
keys = st.sampled_from("123")  # few, so that events meet
events = st.one_of(
    st.builds(Upsert, keys, st.builds(rec, names)),
    st.builds(Delete, keys),
    st.builds(BadRecord, st.one_of(st.none(), keys), st.just("x")),
    st.builds(Present, keys),
)
stores = st.dictionaries(keys, st.tuples(names, st.booleans()))


def versioned(event):
    """Return the event as a connector sends it that knows its records' versions."""
    return event._replace(version=version_of(event.record)) if isinstance(event, Upsert) else event


def together(stream, most):
    """Yield the events with up to so many Upserts in a row put together."""
    for kind, found in groupby(stream, type):
        while kind is Upsert and (part := list(islice(found, most))):
            keys, records, versions = map(list, zip(*part, strict=True))
            yield Upserts(keys, versions, records.__getitem__)
        yield from found


def version_of(record):
    return fingerprint(f"row {record['name']}")


@settings(max_examples=400)
@given(
    stores,
    st.lists(events, max_size=12),
    st.sampled_from([None, True, False]),
    st.sampled_from(["without", "one by one", 1, 2, 12]),
    st.integers(0, 3),
)
def test_what_is_staged_is_what_the_events_say(store, stream, complete, versions, as_known):
    """Compare with the plainest possible reading of the rules; some contacts come first, as they are known."""
    unchanged = [Upsert(key, rec(name)) for key, (name, deleted) in store.items() if not deleted]
    stream = unchanged[:as_known] + stream
    stored = {key: known(rec(name), deleted=deleted) for key, (name, deleted) in store.items()}
    if versions != "without":
        stored = {key: old and version_of(rec(store[key][0])) + old[16:] for key, old in stored.items()}
        stream = [versioned(event) for event in stream]
    live = {key: name for key, (name, deleted) in store.items() if not deleted}
    want, seen, last = dict(live), set(), dict(live)
    for event in stream:
        match event:
            case Upsert(key, record):
                want[key] = last[key] = record["name"][0]
                seen.add(key)
            case Delete(key):
                want.pop(key, None)
                seen.discard(key)
            case BadRecord(key) | Present(key) if key is not None and key in last:
                seen.add(key)
                want[key] = last[key]
    if complete:
        want = {key: name for key, name in want.items() if key in seen}
    snapshot = [] if complete is None else [Snapshot(complete=complete)]
    pieces = together(stream, versions) if isinstance(versions, int) else stream
    _, staged, totals = run(stored, [*pieces, *snapshot, END])
    have = dict(live)
    for key, change in staged.items():
        if change.contact is None:
            have.pop(key, None)
        else:
            have[key] = change.contact.split('"')[3]
    assert have == want
    assert totals.created + totals.updated + totals.unchanged == len(want)
    assert totals.deleted == len([key for key in live if key not in want])
    assert totals.updated == len([key for key in live if key in want and want[key] != live[key]])
