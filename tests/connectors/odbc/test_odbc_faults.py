import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import AuthFailed, ConfigInvalid, ConnectorError, PartialRead, SourceGone, Unreachable
from connectors.odbc.faults import CONFIG, Fault, classified

UNIX = "[unixODBC][Driver Manager]"
SAID = [  # phase, SQLSTATE, text, error: as drivers really say it
    ("connect", "01000", f"[01000] {UNIX}Can't open lib 'Nix' : file not found (0) (SQLDriverConnect)", ConfigInvalid),
    (
        "connect",
        "IM002",
        f"[IM002] {UNIX}Data source name not found and no default driver specified (0)",
        ConfigInvalid,
    ),
    (
        "connect",
        "08001",
        '[08001] connection to server at "h" failed: FATAL:  password authentication failed',
        AuthFailed,
    ),
    ("connect", "08001", 'FATAL:  no pg_hba.conf entry for host "10.0.0.1"', AuthFailed),
    ("connect", "08001", 'FATAL:  role "nobody" does not exist', AuthFailed),
    ("connect", "28000", "[28000] [ma-3.1.15]Access denied for user 'app'@'localhost' (1045)", AuthFailed),
    ("connect", "28000", "[Microsoft][ODBC Driver 18 for SQL Server]Login failed for user 'x'. (18456)", AuthFailed),
    ("connect", "08001", 'FATAL:  database "zz" does not exist', SourceGone),
    ("connect", "HY000", "[HY000] [ma-3.1.15]Can't connect to server on '127.0.0.1' (111) (2002)", Unreachable),
    ("connect", "08001", "connection failed: Connection refused", Unreachable),
    ("connect", "HYT00", "[HYT00] [Microsoft]Login timeout expired", Unreachable),
    ("connect", "", "something nobody has seen", Unreachable),
    ("execute", "42P01", '[42P01] ERROR: relation "nix" does not exist', SourceGone),
    ("execute", "42S02", "Table 'kontakte.nix' doesn't exist", SourceGone),
    ("execute", "HY000", "[HY000] [SQLite]no such table: nix (1) (SQLExecDirect)", SourceGone),
    ("execute", "42501", "ERROR: permission denied for table k", AuthFailed),
    ("execute", "42703", 'ERROR: column "x" does not exist', ConfigInvalid),
    ("execute", "42601", 'ERROR: syntax error at or near "selec"', ConfigInvalid),
    ("execute", "57P01", "FATAL: terminating connection due to administrator command", Unreachable),
    ("execute", "22012", "ERROR: division by zero: secret row", PartialRead),
    ("fetch", "28000", "anything", PartialRead),
    ("execute", CONFIG, "setting 'table': x", ConfigInvalid),
]


@pytest.mark.parametrize(("phase", "state", "text", "kind"), SAID, ids=[row[2][:40] for row in SAID])
def test_what_drivers_say_becomes_what_the_admin_can_do(phase, state, text, kind) -> None:
    assert type(classified(Fault(phase, state, text))) is kind


def test_a_missing_driver_lists_the_installed() -> None:
    error = classified(Fault("connect", "IM002", f"[IM002] {UNIX}Data source name not found (0)", ("A", "B"), ("crm",)))
    assert str(error) == (
        "setting 'connection': Data source name not found; drivers installed: A, B; data sources (DSN): crm"
    )


@given(st.sampled_from(["connect", "execute", "fetch"]), st.text(max_size=6), st.text(max_size=80))
def test_any_fault_is_typed_short_and_without_secrets(phase: str, state: str, text: str) -> None:
    error = classified(Fault(phase, state, f"{text}geheim{text}\nmore"), ("geheim", ""))
    assert isinstance(error, ConnectorError)
    assert "geheim" not in str(error)
    assert len(str(error)) < 400


@given(st.text(max_size=30))
def test_faults_after_the_first_row_show_no_word_of_the_driver(value: str) -> None:
    assert (
        str(classified(Fault("fetch", "22P02", value))) == "the database stopped before the last row (SQLSTATE 22P02)"
    )
