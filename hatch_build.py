"""Compiles the modules that have a `.pxd` beside them, next to their sources; without a compiler they stay Python.

What a compiled module does is what its Python source says: the `.pxd` only has types.
"""

import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("directory_server",)


class CompileHook(BuildHookInterface):  # type: ignore[misc]
    """Runs with every build of the distribution, that of an editable installation included."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Compile, and give the wheel the tag of this platform if that succeeded."""
        root = Path(self.root)
        for stale in (found for package in PACKAGES for found in (root / package).rglob(f"*{_SUFFIX}")):
            stale.unlink()
        try:
            _compile(root)
        except Exception as error:  # noqa: BLE001 - compilers and their errors are many; Python is the fall-back
            self.app.display_warning(f"not compiled, which is slower: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


_SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


def _compile(root: Path) -> None:
    """Compile every such module; all of them or none."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    sources = [found.with_suffix(".py") for package in PACKAGES for found in sorted((root / package).rglob("*.pxd"))]
    names = [".".join(source.relative_to(root).with_suffix("").parts) for source in sources]
    build = root / "build" / "compiled"
    extensions = cythonize(
        [Extension(name, [str(source)]) for name, source in zip(names, sources, strict=True)],
        build_dir=str(build),
        include_path=[str(root)],
        quiet=True,
    )
    command = build_ext(Distribution({"name": "contactory", "ext_modules": extensions}))
    command.build_lib, command.build_temp = str(build / "lib"), str(build / "temp")
    command.ensure_finalized()
    command.run()
    for name, source in zip(names, sources, strict=True):
        made = build / "lib" / f"{name.replace('.', '/')}{_SUFFIX}"
        shutil.copy(made, source.with_name(made.name))


if __name__ == "__main__":  # so that a developer sees what is wrong
    sys.exit(_compile(Path(__file__).parent))
