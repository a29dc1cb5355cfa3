"""Harms in a few lines, for the summary: deaths by arm, events by arm, the way to all of them."""

from collections.abc import Iterator, Mapping

from trialtrace.report.links import analysis_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.compact import count_of
from trialtrace.report.sections.deaths import deaths_by_arm, effects
from trialtrace.report.sections.harms import (
    PLACE,
    by_arm,
    declared_harms,
    event_tables,
    has_events,
    of_events,
    of_log,
    unreported,
    without_deaths,
)
from trialtrace.report.sections.records import records
from trialtrace.report.tables import NO_BREAK, link
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.trial.plan.build import Analysis


def harms_in_short(material: Material, places: Mapping[str, str]) -> list[str]:
    """Deaths; how many of each arm had an event, by analysis of harms, else by log; where effects,
    terms and patients stand. `places` has the page of each section."""

    def place(analysis: Analysis) -> str:
        return place_link(analysis_place(analysis.name), places)

    deaths = deaths_by_arm(material, place, in_short=True) or [without_deaths(material)]
    told = [text for one in declared_harms(material) for text in _lines(material, one, place(one))]
    told = told or [_logged(material, texts) for texts in event_tables(material)]
    terms = place_link(PLACE, places)
    every = [f"[All harms, with effects]({terms})."] if terms and told else []
    return [*deaths, *(f"{text}." for text in told), *unreported(material), *every]


def _lines(material: Material, analysis: Analysis, place: str) -> Iterator[str]:
    """ "Any adverse event: 4 of 10; 3 of 10", an endpoint and visit each, in the order of the arms,
    which are named where not all have a count; the effects of those that the plan compares."""
    for (label, visit), arms in by_arm(material, analysis).items():
        whole = {arm: rows for arm, rows in arms.items() if arm != ALL or len(arms) == 1}
        first = next(iter(whole.values()))[0]
        named = [*whole] != [*material.trial.design.arms]
        shown = escape_markdown(", ".join(filter(None, [label, visit])) + of_log(material, first))
        parts = [
            f"{escape_markdown(material.arm_label(arm))} {count_of(rows)}"
            if named
            else count_of(rows)
            for arm, rows in whole.items()
        ]
        parts += records(material, analysis, first["parameter"])
        parts += [text.removesuffix(".") for text in effects(material, analysis, first)]
        yield f"{f'[{shown}]({place})' if place else shown}: {'; '.join(parts)}"


def _logged(material: Material, texts: Mapping[str, str]) -> str:
    """How many of each arm have an event of a log; that it has none."""
    title = escape_markdown(f"{texts['title']}, patients with any")
    if not has_events(material, texts):
        return f"{title}: none in the log"
    patients = of_events(material, texts, "patients")
    told = [
        f"{link(row)}{NO_BREAK}of{NO_BREAK}{row['denominator']}"
        for arm, row in patients.items()
        if arm != ALL or len(patients) == 1
    ]
    return f"{title}: {'; '.join(told)}"
