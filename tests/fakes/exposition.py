"""Prometheus' text format 0.0.4 read by its specification, character by character: metrics with their samples."""

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass
class Read:
    """A metric as it was read: values by their labels in order of name."""

    help: str
    type: str = ""
    values: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict)


def read(text: str) -> dict[str, Read]:
    """Return the metrics by name; AssertionError or ValueError where the text is not as the format has it."""
    assert not text or text.endswith("\n")
    found: dict[str, Read] = {}
    last = ""
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            last, told = line.removeprefix("# HELP ").split(" ", 1)
            assert last not in found, "a metric comes twice"
            found[last] = Read(_unescaped(told, quoted=False))
        elif line.startswith("# TYPE "):
            name, kind = line.removeprefix("# TYPE ").split(" ")
            assert name == last
            assert kind in {"counter", "gauge"}
            assert not found[name].values
            assert (kind == "counter") is name.endswith("_total")
            found[name].type = kind
        else:
            name, labels, value = _sample(line)
            assert name == last, "samples of a metric stand together"
            assert labels not in found[name].values, "a sample comes twice"
            found[name].values[labels] = value
    return found


def _sample(line: str) -> tuple[str, tuple[tuple[str, str], ...], float]:
    matched = _NAME.match(line)
    assert matched
    at, labels = matched.end(), []
    if line[at] == "{":
        at += 1
        while line[at] != "}":
            label = _LABEL.match(line, at)
            assert label
            start = label.end() + 2
            assert line[label.end() : start] == '="'
            at = start
            while line[at] != '"':
                at += 2 if line[at] == "\\" else 1
            labels.append((label[0], _unescaped(line[start:at], quoted=True)))
            at += 1
            if line[at] == ",":
                at += 1
        at += 1
    assert line[at] == " "
    return matched[0], tuple(sorted(labels)), float(line[at + 1 :])


def _unescaped(text: str, *, quoted: bool) -> str:
    known = {"\\\\": "\\", "\\n": "\n"} | ({'\\"': '"'} if quoted else {})
    return re.sub(r"\\.", lambda found: known[found[0]], text)
