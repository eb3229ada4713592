"""Contacts from a CSV or TXT file."""

from collections.abc import Generator, Mapping
from functools import partial
from hashlib import blake2b
from itertools import islice
from typing import ClassVar

from connectors.connector import CheckResult, Container, Field
from connectors.contact import Contact
from connectors.csv_file import reader
from connectors.csv_file.damage import NumberDamage
from connectors.csv_file.reader import Table
from connectors.csv_file.record import Columns, RowRecord
from connectors.csv_file.rows import Block, each_row
from connectors.csv_file.settings import CsvSettings
from connectors.errors import SourceGone
from connectors.events import BadRecord, BulkPass, Checkpoint, Event, Snapshot, State, Upsert, Upserts
from connectors.mapping import apply, load
from connectors.pick import fold

_SAMPLES = 5
_EXAMPLE_ROWS = 100
_LOOKED_AT = 10_000  # rows whose numbers the check looks at
_STATE_VERSION = 1
_READING = 1  # of how rows become records: another number means that every row counts as new


class CsvConnector:
    """Reads the whole file in every pass; a file that may be half-written is PartialRead, never fewer rows.

    A row of a wrong width or with stray quotes may hide others, so its pass ends with `Snapshot(complete=False)`.
    """

    type_name: ClassVar[str] = "csv"
    settings_type: ClassVar[type[CsvSettings]] = CsvSettings

    def __init__(self, settings: CsvSettings, mapping_overrides: Mapping[str, object] | None = None) -> None:
        self.settings = settings
        self.mapping = load(__package__, mapping_overrides)

    def check(self) -> CheckResult:
        """Read the file to its end, and the numbers of its first 10,000 rows; see `Connector.check`."""
        samples: list[Contact] = []
        damage = NumberDamage()
        count, bad = 0, 0
        with reader.opened(self.settings) as table:
            for event in BulkPass(_pieces(table)):
                if isinstance(event, Upsert):
                    if count < _LOOKED_AT:
                        contact = apply(self.mapping, dict(event.record.items()))
                        damage.look(contact)
                        samples += [contact] if count < _SAMPLES else []
                    count += 1
                elif isinstance(event, BadRecord):
                    bad += 1
        warnings = [*damage.warnings(), *self._unused(table)]
        if bad:
            warnings.append(f"{bad} rows cannot be used; a sync run lists them by line")
        if not count:
            warnings.append("the file has a header but no rows")
        return CheckResult(str(self.settings.path), count, tuple(samples), tuple(warnings))

    def discover(self) -> list[Container]:
        """Return the file's columns with examples from its first rows."""
        examples: dict[str, str] = {}
        with reader.opened(self.settings) as table:
            for row in islice(each_row(table.rows), _EXAMPLE_ROWS):
                for name, cell in zip(table.columns, row.cells, strict=False):
                    if cell:
                        examples.setdefault(name, cell)
        fields = tuple(Field(name, examples.get(name, "")) for name in table.columns if name)
        return [Container(self.settings.path.name, fields)]

    def read(self, state: State | None) -> BulkPass:
        """Yield every row; see `Connector.read`.

        With `delete_after_import` a file whose content the engine has stored (its state came back) is removed, and a
        missing file means that nothing is new.
        """
        return BulkPass(self._read(state))

    def _read(self, state: State | None) -> Generator[Event | Upserts, None, None]:
        done: State = {"version": _STATE_VERSION}
        if self.settings.delete_after_import:
            digest = self._waiting(state)
            if not digest:
                yield Checkpoint(state or done)
                return
            done["fingerprint"] = digest
        with reader.opened(self.settings) as table:
            complete = yield from _pieces(table)
        if "fingerprint" in done and not (complete and reader.fingerprint(self.settings.path) == done["fingerprint"]):
            del done["fingerprint"]  # rows are damaged, or the file was replaced meanwhile: it must stay
        yield Snapshot(complete=complete)
        yield Checkpoint(done)

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _waiting(self, state: State | None) -> str:
        """Return the digest of a file still to be imported, "" if there is none; removes one that has been."""
        path = self.settings.path
        try:
            reader.look(path)
        except SourceGone:
            if not path.parent.is_dir():
                raise
            return ""
        digest = reader.fingerprint(path)
        if state is None or state.get("fingerprint") != digest:
            return digest
        with reader.faults(path):
            path.unlink()
        return ""

    def _unused(self, table: Table) -> list[str]:
        known = {fold(name) for name in self.mapping.source_fields()} | {fold(table.columns[table.key])}
        unused = [name for name in table.columns if name and fold(name) not in known]
        return [f"columns not used: {', '.join(unused)}"] if unused else []


def _pieces(table: Table) -> Generator[Event | Upserts, None, bool]:
    """Yield the Upsert and BadRecord of each row; return whether every row could be told apart."""
    seen: set[str] = set()
    complete = True
    columns = Columns(table.columns)
    form = repr((_READING, table.separator, table.key, table.columns)).encode(errors="backslashreplace")
    form_digest = blake2b(form, digest_size=16)
    new = tuple.__new__
    for found in table.rows:
        if isinstance(found, Block):
            keys = found.cells(table.key)
            if all(keys) and _add(seen, keys):
                yield Upserts(keys, _versions(form_digest, found.texts), partial(_record, columns, found))
                continue
        for row in found.rows() if isinstance(found, Block) else (found,):
            key = row.cell(table.key)
            if row.fault:
                complete = False
                yield BadRecord(None, f"line {row.line}: {row.fault}")
            elif not key:
                yield BadRecord(None, f"line {row.line}: the key column is empty")
            elif key in seen:
                yield BadRecord(key, f"line {row.line}: an earlier line has the same key")
            else:
                seen.add(key)
                digest = form_digest.copy()
                try:
                    digest.update(row.text.encode())
                except UnicodeEncodeError:  # half a character, which the engine refuses
                    yield Upsert(key, RowRecord(columns, row))
                else:
                    yield new(Upsert, (key, RowRecord(columns, row), digest.digest()))  # twice as fast as Upsert(…)
    return complete


def _add(seen: set[str], keys: list[str]) -> bool:
    """Add keys that are all new and different, or else none of them; return whether it could be done."""
    if not seen.isdisjoint(keys):
        return False
    before = len(seen)
    seen.update(keys)
    if len(seen) - before < len(keys):
        seen.difference_update(keys)
        return False
    return True


def _versions(form: blake2b, texts: list[bytes]) -> list[bytes]:
    made = []
    for text in texts:
        digest = form.copy()  # faster than a new one
        digest.update(text)
        made.append(digest.digest())
    return made


def _record(columns: Columns, block: Block, at: int) -> dict[str, tuple[str, ...]]:
    return columns.record(block.row(at))
