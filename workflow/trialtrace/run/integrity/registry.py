"""The checks, in the order in which they are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from trialtrace.run.integrity import (
    agreement,
    allocation,
    balance,
    blocks,
    breaks,
    carried,
    codes,
    codings,
    constants,
    contacts,
    correlations,
    cuts,
    digits,
    duplicates,
    exchanged,
    factors,
    far,
    intervals,
    labels,
    meanings,
    numbering,
    ordered,
    possible,
    records,
    rest_days,
    sequence,
    shifted,
    sites,
    totals,
    weekdays,
)
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

# Checks that compare arms, or find habits of people and of measures: for the section on the data
# alone.
IN_SECTION: tuple[ModuleType, ...] = (balance, digits, weekdays, correlations)
# Checks of rows, and of the allocation: what is unusual is told on page 1 too.
OF_ROWS: tuple[ModuleType, ...] = (
    allocation,
    intervals,
    contacts,
    labels,
    meanings,
    sequence,
    rest_days,
    cuts,
    numbering,
    agreement,
    ordered,
    shifted,
    totals,
    far,
    codes,
    possible,
    constants,
    breaks,
    codings,
    factors,
    exchanged,
    sites,
    carried,
    duplicates,
    records,
    blocks,
)
MODULES = (*IN_SECTION, *OF_ROWS)
# What shares of page 1 checks take, those without a weight 1: more where a slip in few rows is just
# beyond chance, less where one that is there is far beyond it.
WEIGHTS = {
    **dict.fromkeys([one.NAME for one in (allocation, contacts, sequence, cuts, codings)], 2.0),
    **dict.fromkeys([one.NAME for one in (labels, ordered, totals, possible, constants)], 0.25),
    **dict.fromkeys([one.NAME for one in (agreement, exchanged, rest_days)], 0.25),
}


@dataclass(frozen=True)
class Check:
    """What a check is called, and what it looks at."""

    name: str
    title: str


CHECKS = {module.NAME: Check(module.NAME, module.TITLE) for module in MODULES}


def look_at(export: Export, modules: Iterable[ModuleType] = MODULES) -> list[Look]:
    """Every look of the checks."""
    return [look for module in modules for look in module.looks(export)]
