"""Functions of loaded packages that come from elsewhere, looked for in a process of its own.

A file that Python runs as it begins (`sitecustomize.py`, `*.pth`) can put another function in the
place of a package's, and no file of the package changes.
"""

import importlib
import json
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, MethodType, ModuleType

from trialtrace.report.installation.packages import folders

# What statistics and tables are made with.
LOADED = (
    *("numpy", "numpy.linalg", "scipy.stats", "scipy.special", "scipy.optimize", "scipy.linalg"),
    *("scipy.integrate", "pandas", "pyarrow.parquet", "statsmodels.api", "threadpoolctl", "yaml"),
    "trialtrace.stats",
)


def main() -> None:
    """Print how many functions were looked at, and each that comes from elsewhere, with place."""
    strange = set(json.loads(sys.argv[1]))
    modules = [module for name in LOADED if (module := _loaded(name))]
    roots = {module.__name__.partition(".")[0] for module in modules}
    homes = [Path(sysconfig.get_paths()[kind]).resolve() for kind in ("stdlib", "platstdlib")]
    homes += [folder.resolve() for folder in folders()] + [Path(__file__).resolve().parents[3]]
    found: set[str] = set()
    seen = 0
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in roots or not isinstance(module, ModuleType):
            continue
        for path, function in _functions(name, module):
            seen += 1
            file = Path(function.__code__.co_filename)
            if not file.name.startswith("<") and _elsewhere(file, homes, strange):
                place = f"{file}, line {function.__code__.co_firstlineno}"
                found.add(f"{path} is of {place}")
    print(json.dumps({"functions": seen, "strange": sorted(found)}))


def _loaded(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def _functions(path: str, module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Those of a module, and of the classes and objects in it."""
    for name, value in list(vars(module).items()):
        for place, found in ((f"{path}.{name}", value), *_members(f"{path}.{name}", value)):
            found = found.__func__ if isinstance(found, MethodType) else found
            if isinstance(found, FunctionType):
                yield place, found


def _members(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, ModuleType | FunctionType):
        return
    held = getattr(value, "__dict__", None)
    for name, member in list(held.items()) if held else ():
        yield f"{path}.{name}", member


def _elsewhere(file: Path, homes: list[Path], strange: set[str]) -> bool:
    """Not of the standard library, nor of a package: a file between them is of none."""
    for home in homes:
        if file.is_relative_to(home):
            return str(file.relative_to(home)) in strange
    return True


if __name__ == "__main__":
    main()
