"""Harms: how many of each arm had any, and the tables of adverse events."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trialtrace.ground.contracts.rows import ResultRow
from trialtrace.methods.analysing.rows import ALL
from trialtrace.methods.displays.analyse_adverse_events import ANALYSIS as ADVERSE
from trialtrace.methods.displays.analyse_adverse_events import ANY
from trialtrace.report.links import analysis_place, component_link, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.adverse_table import adverse_tables
from trialtrace.report.sections.compact import of_arm
from trialtrace.report.tables import link, short_text
from trialtrace.trial.reported import in_order

if TYPE_CHECKING:
    from trialtrace.trial.plan.build import Analysis

PLACE = "sec-harms"
NONE = "No adverse events are told: no analysis and no display of the plan is of harms."


def harms_section(material: Material) -> str:
    """The section of the report: a line an analysis or endpoint of harms, then tables by term."""
    told = [line for one in _declared(material) for line in _lines(material, one, _here(one))]
    parts = [*told, *adverse_tables(material)] or [NONE]
    return "\n\n".join([f"## Harms {{#{PLACE}}}", *parts]) + "\n"


def harms_in_short(material: Material, places: Mapping[str, str]) -> list[str]:
    """The same for the summary: displays have a line each in place of a table, or only a link
    where analyses tell it; `places` has the page of each section."""
    declared = _declared(material)
    told = [
        line
        for one in declared
        for line in _lines(material, one, place_link(analysis_place(one.name), places))
    ]
    terms = place_link(PLACE, places)
    if not declared:
        told += _displays(material, terms)
    elif terms and material.trial.plan.displays.get(ADVERSE):
        told.append(f"[Adverse events by term]({terms}).")
    return told or [NONE]


def _declared(material: Material) -> list["Analysis"]:
    return [one for one in in_order(material.trial) if one.harms]


def _here(analysis: "Analysis") -> str:
    return f"#{analysis_place(analysis.name)}"


def _lines(material: Material, analysis: "Analysis", place: str) -> Iterator[str]:
    """ "Any adverse event: Drug 4 of 10, 40.0 % (…); Placebo …", a line an endpoint and visit."""
    found: dict[tuple[str, str | None], dict[str, list[ResultRow]]] = {}
    for row in material.printable(analysis.name):
        if row["group1_level"] and not row["stratum"] and not row["group2"]:
            label = ", ".join(material.parameter_words(row)) or analysis.label
            arms = found.setdefault((label, row["visit"]), {})
            arms.setdefault(row["group1_level"], []).append(row)
    for (label, visit), arms in found.items():
        shown = escape_markdown(", ".join(filter(None, [label, visit])))
        told = [
            f"{escape_markdown(material.arm_label(arm))} {of_arm(rows)}"
            for arm, rows in arms.items()
            if arm != ALL or len(arms) == 1
        ]
        yield f"{f'[{shown}]({place})' if place else shown}: {'; '.join(told)}."


def _displays(material: Material, terms: str) -> Iterator[str]:
    """The share of patients with any event, by arm, of each display of adverse events."""
    for given in material.trial.plan.displays.get(ADVERSE, ()):
        rows = [
            row
            for row in material.of(ADVERSE)
            if row["parameter"] == given["endpoint"] and row["group2_level"] in (None, ANY)
        ]
        shares = {r["group1_level"]: r for r in rows if r["stat_name"] == "any_event"}
        patients = {r["group1_level"]: r for r in rows if r["stat_name"] == "patients"}
        told = [
            f"{escape_markdown(material.arm_label(arm))} {_of(patients[arm])}, {link(share)}"
            for arm, share in shares.items()
            if arm in patients and (arm != ALL or len(shares) == 1)
        ]
        if told:
            title = escape_markdown(f"{given['title']}, patients with any:")
            by_term = f" [By term]({terms})." if terms else ""
            yield f"{title} {'; '.join(told)}.{by_term}"


def _of(row: ResultRow) -> str:
    n = f"[{row['denominator']}]({component_link(row['result_id'], 'denominator')})"
    return f"{link(row, short_text(row))} of {n}"
