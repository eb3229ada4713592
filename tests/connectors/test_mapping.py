import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from connectors.errors import ConfigInvalid
from connectors.events import Record
from connectors.mapping import FieldMapping, apply, load, parse
from connectors.pick import fold

CSV = load("connectors.csv_file")

DESIGN_COLUMNS = {
    "given_name": "A",
    "family_name": "B",
    "display_name": "A B",
    "company": "C",
    "department": "D",
    "job_title": "E",
    "business_phone": "1",
    "business_phone2": "2",
    "mobile_phone": "3",
    "home_phone": "4",
    "fax": "5",
    "main_phone": "6",
    "email": "a@x",
    "email2": "b@x",
    "street": "S 1",
    "postal_code": "7",
    "city": "O",
    "country": "L",
    "notes": "N",
    "categories": "K1;K2",
    "url": "u",
}
EVERYTHING = Contact(
    given_name="A",
    family_name="B",
    display_name="A B",
    company="C",
    department="D",
    job_title="E",
    phones=(
        *(Phone(PhoneKind.WORK, "1"), Phone(PhoneKind.WORK, "2"), Phone(PhoneKind.MOBILE, "3")),
        *(Phone(PhoneKind.MAIN, "6"), Phone(PhoneKind.HOME, "4"), Phone(PhoneKind.FAX, "5")),
    ),
    emails=(Email("a@x"), Email("b@x")),
    addresses=(Address(street="S 1", postal_code="7", city="O", country="L"),),
    notes="N",
    categories=("K1", "K2"),
    urls=("u",),
)


def record(**fields: str) -> Record:
    return {name: (value,) for name, value in fields.items()}


def test_every_column_of_the_design_is_mapped_without_configuration() -> None:
    assert apply(CSV, record(id="9", **DESIGN_COLUMNS)) == EVERYTHING
    assert apply(load("connectors.odbc"), record(ID="9", **DESIGN_COLUMNS)) == EVERYTHING


@pytest.mark.parametrize(
    "change", [str.upper, lambda name: name.replace("_", " "), lambda name: name.replace("_", "-")]
)
def test_case_spaces_underscores_and_hyphens_do_not_count(change) -> None:
    assert apply(CSV, {change(name): (value,) for name, value in DESIGN_COLUMNS.items()}) == EVERYTHING


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        *[("Telefon", "work"), ("Durchwahl", "work"), ("Telefon geschäftlich 2", "work"), ("Business Phone 2", "work")],
        *[("Mobil", "mobile"), ("Handy", "mobile"), ("Mobiltelefon", "mobile"), ("Mobile Phone", "mobile")],
        *[("Privat", "home"), ("Telefon privat", "home"), ("Home Phone 2", "home"), ("Fax", "fax"), ("Telefax", "fax")],
        *[("Zentrale", "main"), ("Company Main Phone", "main"), ("Pager", "pager"), ("Telefon Assistent", "assistant")],
    ],
)
def test_number_columns_in_two_languages(column, kind) -> None:
    assert [phone.kind for phone in apply(CSV, {column: ("0761 1",)}).phones] == [kind]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        *[("Vorname", "given_name"), ("Nachname", "family_name"), ("Firma", "company"), ("Abteilung", "department")],
        *[
            ("Position", "job_title"),
            ("Notiz", "notes"),
            ("Anrede", "prefix"),
            ("Büro", "office"),
            ("Name", "display_name"),
        ],
    ],
)
def test_text_columns_in_german(column, field) -> None:
    assert getattr(apply(CSV, {column: ("Wert",)}), field) == "Wert"


def test_name_is_the_family_name_beside_a_first_name() -> None:
    assert apply(CSV, record(Vorname="Anna", Name="Groß")).family_name == "Groß"
    assert apply(CSV, record(Name="Groß GmbH")).display_name == "Groß GmbH"


def test_address_columns_in_german() -> None:
    row = {"Straße": ("Weg",), "Hausnummer": ("3",), "PLZ": ("79100",), "Ort": ("Ulm",), "Land": ("DE",)}
    assert apply(CSV, row).addresses == (Address(PlaceKind.WORK, "Weg 3", "79100", "Ulm", "", "DE"),)


def test_outlook_export_in_english() -> None:
    row = {
        "Title": "Dr.", "First Name": "A", "Last Name": "B", "Business Street": "S", "Business City": "C",
        "Business Phone": "1", "Home Fax": "2", "E-mail Address": "a@x", "Birthday": "0/0/00", "Private": "False",
        "Sensitivity": "Normal", "Job Title": "Boss",
    }  # fmt: skip
    contact = apply(CSV, record(**row))
    assert (contact.prefix, contact.job_title, contact.birthday) == ("Dr.", "Boss", "")
    assert contact.phones == (Phone(PhoneKind.WORK, "1"), Phone(PhoneKind.HOME, "2", "Fax"))
    assert contact.addresses == (Address(street="S", city="C"),)


def test_overrides_replace_single_entries_and_empty_ones_remove() -> None:
    changes = {
        "company": {"constant": "Acme"},
        "phones": {"mobile": [], "work": ["Nebenstelle"]},
        "custom": {"nr": "KdNr"},
    }
    contact = apply(
        load("connectors.csv_file", changes),
        record(Firma="X", Mobil="1", Telefon="2", Nebenstelle="3", KDNR="9", Fax="4"),
    )
    assert contact.company == "Acme"
    assert contact.phones == (Phone(PhoneKind.WORK, "3"), Phone(PhoneKind.FAX, "4"))
    assert contact.custom == (("nr", "9"),)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"a": "Anna", "b": "Groß", "c": "Acme"}, "Groß, Anna (Acme)"),
        ({"a": "Anna", "b": "Groß"}, "Groß, Anna"),
        ({"b": "Groß", "c": "Acme"}, "Groß, (Acme)"),
        ({"c": "Acme"}, "(Acme)"),
        ({}, ""),
    ],
)
def test_templates_close_the_gaps_of_missing_fields(fields, name) -> None:
    assert apply(parse({"display_name": "{b}, {a} ({c})"}), record(**fields)).display_name == name


def test_templates_reach_our_own_fields() -> None:
    mapping = load("connectors.csv_file", {"display_name": "{given_name} {family_name}"})
    assert apply(mapping, record(Vorname="Anna", Nachname="Groß")).display_name == "Anna Groß"


def test_options_split_prefix_label_when_unless() -> None:
    mapping = parse({
        "emails": {"work": {"field": "proxy", "prefix": "SMTP:"}},
        "phones": {"work": {"field": ["tel"], "split": ";/", "label": "direct"}},
        "company": [{"field": "x", "when": "y"}, {"field": "z", "unless": ["y"]}],
    })  # fmt: skip
    contact = apply(
        mapping, {"proxy": ("smtp:a@x", "x500:b", "SMTP:A@X"), "tel": ("1; 2/ ;1",), "z": ("Z",), "x": ("X",)}
    )
    assert contact.emails == (Email("a@x"),)
    assert contact.phones == (Phone(PhoneKind.WORK, "1", "direct"), Phone(PhoneKind.WORK, "2", "direct"))
    assert contact.company == "Z"
    assert mapping.source_fields() == ("proxy", "tel", "x", "y", "z")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"vorname": "x"}, "'vorname' is unknown"),
        ({"phones": {"wrk": "x"}}, "'phones.wrk' is unknown"),
        ({"phones": "x"}, "'phones' must be a table"),
        ({"addresses": {"work": {"zip": "x"}}}, "'addresses.work.zip' is unknown"),
        ({"addresses": {"work": "x"}}, "'addresses.work' must be a table"),
        ({"company": 7}, "'company'"),
        ({"company": {"feld": "x"}}, "'company'"),
        ({"company": {"field": "x", "constant": "y"}}, "'company' needs exactly one"),
        ({"company": {"field": [1]}}, "'company' must name source fields"),
        ({"company": {"constant": 1}}, "'company': constant must be text"),
        ({"company": "{a"}, "'company' has unpaired braces"),
        ({"custom": {"a": None}}, "'custom.a'"),
    ],
)
def test_a_wrong_mapping_names_its_key(changes, key) -> None:
    with pytest.raises(ConfigInvalid, match=key.replace(".", r"\.")):
        load("connectors.csv_file", changes)


texts = st.text(max_size=12)
names = st.sampled_from([*CSV.source_fields(), "nonsense", "", "{", "ẞ"]) | texts


@given(st.dictionaries(names, st.lists(texts, max_size=3).map(tuple), max_size=8))
def test_apply_takes_any_record_and_trims(fields: dict[str, tuple[str, ...]]) -> None:
    contact = apply(CSV, fields)
    values = [contact.given_name, contact.company, *(phone.raw for phone in contact.phones), *contact.urls]
    assert all(value == value.strip() for value in values)
    assert all(phone.raw for phone in contact.phones)
    assert contact == apply(FieldMapping(CSV.picks), fields), "plans kept between calls change nothing"


@given(texts)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)
