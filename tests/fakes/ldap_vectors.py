"""The rows of tests/vectors/ldap-clients.tsv, and which side of their conditions we are on."""

from collections.abc import Iterator
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "vectors" / "ldap-clients.tsv"
LETTERS = {"Mustermann": "E", "Groß": "J", "Smith": "S"}

# A conditional expectation, and which side of its condition we are on.
CHOSEN = {
    "(ou:dn:=contacts)": "EJ",  # S lies below ou=portland
    "(objectClass=subschema)": "",  # the entry itself: test_server.py
    "(cn~=jon smyth)": "",  # approximate matching is equality, not phonetic
}
# Asked from the office in Portland: "5038234567" without any prefix is a number there, not in Germany.
IN_PORTLAND = {"(telephoneNumber=5*0*3*8*2*3*4*5*6*7)"}


def rows() -> Iterator[tuple[str, str]]:
    for line in VECTORS.read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "provenance\t")):
            continue
        _provenance, _source, _kind, text, expectation = line.split("\t")
        yield text, expectation


def expected(text: str, expectation: str) -> str:
    if text in CHOSEN:
        return CHOSEN[text]
    result = expectation.split(";", maxsplit=1)[0]
    if result == "none":
        return ""
    return "EJS" if result == "all" else "".join(sorted(result.replace(",", "")))
