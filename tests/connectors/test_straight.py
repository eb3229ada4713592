"""The straight way makes of a record what reading it value by value makes of it."""

from hypothesis import given
from hypothesis import strategies as st

from connectors import mapping
from connectors.mapping import apply, load, parse

CSV = load("connectors.csv_file")
LDAP = load("connectors.ldap")
TRICKY = parse({
    "display_name": ["{family_name}, {given_name} ({x})", "{nickname}", "z"],
    "given_name": [{"field": "a", "split": ";/"}, {"constant": "Nobody"}],
    "family_name": [{"template": "{b}-{c}"}, "d"],
    "nickname": [{"field": ["x", "y"], "prefix": "nick:"}, "{given_name}"],
    "company": [{"field": "x", "when": "y"}, {"field": "z", "unless": ["y"]}],
    "notes": ["x", "{y}/{z}", {"constant": "seen"}, "X!"],
    "urls": ["x", "y", "X!"],
    "categories": {"field": ["a", "b"], "split": ";,"},
    "birthday": "d",
    "phones": {"work": ["a", {"field": "b", "label": "direct"}], "home": ["c", "a", {"constant": "0"}]},
    "emails": {"home": "a", "work": [{"field": ["b", "c"], "prefix": "smtp:"}, "{c}"]},
    "addresses": {"home": {"street": "{x} {y}", "city": "z"}, "work": {"city": ["a", "b"]},
        "other": {"country": {"constant": "DE"}}},
    "custom": {"two": "{z}", "one": {"field": "y", "split": "/"}},
})  # fmt: skip
SINGLE = parse({"phones": {"work": "{x} {a}", "home": "y"}, "emails": {"home": "{y} {a}"}})
values = st.sampled_from(["1", "A", "a", "smtp:A", "nick:b", ";", "x;y", "a/b", "-", "0/0/00", " ", ""]) | st.text(
    max_size=5
)


def by_hand(chosen, record):
    return mapping._one_by_one(chosen, tuple(record), record)


def agrees(chosen, fields, cells):
    names = st.lists(st.sampled_from(fields), unique=True, max_size=12)

    @given(
        names.flatmap(lambda found: st.fixed_dictionaries({name: cells.map(lambda cell: (cell,)) for name in found}))
    )
    def check(record):
        assert apply(chosen, record) == by_hand(chosen, record)

    check()


def test_with_every_option_of_a_mapping():
    agrees(TRICKY, [*"abcdxyz", "X!", "given name", "Nickname"], values)


def test_with_one_value_of_each_kind_which_may_be_missing():
    agrees(SINGLE, [*"xyz"], values)


def test_with_the_columns_every_csv_file_may_have():
    agrees(CSV, [*CSV.source_fields(), "E-Mail", "e mail", "nonsense"], values)


def test_with_the_attributes_of_a_directory():
    agrees(LDAP, list(LDAP.source_fields()), values)


@given(st.dictionaries(st.sampled_from("abcdxyz"), st.lists(values, max_size=3).map(tuple), max_size=5))
def test_with_several_values_or_none(record):
    assert apply(TRICKY, record) == by_hand(TRICKY, record)


def test_a_usual_record_goes_the_straight_way(monkeypatch):
    monkeypatch.delattr(mapping, "_one_by_one")
    assert apply(CSV, {"Vorname": (" Anna ",), "Straße": ("Weg 1",)}).given_name == "Anna"
