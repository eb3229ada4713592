"""A pick: one place of a source record that a value may come from, and the checks of its written form."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from unicodedata import normalize

from connectors.errors import ConfigInvalid

OPTIONS = frozenset({"field", "template", "constant", "when", "unless", "split", "prefix", "label"})
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_STRAY = " \t\n,;:/|-"


@dataclass(frozen=True, slots=True)
class Pick:
    """One place a value may come from; field names are folded, `named` keeps them as written."""

    named: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    template: tuple[tuple[str, str | None], ...] = ()
    constant: str = ""
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    split: str = ""
    prefix: str = ""
    label: str = ""

    def useful(self, reachable: Collection[str], present: Collection[str]) -> bool:
        """Whether it can give a value for a record that has just the (folded) fields `present`.

        A template can besides reach names that are no field of the record: all of them are `reachable`.
        """
        has = present.__contains__
        if any(map(has, self.unless)) or (self.when and not any(map(has, self.when))):
            return False
        if self.template:
            return any(name in reachable for _, name in self.template if name)
        return bool(self.constant) or any(map(has, self.fields))

    def parted(self, value: str) -> Iterator[str]:
        """Yield the values inside one field's text, as `split` and `prefix` say; never an empty one."""
        parts = [value]
        if self.split:
            parts = value.translate(dict.fromkeys(map(ord, self.split), "\n")).split("\n")
        for part in map(str.strip, parts):
            if part.casefold().startswith(self.prefix) and (text := part[len(self.prefix) :].strip()):
                yield text

    def rendered(self, values: list[str]) -> str:
        """Return the template filled with one value per part; gaps of empty ones are closed, "" when all are empty."""
        if not any(values):
            return ""
        text = "".join(literal + value for (literal, _), value in zip(self.template, values, strict=True))
        if all(value for (_, name), value in zip(self.template, values, strict=True) if name):
            return text.strip()
        return tidy(text)


def tidy(text: str) -> str:
    """Return the text of a template without the punctuation and spaces that empty values left behind."""
    return " ".join(text.replace("()", "").replace("[]", "").split()).strip(_STRAY)


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """Return a field name as it is compared: "E-Mail (geschäftlich)" -> "emailgeschaeftlich"."""
    text = normalize("NFKC", name).casefold().translate(_SPELLED_OUT)
    return "".join(char for char in text if char.isalnum()) or text


def picks(target: str, value: object) -> tuple[Pick, ...]:
    """Return the checked picks of a mapping entry; raises ConfigInvalid naming `target`."""
    entries = value if isinstance(value, list | tuple) else [value]
    return tuple(_pick(target, entry) for entry in entries if entry != "")


def _pick(target: str, entry: object) -> Pick:
    if isinstance(entry, str):
        entry = {"template" if "{" in entry else "field": entry}
    if not isinstance(entry, Mapping) or not entry.keys() <= OPTIONS:
        raise ConfigInvalid(f"mapping key '{target}' must be a field name, a list of them, or a table of {_options()}")
    if len(entry.keys() & {"field", "template", "constant"}) != 1:
        raise ConfigInvalid(f"mapping key '{target}' needs exactly one of field, template, constant")
    names = {option: _names(target, entry.get(option, ())) for option in ("field", "when", "unless")}
    texts = {option: entry.get(option, "") for option in ("template", "constant", "split", "prefix", "label")}
    if wrong := [option for option, text in texts.items() if not isinstance(text, str)]:
        raise ConfigInvalid(f"mapping key '{target}': {wrong[0]} must be text")
    try:
        template = tuple((literal, name) for literal, name, _, _ in Formatter().parse(str(texts["template"])))
    except ValueError as error:
        raise ConfigInvalid(f"mapping key '{target}' has unpaired braces in its template") from error
    in_template = tuple(name for _, name in template if name)
    return Pick(
        named=(*names["field"], *in_template, *names["when"], *names["unless"]),
        fields=tuple(map(fold, names["field"])),
        template=tuple((literal, name and fold(name)) for literal, name in template),
        constant=str(texts["constant"]),
        when=tuple(map(fold, names["when"])),
        unless=tuple(map(fold, names["unless"])),
        split=str(texts["split"]),
        prefix=str(texts["prefix"]).casefold(),
        label=str(texts["label"]),
    )


def _options() -> str:
    return ", ".join(sorted(OPTIONS))


def _names(target: str, value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) and name for name in names):
        raise ConfigInvalid(f"mapping key '{target}' must name source fields by text")
    return tuple(names)
