"""Persons as a directory answers them (protocol `contact-relay/1`), ordinary and hostile."""

from typing import Any

from hypothesis import strategies as st

MUELLER: dict[str, Any] = {
    "id": 7,
    "display_name": "Jörg Müller",
    "company": "Acme GmbH",
    "department": "Einkauf",
    "job_title": "Leiter",
    "numbers": [
        {"kind": "work", "raw": "089/12345-67", "e164": "+49891234567", "label": "", "source": "crm"},
        {"kind": "mobile", "raw": "+49 171 5550101", "e164": "+491715550101", "label": "", "source": "ad"},
        {"kind": "home", "raw": "08151 5550", "e164": "+4981515550", "label": "", "source": "crm"},
        {"kind": "fax", "raw": "089/12345-99", "e164": "+49891234599", "label": "", "source": "crm"},
        {"kind": "work", "raw": "-123", "e164": "", "label": "", "source": "ad"},
    ],
    "emails": [
        {"kind": "work", "address": "j.mueller@acme.example", "source": "crm"},
        {"kind": "home", "address": "joerg@home.example", "source": "crm"},
    ],
    "addresses": [
        {"kind": "work", "street": "Ring 1", "postal_code": "80331", "city": "München", "region": "", "country": "DE"},
        {
            "kind": "home",
            "street": "Seeweg 2",
            "postal_code": "82319",
            "city": "Starnberg",
            "region": "",
            "country": "",
        },
    ],
    "notes": [{"text": "Ruft gern nachmittags zurück", "source": "crm"}],
    "urls": [],
    "categories": [],
    "contacts": [
        {"id": 7, "source": "crm", "key": "4711", "changed": "2026-11-01T10:00:00+00:00"},
        {"id": 9, "source": "ad", "key": "x", "changed": "2026-11-02T10:00:00+00:00"},
    ],
    "match": {"rank": 1, "field": "display_name"},
}

HOSTILE = st.one_of(
    st.text(max_size=400),
    st.sampled_from(
        [
            "[klick](https://evil.example)",
            "<a href='https://evil.example'>x</a>",
            "<at>alle</at>",
            "**fett** _kursiv_\n\n1. Liste",
            "\u202egnorw\u202c",
            "${title} {{DATE(2026-01-01,SHORT)}}",
            "x" * 5000,
            "\x00\x07\ud800",
        ]
    ),
)
"""Texts as an attacker would store them in a source."""


def persons() -> st.SearchStrategy[dict[str, Any]]:
    """Any person, large and hostile ones included."""
    kind = st.sampled_from(["work", "mobile", "home", "fax", "pager", "main", "other", "unheard-of"])
    number = st.fixed_dictionaries(
        {"kind": kind, "raw": HOSTILE, "e164": st.sampled_from(["", "+49891234567", "+1", "49", "+49&x=1"]) | HOSTILE}
    )
    mail = st.fixed_dictionaries({"kind": kind, "address": HOSTILE})
    place = st.fixed_dictionaries({"kind": kind, "street": HOSTILE, "city": HOSTILE})
    return st.fixed_dictionaries(
        {"id": st.integers(0, 2**53), "display_name": HOSTILE, "company": HOSTILE},
        optional={
            "department": HOSTILE,
            "job_title": HOSTILE,
            "upn": HOSTILE | st.just("anna@acme.example"),
            "numbers": st.lists(number, max_size=60) | st.none(),
            "emails": st.lists(mail, max_size=30),
            "addresses": st.lists(place, max_size=30) | st.text(),
            "notes": st.lists(st.fixed_dictionaries({"text": HOSTILE}), max_size=60),
            "contacts": st.lists(st.fixed_dictionaries({"source": HOSTILE}), max_size=30),
        },
    )
