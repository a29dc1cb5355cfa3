"""What of a trial can be told without its arms: of an open report to a monitoring committee."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialtrace.run.trial.study.file import Design, Population, TableSpec


def pooled_design(design: Design) -> Design:
    """The design without arms: every patient counts once.

    It is that of trials in which a patient has every treatment, whose results are of all patients.
    """
    return replace(design, kind="within_subject", arms={})


def pooled_tables(tables: dict[str, TableSpec]) -> dict[str, TableSpec]:
    """The tables without their arms, so that no derived row holds one."""
    return {name: replace(table, arm=None, arm_of=None) for name, table in tables.items()}


def pooled_populations(
    populations: dict[str, Population], *, endpoints: bool
) -> dict[str, Population]:
    """The populations that can be told without arms; by `endpoints` where these are derived."""
    return {
        name: population
        for name, population in populations.items()
        if not (population.by_arm or (population.endpoints and not endpoints))
    }


def pooled_plan(data: dict[str, object]) -> dict[str, object]:
    """A plan of the baseline table and the flow alone, over all patients: designs are of arms."""
    displays = data.get("displays", {})
    entry: dict[str, object] = {"flow": {"analysed": []}}
    if isinstance(displays, dict) and isinstance(baseline := displays.get("baseline"), dict):
        entry["baseline"] = baseline | {"overall": True}
    without: dict[str, object] = {
        "estimands": {},
        "analyses": {},
        "multiplicity": {},
        "planning": {},
    }
    return {**data, **without, "displays": entry}
