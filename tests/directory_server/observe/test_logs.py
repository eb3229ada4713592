"""Log lines carry fixed sentences and named facts, never contact data."""

import json
import logging

from directory_server.observe.logs import JsonLines


def line(**values: object) -> dict[str, object]:
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "Source failed", None, values.pop("exc_info", None))
    record.__dict__.update(values)
    return json.loads(JsonLines().format(record))


def test_a_line_is_json_with_time_level_and_message() -> None:
    written = line(source="crm", count=3)
    assert written["level"] == "warning"
    assert written["message"] == "Source failed"
    assert written["source"] == "crm"
    assert written["count"] == 3
    assert str(written["time"]).endswith("+00:00")


def test_unnamed_facts_are_left_out() -> None:
    assert "number" not in line(number="+498912345")


def test_an_exception_is_named_without_its_message() -> None:
    try:
        raise ValueError("Jürgen Groß +498912345")
    except ValueError as error:
        written = line(exc_info=(type(error), error, error.__traceback__))
    assert written["error"] == "ValueError"
    assert str(written["where"]).startswith("test_logs.py:")
    assert "Groß" not in json.dumps(written, ensure_ascii=False)
