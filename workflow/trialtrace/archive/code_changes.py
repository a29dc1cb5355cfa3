"""What changed in the code that a run's stages can use: the functions whose content is another."""

from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.archive.functions import KnownFunctions
from trialtrace.archive.shelf import Code


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
    """Functions that are not the same, by file. A file that only one run used has all its own."""
    for file in sorted(
        {place for code in (old, new) for files in code.values() for place in files}
    ):
        before, after = (_digest(code, file) for code in (old, new))
        if before == after:
            continue
        stages = tuple(rule for rule in new if file in new[rule] or file in old.get(rule, {}))
        first, second = (known.of(one) for one in (before, after))
        for name in [*second, *(name for name in first if name not in second)]:
            if first.get(name) != second.get(name):
                how = "new" if name not in first else "gone" if name not in second else "changed"
                yield FunctionChange(file, name, how, stages)


def _digest(code: Code, file: str) -> str | None:
    return next((files[file] for files in code.values() if file in files), None)
