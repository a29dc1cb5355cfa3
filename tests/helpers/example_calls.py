"""A working call of each public function: the smallest that an example of a docstring makes.

Functions are put behind recorders while the examples run: what a function is called with there is
what a caller would give it.
"""

import doctest
import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType

import numpy as np

from trialtrace.base.paths import project

PACKAGE = "trialtrace.stats"
# What a shared result has only where there is such a thing, NaN else.
ABSENT = ("df", "df2", "standard_error")


@dataclass(frozen=True)
class Call:
    """A function by "family.module.function", arguments by their names, and where it gives NaN."""

    name: str
    arguments: dict[str, object]
    nan: frozenset[str]


def public() -> dict[str, Callable]:
    """The public functions that the pages of methods tell, by name."""
    sys.path.append(str(project().root / "docs"))
    from written.library import subjects

    found = {}
    for subject in subjects():
        module = importlib.import_module(f"{PACKAGE}.{subject.name}")
        found |= {
            f"{subject.name}.{one.name}": getattr(module, one.name) for one in subject.functions
        }
    return found


def calls(names: Iterable[str] | None = None) -> tuple[list[Call], list[str]]:
    """The smallest call of each public function, and the functions that nothing calls."""
    functions = public()
    wanted = set(functions if names is None else names)
    recorder = Recorder({name: each for name, each in functions.items() if name in wanted})
    recorder.install()
    try:
        _examples(functions, wanted)
    finally:
        recorder.remove()
    found = [recorder.smallest[name][1] for name in sorted(recorder.smallest)]
    return found, sorted(wanted - set(recorder.smallest))


class Recorder:
    """Remembers the smallest call of each function that came to an end, with the fewest NaN."""

    def __init__(self, functions: dict[str, Callable]):
        self.functions = functions
        self.smallest: dict[str, tuple[tuple[int, int], Call]] = {}
        self._places: list[tuple[object, str, Callable]] = []
        # The functions behind the recorders, by the recorders' ids.
        self._recorders: dict[int, Callable] = {}
        self._made: list[Callable] = []

    def install(self) -> None:
        """Put recorders in the place of the functions, wherever these are known by name.

        What a family has offered is a wrapper in its module, and bare where it was imported before.
        """
        named = {inspect.unwrap(each): name for name, each in self.functions.items()}
        recorded = {name: self._recorded(name, each) for name, each in self.functions.items()}
        # Kept, so that no other object comes to have the id of one.
        self._made = [*recorded.values()]
        self._recorders = {id(each): self.functions[name] for name, each in recorded.items()}
        for module in _modules():
            for own, value in list(vars(module).items()):
                name = named.get(inspect.unwrap(value)) if isinstance(value, FunctionType) else None
                if name is not None:
                    self._places.append((module, own, value))
                    setattr(module, own, recorded[name])

    def remove(self) -> None:
        """Put the functions back, also where a module was first imported in between."""
        for module, own, function in self._places:
            setattr(module, own, function)
        for module in _modules():
            for own, value in list(vars(module).items()):
                if id(value) in self._recorders:
                    setattr(module, own, self._recorders[id(value)])

    def _recorded(self, name: str, function: Callable) -> Callable:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def recorded(*args, **kwargs):
            result = function(*args, **kwargs)
            arguments = dict(signature.bind(*args, **kwargs).arguments)
            nan = nan_places(result)
            rank = (len(nan), sum(_size(each) for each in arguments.values()))
            if name not in self.smallest or rank < self.smallest[name][0]:
                self.smallest[name] = (rank, Call(name, arguments, frozenset(nan)))
            return result

        return recorded


def _modules() -> list[object]:
    return [each for name, each in [*sys.modules.items()] if name.startswith("trialtrace.")]


def nan_places(value: object, at: str = "", depth: int = 6) -> set[str]:
    """The parts of a result that are or hold NaN: names of fields, "[]" for what is in a list."""
    if depth == 0 or value is None or isinstance(value, str | bool | int):
        return set()
    if isinstance(value, float | complex | np.number):
        return {at} if np.isnan(value) else set()
    if isinstance(value, np.ndarray):
        return {at} if value.dtype.kind in "fc" and np.isnan(value).any() else set()
    if isinstance(value, dict | list | tuple):
        inside = value.values() if isinstance(value, dict) else value
        return set().union(*(nan_places(each, f"{at}[]", depth - 1) for each in inside))
    shared = ABSENT if type(value).__module__ == f"{PACKAGE}.results" else ()
    fields = [name for name in getattr(value, "__dataclass_fields__", ()) if name not in shared]
    return set().union(
        *(nan_places(getattr(value, name), f"{at}.{name}", depth - 1) for name in fields)
    )


def _size(value: object) -> int:
    """Numbers in an argument; a few more where it is nearly nothing, which tells little."""
    size = _count(value)
    return size if size not in (0, 2) else 50


def _count(value: object) -> int:
    """Numbers in an array, or in lists, which may be of unequal length."""
    if isinstance(value, list | tuple):
        return sum(map(_count, value))
    return value.size if isinstance(value, np.ndarray) else 1


def _examples(functions: dict[str, Callable], wanted: set[str]) -> None:
    finder = doctest.DocTestFinder(recurse=False)
    runner = doctest.DocTestRunner(verbose=False)
    for name in sorted(wanted):
        function = functions[name]
        module = sys.modules[function.__module__]
        for test in finder.find(function, name, module=module, globs=dict(vars(module))):
            runner.run(test, out=lambda _: None)
