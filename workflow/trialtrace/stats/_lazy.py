"""What a package offers is imported when it is first asked for (PEP 562).

`import trialtrace.stats` costs next to nothing, and yet `trialtrace.stats.survival.log_rank` is
there, in `dir()`, and known to type checkers: they read the imports of the package that are for
them alone, and so does `attach`, which makes them come true. Modules of this project import from
the module that holds a function, never from a family: what a job depends on is read from imports.
"""

import ast
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

_OWN = {"TYPE_CHECKING", "attach"}


def attach(package: str) -> None:
    """Let a package offer what it imports under `if TYPE_CHECKING`."""
    sys.modules[package].__class__ = Family


class Family(ModuleType):
    """A package that imports what it offers at the first use."""

    def __getattr__(self, name: str) -> object:
        source = offered(self.__file__ or "").get(name)
        if source is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if source == self.__name__:
            return import_module(f"{source}.{name}")
        found: object = getattr(import_module(source), name)
        setattr(self, name, found)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        # The import of a module binds it in its package. One that bears its function's name, such
        # as `cox`, must not stand in the function's place.
        if isinstance(value, ModuleType) and offered(self.__file__ or "").get(name) == (
            f"{self.__name__}.{name}"
        ):
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        plain = {name for name in super().__dir__() if name not in _OWN and name[:1] != "_"}
        return sorted(plain | set(offered(self.__file__ or "")))


@cache
def offered(file: str) -> dict[str, str]:
    """Each name that a package's source imports for type checkers -> the module that holds it."""
    found: dict[str, str] = {}
    for block in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            for node in block.body:
                if isinstance(node, ast.ImportFrom) and node.module:
                    found |= {alias.name: node.module for alias in node.names}
    return found
