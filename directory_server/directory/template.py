"""Templates: how an attribute's text is put together, such as `{name} ({company})`. Pure.

A placeholder without a value goes together with the brackets around it and the text before it; so does one whose value
the text has already begun with: a company's own entry is `Acme GmbH`, not `Acme GmbH (Acme GmbH)`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST: Final = 200
"""Characters of the longest template."""

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_INSIDE: Final = (r"\([^()]*{}[^()]*\)", r"\[[^\[\]]*{}[^\[\]]*\]", r"<[^<>]*{}[^<>]*>", "{}")
_GROUP: Final = re.compile("|".join(_INSIDE).replace("{}", _PLACE.pattern))


class TemplateError(ValueError):
    """A text that is no template; the message says why."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Placeholders that stand together between `opening` and `closing`, each with the text before it."""

    opening: str
    places: tuple[tuple[str, str], ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: `groups` with the text before each, and what follows the last."""

    groups: tuple[tuple[str, _Group], ...]
    tail: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that stand in braces."""
        return frozenset(name for _before, group in self.groups for _between, name in group.places)

    def fill(self, value: Callable[[str], str]) -> str:
        """Return the text with each placeholder's value; "" if none has one."""
        said: list[str] = []
        text, last = "", False
        for before, group in self.groups:
            inner = _joined(_filled(group, value, said))
            last = bool(inner)
            if last:
                between = before if text or group is self.groups[0][1] else ""
                text += f"{between}{group.opening}{inner}{group.closing}"
        return " ".join((text + self.tail if last else text).split())


def _filled(group: _Group, value: Callable[[str], str], said: list[str]) -> Iterator[tuple[str, str]]:
    for between, name in group.places:
        held = value(name)
        if held and not any(f"{one} ".casefold().startswith(f"{held} ".casefold()) for one in said):
            said.append(held)
            yield between, held


def _joined(parts: Iterator[tuple[str, str]]) -> str:
    text = ""
    for between, held in parts:
        text += (between if text else "") + held
    return text


@lru_cache(maxsize=1024)
def parse(text: str) -> Template:
    """Return the template; raises TemplateError for one without placeholder, with a stray brace, or overlong."""
    if len(text) > LONGEST:
        raise TemplateError(f"a template has at most {LONGEST} characters")
    if not text.isprintable():
        raise TemplateError("a template has no line breaks or control characters")
    if "{" in (rest := _PLACE.sub("", text)) or "}" in rest:
        raise TemplateError("a brace without its other half")
    groups: list[tuple[str, _Group]] = []
    at = 0
    for found in _GROUP.finditer(text):
        groups.append((text[at : found.start()], _group(found[0])))
        at = found.end()
    if not groups:
        raise TemplateError("a template needs a placeholder, such as {name}")
    return Template(tuple(groups), text[at:])


def _group(text: str) -> _Group:
    names = list(_PLACE.finditer(text))
    first, last = names[0], names[-1]
    ends = [0, *(found.end() for found in names)]
    between = ["", *(text[end : found.start()] for end, found in zip(ends[1:], names[1:], strict=False))]
    return _Group(
        text[: first.start()],
        tuple((gap, found[1].strip()) for gap, found in zip(between, names, strict=True)),
        text[last.end() :],
    )
