"""Rows with the faults of real address books, so that the demo's report of quality has something to report.

They belong to one company of the demo and to numbers that nobody else has there.
"""

from collections.abc import Iterable

from deploy.demo.people import Company

EMPLOYER = "Werner Druckerei e. K."
KEY_OF_ANOTHER = "10002"
"""A customer number that an earlier row has already."""

_CUSTOMERS = (
    # key, given name, family name, phone, mobile, mail, remark: what is wrong
    ("", "Marlies", "Ohnesorg", "030/231259-71", "", "marlies.ohnesorg", ""),  # no key
    (KEY_OF_ANOTHER, "Hinrich", "Quast", "030/231259-72", "", "hinrich.quast", ""),  # another's key
    ("20003", "Wiebke", "Tiedemann", "siehe Bemerkung", "", "wiebke.tiedemann", "Nur über die Zentrale"),
    ("20004", "Enno", "Harms", "4,93023E+11", "", "enno.harms", ""),  # a spreadsheet was here
    ("20005", "Frauke", "Lührs", "030/231259-74", "0171 3920", "frauke.luehrs", ""),  # digits are missing
    ("20006", "Okko", "Sievers", "030 000000", "", "okko.sievers", ""),  # a placeholder
    ("20007", "Tomma", "Brodersen", "030/231259-75", "", "tomma.brodersen", "Teilt sich das Telefon"),
    ("20008", "Gesche", "Ahlers", "030/231259-75", "", "gesche.ahlers", "Teilt sich das Telefon"),
    ("20009", "Hauke", "Carstens", "231259-77", "", "hauke.carstens", ""),  # no area code
    ("20011", "Insa", "Wilken", "", "", "insa.wilken", ""),  # no number
    ("20012", "Focko", "Janßen", "", "", "", "Visitenkarte nachtragen"),  # nothing to reach him by
)
_NAMELESS = ("20010", "030/231259-79")
_CRM = (
    # first name, last name, phone, mail: the same person entered twice, and an extension without its number
    ("Meta", "Thaden", "030/231259-80", "meta.thaden"),
    ("M.", "Thaden", "0049 30 23125980", "meta.thaden"),
    ("Jelto", "Onken", "-812", "jelto.onken"),
)


def customer_rows(employer: Company) -> Iterable[list[str]]:
    """Yield rows of customers.csv, each with a fault."""
    address = [employer.street, employer.postal_code, employer.city, "Deutschland"]
    for key, given, family, phone, mobile, local, remark in _CUSTOMERS:
        named = [employer.name, "", given, family, "Disposition", "Sachbearbeitung"]
        yield [key, *named, phone, mobile, "", "", _mail(local, employer), *address, remark, ""]
    key, phone = _NAMELESS
    yield [key, *[""] * 6, phone, *[""] * 10]


def crm_rows(employer: Company, first: int) -> Iterable[tuple[str | int | None, ...]]:
    """Yield rows of the CRM's table, with ids from `first` on."""
    address = (employer.street, employer.postal_code, employer.city, "Deutschland")
    for key, (given, family, phone, local) in enumerate(_CRM, first):
        job = (employer.name, "Disposition", "Sachbearbeitung")
        yield (key, given, family, *job, phone, None, _mail(local, employer), *address, None, "2026-10-01 08:00:00")


def _mail(local: str, employer: Company) -> str:
    return f"{local}@{employer.domain}" if local else ""
