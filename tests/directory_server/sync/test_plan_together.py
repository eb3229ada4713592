"""Records that come together change what they would one by one."""

import pytest

from connectors.errors import PartialRead
from connectors.events import Snapshot, Upserts
from directory_server.store.contact_json import fingerprint
from tests.fakes.plans import END, counts, known, rec, run


def test_records_together_are_looked_at_where_their_versions_do_not_tell_enough():
    upserts = {name: Upserts(["1"], [fingerprint(f"row {name}")], lambda _, name=name: rec(name)) for name in "AB"}
    stored = {"1": fingerprint("row A") + known(rec("A"))[16:]}
    _, staged, _ = run(stored, [upserts["B"], upserts["A"], Snapshot(complete=True), END])
    assert (staged["1"].contact, staged["1"].again) == ('{"family_name":"A"}', True)
    for before in (stored, {}):
        _, staged, _ = run(before, [Upserts(["1"], [b""], lambda _: rec("X")), END])
        assert staged["1"].record_hash == known(rec("X"))[:16]
    with pytest.raises(PartialRead):
        run(stored, [END, upserts["A"]])


@pytest.mark.parametrize(("keys", "names"), [("123", ["A", "\ud800", "C"]), (["1", "\udfff", "3"], "ABC")])
def test_new_records_together_are_stored_but_for_one_with_half_a_character(keys, names):
    upserts = Upserts(list(keys), [fingerprint(key) for key in "123"], [rec(name) for name in names].__getitem__)
    _, staged, totals = run({}, [upserts, END])
    assert (list(staged), totals.created, totals.bad) == (["1", "3"], 2, 1)


@pytest.mark.parametrize("remap", [None, []])
def test_no_records_together_change_nothing(remap):
    _, staged, totals = run({}, [Upserts([], [], rec), END], remap=remap)
    assert (staged, counts(totals)) == ({}, (0, 0, 0, 0, 0))
