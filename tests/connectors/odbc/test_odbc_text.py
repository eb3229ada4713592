from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.odbc.connection_string import Place, completed, parsed, place_of_connection, place_of_url
from connectors.odbc.text import text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(None, None), (b"\0", None), ("  ", None), (" a\0b ", "ab"), (True, "1"), (False, "0"), (7, "7")],
        *[(7.0, "7"), (1.5, "1.5"), (1e300, str(int(1e300))), (float("nan"), "nan"), (float("inf"), "inf")],
        *[
            (Decimal("12.00"), "12"),
            (Decimal("0.50"), "0.50"),
            (Decimal("NaN"), "NaN"),
            (date(1970, 1, 31), "1970-01-31"),
        ],
        *[(datetime(2024, 1, 2, 3, 4, 5), "2024-01-02 03:04:05"), (UUID(int=1), str(UUID(int=1)))],  # noqa: DTZ001 - as drivers give it
    ],
)
def test_values_as_text(value, text) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("connection", "place"),
    [
        ("DRIVER={PostgreSQL Unicode};SERVER=db;PORT=15432;UID=a", Place("db", 15432)),
        ("Driver=PostgreSQL Unicode;Servername=db", Place("db", 5432)),
        ("DRIVER={ODBC Driver 18 for SQL Server};SERVER=tcp:db,1444", Place("db", 1444)),
        ("DRIVER={ODBC Driver 18 for SQL Server};SERVER=db\\crm", Place()),
        ("DRIVER={MariaDB Unicode};SERVER=127.0.0.1", Place("127.0.0.1", 3306)),
        ("DRIVER={PostgreSQL};SERVER=/run/postgresql", Place()),
        ("DRIVER={SQLite3};Database=/x/k.db", Place(file=Path("/x/k.db"))),
        ("DSN=crm;UID=a", Place()),
        ("", Place()),
    ],
)
def test_where_a_connection_string_leads(connection, place) -> None:
    assert place_of_connection(connection) == place


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql+psycopg://a:b@db/k", Place("db", 5432)),
        ("mysql+pymysql://a@db:13306/k", Place("db", 13306)),
        ("sqlite:////x/k.db", Place(file=Path("/x/k.db"))),
        ("sqlite:///k.db", Place(file=Path("k.db"))),
        ("sqlite://", Place()),
        ("oracle://db:x/k", Place()),
        ("", Place()),
    ],
)
def test_where_a_url_leads(url, place) -> None:
    assert place_of_url(url) == place


@given(st.text(min_size=1, max_size=20).filter(lambda text: text == text.strip()))
def test_a_password_of_any_characters_arrives_whole(password: str) -> None:
    assert parsed(completed("DRIVER={X};UID=a;", password, ""))["pwd"] == password


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    parsed(text)
    place_of_connection(text)
    place_of_url(text)


def test_what_the_driver_needs_is_added_once() -> None:
    full = completed("DSN=crm;boolsaschar=1", "pw", "/usr/lib/psqlodbcw.so")
    assert parsed(full) == {"dsn": "crm", "boolsaschar": "1", "pwd": "pw", "usedeclarefetch": "1", "fetch": "500"}
    assert completed("DSN=crm;PWD=x", "y", "") == "DSN=crm;PWD=x"
