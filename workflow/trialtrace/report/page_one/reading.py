"""What the primary result says, in a sentence a comparison, with no number that the table has."""

import json
from collections.abc import Iterator

from trialtrace.base.words import no_effect, upper_first
from trialtrace.report.figures.rows_shown import by_endpoint, planned_side
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import (
    assumes,
    deciding,
    explores,
    of_all_arms,
    rejected,
)
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.sections.findings import Compared, compared, parting
from trialtrace.report.sections.questions import at_look
from trialtrace.report.sections.results_in_short import PAIR, PLACE, arm_in_text, pair_in_text
from trialtrace.report.sections.thresholds import beyond_thresholds
from trialtrace.report.tables import NO_BREAK, link, short_text, with_sign
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import limits_of

# An analysis with more comparisons is told by how many show a difference.
MOST = 4


def reading(material: Material, analysis: Analysis) -> str:
    """Markdown."""
    told = [*beyond_thresholds(material, analysis)]
    if not told or not explores(material):
        told += [*_of_all(material, analysis), *_of_pairs(material, analysis)]
    if explores(material):
        told.append("The trial explores: no test decides.")
    told = told or ["No two arms are compared by an estimate."]
    return " ".join(map(upper_first, told))


def _of_all(material: Material, analysis: Analysis) -> Iterator[str]:
    """Whether the test of all arms, where a family has it, shows a difference among them."""
    for p, adjusted in of_all_arms(material, analysis.name):
        if (value := adjusted["stat_value"]) is not None:
            shown = "a" if rejected([value], analysis.decision_level) else "no"
            at = escape_markdown(f", {p['visit']}" if p["visit"] else "")
            p_text = f"p{NO_BREAK}{with_sign(adjusted)}"
            yield f"{shown} difference among all arms is shown{at} ({p_text})."


def _of_pairs(material: Material, analysis: Analysis) -> Iterator[str]:
    found = [*compared(material, analysis)]
    decided = [one.planned and deciding(material, analysis, one.planned) for one in found]
    values = [present(p["stat_value"]) for p in decided if p is not None]
    if len(found) > MOST:
        shown = rejected(values, analysis.decision_level)
        yield f"a difference is shown in {shown} of {len(values)} comparisons."
        return
    for one, p in zip(found, decided, strict=True):
        yield _of_pair(material, analysis, one, p)


def _of_pair(material: Material, analysis: Analysis, one: Compared, p: ResultRow | None) -> str:
    estimate = one.estimate
    arms = [arm_in_text(material, arm) for arm in values_of(estimate, PAIR)]
    for row in material.of(analysis.name):
        if row["stat_name"] == "verdict" and values_of(row, PLACE + PAIR) == values_of(
            estimate, PLACE + PAIR
        ):
            margins = escape_markdown(limits_of(row["options"]).removeprefix(", "))
            return f"{pair_in_text(material, estimate)}, compared with {margins}: {link(row)}."
    if p is None or p["stat_value"] is None:
        return f"{pair_in_text(material, estimate)}: {_allows(material, analysis, estimate)}."
    shown = rejected([p["stat_value"]], analysis.decision_level)
    if json.loads(p["options"]).get("margin"):
        limit = escape_markdown(limits_of(p["options"]).removeprefix(", "))
        word = "shown" if shown else "not shown"
        return f"non-inferiority of {' to '.join(arms)} at {limit} is {word}."
    if shown and (other := parting(material, analysis, estimate)):
        label = escape_markdown(material.trial.plan.analyses[other["analysis_id"]].label)
        null = f"{no_effect(other['stat_name']):g}"
        return f"{arms[0]} does not succeed: the interval of “{label}” includes {null}."
    if not shown:
        no = f"no effect of {arms[0]} against {arms[1]} is shown"
        return f"{no}: {_allows(material, analysis, estimate)}."
    better = planned_side(material, analysis.name) or by_endpoint(material, [estimate])
    above = present(estimate["stat_value"]) > no_effect(estimate["stat_name"])
    if better and above != (better == "higher"):
        arms.reverse()
    if better:
        by = ", by a boundary that we assumed" * assumes(material, analysis)
        return f"{arms[0]} does better than {arms[1]}{by}."
    return f"{' and '.join(arms)} differ: {'higher' if above else 'lower'} with {arms[0]}."


def _allows(material: Material, analysis: Analysis, estimate: ResultRow) -> str:
    """ "the interval allows −25.1 to 18.9", of the estimate that the table has first."""
    row = at_look(material, analysis, estimate)
    inside = short_text(row).rpartition("(")[2].rstrip(")")
    if row["ci_level"] is None:
        return f"{effect_words(material.trial, row)} {link(row)}"
    return f"the interval allows {link(row, inside)}"
