import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.template import LONGEST, TemplateError, parse

ANNA = {"name": "Anna Abel", "company": "Acme GmbH", "sn": "Abel", "number": "+4989123", "l": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{name} ({company})", "Anna Abel (Acme GmbH)"),
        ("{name} ({l})", "Anna Abel"),
        ("{l} - {name}", "Anna Abel"),
        ("{sn}, {l} - {company}", "Abel - Acme GmbH"),
        ("({l}, {company}) {name}", "(Acme GmbH) Anna Abel"),
        ("[{company}, {l}]", "[Acme GmbH]"),
        ("{name} <{number}>!", "Anna Abel <+4989123>!"),
        ("{name} <{l}>!", "Anna Abel"),
        ("Tel. {number}: { name }", "Tel. +4989123: Anna Abel"),
        ("Tel. {l}: {name}", "Anna Abel"),
        ("{name} (intern)", "Anna Abel (intern)"),
        ("{l}", ""),
        ("{l} (at {l})", ""),
    ],
)
def test_a_placeholder_without_a_value_goes_with_what_surrounds_it(text: str, filled: str) -> None:
    assert parse(text).fill(lambda name: ANNA[name]) == filled


@pytest.mark.parametrize(
    ("name", "company", "filled"),
    [
        ("Acme GmbH", "Acme GmbH", "Acme GmbH"),
        ("ACME GmbH (3 contacts)", "Acme GmbH", "ACME GmbH (3 contacts)"),
        ("Anna", "A", "Anna (A)"),
        ("Anna Acme", "Acme", "Anna Acme (Acme)"),
    ],
)
def test_nothing_is_said_twice(name: str, company: str, filled: str) -> None:
    assert parse("{name} ({company})").fill({"name": name, "company": company}.__getitem__) == filled


def test_placeholders_are_told() -> None:
    assert parse("({l}) {name}, {company}").placeholders == {"l", "name", "company"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "placeholder"),
        ("Anna", "placeholder"),
        ("{name", "half"),
        ("name}", "half"),
        ("({name} {)", "half"),
        ("{{name}}", "half"),
        ("{name}\n", "line breaks"),
        ("{name}" + "x" * LONGEST, "at most"),
    ],
)
def test_what_is_no_template_is_refused(text: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        parse(text)


@given(st.text("{}()[]<> ,ab", max_size=30), st.sampled_from(("", "x", "a b")))
def test_no_text_breaks_it(text: str, value: str) -> None:
    try:
        template = parse(text)
    except TemplateError:
        return
    filled = template.fill(lambda _name: value)
    assert bool(filled) is bool(value)
    assert "{" not in filled
