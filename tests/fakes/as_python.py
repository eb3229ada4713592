"""Modules that are compiled, run from their Python sources."""

import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
COMPILED = {
    ".".join(found.relative_to(ROOT).with_suffix("").parts): found.with_suffix(".py")
    for found in sorted((ROOT / "directory_server").rglob("*.pxd"))
}
"""The sources of the modules that are compiled, by name."""


def load(name: str) -> ModuleType:
    """Return a module made from its source, beside the one that is imported by this name."""
    spec = importlib.util.spec_from_loader(name, SourceFileLoader(name, str(COMPILED[name])))
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


class _Finder:
    """Finds the sources in front of what was compiled from them."""

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: Any = None) -> ModuleSpec | None:
        source = COMPILED.get(name)
        return importlib.util.spec_from_file_location(name, source) if source else None


def install() -> None:
    """Import all of them as Python from now on."""
    assert not COMPILED.keys() & sys.modules.keys(), "too late: they have been imported"
    sys.meta_path.insert(0, _Finder())  # type: ignore[arg-type] # an old-fashioned finder has no such method
