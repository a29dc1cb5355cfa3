"""The checks, in the order in which they are told."""

from dataclasses import dataclass
from types import ModuleType

from trialtrace.run.integrity import (
    allocation,
    balance,
    blocks,
    carried,
    correlations,
    digits,
    duplicates,
    records,
    sequence,
    sites,
    weekdays,
)
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

MODULES: tuple[ModuleType, ...] = (
    allocation,
    balance,
    duplicates,
    records,
    blocks,
    digits,
    weekdays,
    sites,
    correlations,
    carried,
    sequence,
)


@dataclass(frozen=True)
class Check:
    """What a check is called, and what it looks at."""

    name: str
    title: str


CHECKS = {module.NAME: Check(module.NAME, module.TITLE) for module in MODULES}


def look_at(export: Export) -> list[Look]:
    """Every look of every check."""
    return [look for module in MODULES for look in module.looks(export)]
