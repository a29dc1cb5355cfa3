"""The items of the IPD Integrity Tool, and the checks that decide them, by items.yaml."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from trialtrace.run.integrity import (
    agreement,
    allocation,
    baseline,
    carried,
    dates,
    digits,
    identifiers,
    misplaced,
    ordered,
    outcomes,
    repeats,
    sites,
    values,
)
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.look import Look

Looks = Callable[[Export], Iterator[Look]]


@dataclass(frozen=True)
class Item:
    """An item: its domain, what it asks, and what it needs declared where that is more than arms
    and columns."""

    number: str
    domain: str
    question: str
    needs: str = ""


@dataclass(frozen=True)
class Check:
    """A check: its name and item, what it does, what to ask about a flag."""

    name: str
    item: str
    title: str
    ask: str
    looks: Looks


_LOOKS: dict[str, Looks] = {
    "blocks": repeats.blocks,
    "filled": repeats.filled,
    "carried": carried.looks,
    "patients": repeats.patients,
    "rare": repeats.with_rare_event,
    "digits": digits.looks,
    "runs": baseline.runs,
    "means": baseline.means,
    "shares": baseline.shares,
    "variances": baseline.spreads,
    "correlations": baseline.correlations,
    "enrolment": dates.enrolment,
    "order": dates.order,
    "steps": dates.steps,
    "by_day": allocation.by_site,
    "allocation": allocation.order,
    "weekdays": allocation.weekdays,
    "agreement": agreement.looks,
    "far": values.far,
    "codes": values.codes,
    "missing": outcomes.missing,
    "constants": values.constants,
    "events": outcomes.events,
    "ordered": ordered.looks,
    "misplaced": misplaced.looks,
    "levels": sites.levels,
    "spreads": sites.spreads,
    "codings": sites.codings,
    "identifiers": identifiers.looks,
    "visits": sites.visits,
}
_TABLE = yaml.safe_load(Path(__file__).with_name("items.yaml").read_text(encoding="utf-8"))
ITEMS = tuple(
    Item(number, item["domain"], item["question"], item.get("needs", ""))
    for number, item in _TABLE.items()
)
CHECKS = {
    name: Check(name, number, title, ask, _LOOKS[name])
    for number, item in _TABLE.items()
    for name, (title, ask) in item.get("checks", {}).items()
}
AT_ENTRY = tuple(check for check in CHECKS.values() if check.item.startswith("2."))
"""Checks of what the plan shows at entry, which the stage that derives endpoints does not know."""
OF_ROWS = tuple(check for check in CHECKS.values() if check not in AT_ENTRY)


def look_at(export: Export, checks: Iterable[Check] | None = None) -> list[Look]:
    """Every look of the checks, of all without any."""
    return [
        replace(look, check=check.name)
        for check in (CHECKS.values() if checks is None else checks)
        for look in check.looks(export)
    ]
