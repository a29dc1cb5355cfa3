"""What changed in the code that a run's stages can use: the functions whose content is another.

A file whose functions stand in another file as they were has moved: that is told, and changes none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialtrace.run.archive.functions import FILE, MODULE, KnownFunctions
from trialtrace.run.archive.shelf import Code


@dataclass(frozen=True)
class FunctionChange:
    """A function of a file: changed, new or gone; and the stages whose code it is."""

    file: str
    function: str
    how: str
    stages: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.file}: {self.function}"


def code_changes(known: KnownFunctions, old: Code, new: Code) -> Iterator[FunctionChange]:
    """Functions that are not the same, by file. A file that only one run used has all its own.

    Functions of a file that moved are held against those of the file that it was.
    """
    earlier = {file: place for place, file in moves(known, old, new).items()}
    for file in sorted(_files(old).keys() | _files(new).keys()):
        if file in earlier.values():
            continue
        before, after = _digest(old, earlier.get(file, file)), _digest(new, file)
        if before == after:
            continue
        stages = tuple(rule for rule in new if file in new[rule] or file in old.get(rule, {}))
        first, second = (known.of(one) for one in (before, after))
        for name in [*second, *(name for name in first if name not in second)]:
            if first.get(name) != second.get(name):
                how = "new" if name not in first else "gone" if name not in second else "changed"
                yield FunctionChange(file, name, how, stages)


def moves(known: KnownFunctions, old: Code, new: Code) -> dict[str, str]:
    """File of the earlier run -> file of the later, where it has moved.

    Neither run has both; most functions of the earlier file are in the later one as they were, and
    in no other file so many.
    """
    before, after = _files(old), _files(new)
    gone = {file: _functions(known, before[file]) for file in sorted(before.keys() - after.keys())}
    there: dict[tuple[str, str], list[str]] = {}
    for file in sorted(after.keys() - before.keys()):
        for function in _functions(known, after[file]):
            there.setdefault(function, []).append(file)
    found: dict[str, str] = {}
    for file, functions in gone.items():
        places = [place for function in functions for place in there.get(function, ())]
        best = max(dict.fromkeys(places), key=places.count, default=None)
        if best and best not in found.values() and 2 * places.count(best) > len(functions):
            found[file] = best
    return found


def _functions(known: KnownFunctions, digest: str) -> set[tuple[str, str]]:
    """Functions with their hashes; not the module level, which changes with what it imports."""
    return {each for each in known.of(digest).items() if each[0] not in (MODULE, FILE)}


def _files(code: Code) -> Mapping[str, str]:
    return {file: digest for files in code.values() for file, digest in files.items()}


def _digest(code: Code, file: str) -> str | None:
    return next((files[file] for files in code.values() if file in files), None)
