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
    constants,
    correlations,
    digits,
    duplicates,
    far,
    intervals,
    labels,
    ordered,
    possible,
    records,
    sequence,
    sites,
    totals,
    weekdays,
)
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

# Checks that need an arm or the plan, or find habits of people and of measures: for the section on
# the data alone.
IN_SECTION: tuple[ModuleType, ...] = (allocation, balance, digits, weekdays, correlations)
# Checks of rows alone: what is unusual is told on page 1 too.
OF_ROWS: tuple[ModuleType, ...] = (
    intervals,
    labels,
    sequence,
    agreement,
    ordered,
    totals,
    far,
    possible,
    constants,
    breaks,
    sites,
    carried,
    duplicates,
    records,
    blocks,
)
MODULES = (*IN_SECTION, *OF_ROWS)


@dataclass(frozen=True)
class Check:
    """What a check is called, and what it looks at."""

    name: str
    title: str


CHECKS = {module.NAME: Check(module.NAME, module.TITLE) for module in MODULES}


def look_at(export: Export, modules: Iterable[ModuleType] = MODULES) -> list[Look]:
    """Every look of the checks."""
    return [look for module in modules for look in module.looks(export)]
