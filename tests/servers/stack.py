"""The whole product on free loopback ports with two small CSV sources, for journeys."""

from pathlib import Path

from deploy.demo import tenant
from deploy.demo.stack import Stack

CUSTOMERS = """id;Vorname;Nachname;Firma;Position;Telefon;Mobil;Privat;E-Mail;Ort;Notiz
1;Jürgen;Groß;Müller Maschinenbau GmbH;Einkauf;089/999985-12;0171 5550101;08151/55501;j.gross@mueller.example;München;
2;;;Müller Maschinenbau GmbH;;089/999985-0;;;info@mueller.example;München;
3;Erika;Mustermann;Example GmbH;Geschäftsführerin;030 23125 001;0172/5550102;;erika@example.example;Berlin;
"""
SERVICE = """id;given_name;family_name;company;business_phone;email
a1;Zoë;Novák;Hřiště a.s.;+420 601 234 567;zoe@hriste.example
a2;Jürgen;Großmann;Stadtwerke Nord;0049 40 55501-23;j.grossmann@nord.example
"""
CLIENT = "sbc"
CLIENT_PASSWORD = "a-long-test-password"


def filled(stack: Stack) -> Stack:
    """Prepare the stack: `customers` for Anna's group with all fields, `service` for Ben's, an LDAP client for both."""
    stack.prepare()
    for name, text in (("customers", CUSTOMERS), ("service", SERVICE)):
        file: Path = stack.folder / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        stack.command(
            "source", "add", name, "--type", "csv", "--set", f"path={file}", "--country", "DE", "--area", "89"
        )
    stack.command("sync")
    stack.command("grant", "add", "customers", "--group", tenant.SALES)
    stack.command("grant", "add", "service", "--group", tenant.SERVICE, "--fields", "name,business")
    stack.command(
        "client", "add", CLIENT, "--preset", "audiocodes", "--sources", "customers,service",
        "--fields", "name,business", "--password-stdin", stdin=CLIENT_PASSWORD + "\n",
    )  # fmt: skip
    return stack
