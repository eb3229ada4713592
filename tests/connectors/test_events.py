import pytest

from connectors.events import BulkPass, Checkpoint, Upsert, Upserts


def test_a_bulk_pass_yields_each_upsert_by_itself() -> None:
    def pieces():
        yield Upserts(["a", "b"], [b"1", b"2"], lambda at: {"n": (str(at),)})
        yield Checkpoint({})

    expected = [Upsert("a", {"n": ("0",)}, b"1"), Upsert("b", {"n": ("1",)}, b"2"), Checkpoint({})]
    assert list(BulkPass(pieces())) == expected


@pytest.mark.parametrize("taken", [0, 1])
def test_a_closed_bulk_pass_lets_go_of_its_source(taken) -> None:
    closed = []

    def pieces():
        try:
            yield Upserts(["a", "b"], [b"1", b"2"], lambda _: {})
            yield Checkpoint({})
        finally:
            closed.append(True)

    whole = BulkPass(pieces())
    next(whole if taken else whole.pieces)
    whole.close()
    assert closed == [True]
    assert list(whole) == []


def test_every_key_needs_a_version() -> None:
    with pytest.raises(ValueError, match="version"):
        Upserts(["a", "b"], [b"1"], lambda _: {})
