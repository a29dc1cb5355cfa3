"""The cases by number: kind, good export and draws follow from the seed and the number alone.

Of ten cases seven are detectable, three stay legal; within a class the kinds take turns.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spoiled import cells, checks, columns, counts, files, keys, quiet, settings
from spoiled.export import Export, NotHereError, Rng
from spoiled.good import DIALECTS, TRIALS

Spoiling = Callable[[Export, Rng], str]

SEED = 1
DETECTABLE: dict[str, Spoiling] = {
    **keys.KINDS,
    **cells.KINDS,
    **columns.KINDS,
    **checks.KINDS,
    **counts.KINDS,
    **files.KINDS,
    **settings.KINDS,
}
LEGAL: dict[str, Spoiling] = quiet.KINDS
# Draws until a trial, a table and a column are found that have a place for the kind.
ATTEMPTS = 400


@dataclass(frozen=True)
class Case:
    """A spoiled export: what was good, what was done to it."""

    number: int
    detectable: bool
    kind: str
    trial: str
    dialect: str
    what: str
    export: Export


def kind_of(number: int) -> tuple[bool, str]:
    """Class and kind of a case."""
    tens, one = divmod(number, 10)
    detectable = one < 7
    kinds = list(DETECTABLE if detectable else LEGAL)
    turn = tens * 7 + one if detectable else tens * 3 + one - 7
    return detectable, kinds[turn % len(kinds)]


def make_case(number: int, good: Callable[[str, str], Export], seed: int = SEED) -> Case:
    """The case of this number; `good` gives a trial's good export in a dialect."""
    detectable, kind = kind_of(number)
    rng = random.Random(f"{seed}/{number}")
    spoil = (DETECTABLE if detectable else LEGAL)[kind]
    for trial, dialect in _bases(rng):
        export = good(trial, dialect).copy()
        try:
            what = spoil(export, rng)
        except NotHereError:
            continue
        return Case(number, detectable, kind, trial, dialect, what, export)
    raise ValueError(f"case {number}: no good export has a place for {kind!r}")


def _bases(rng: Rng) -> Iterator[tuple[str, str]]:
    for _ in range(ATTEMPTS):
        trial = rng.choices(list(TRIALS), weights=list(TRIALS.values()))[0]
        yield trial, rng.choices(list(DIALECTS), weights=list(DIALECTS.values()))[0]
