"""The conclusion of a summary: of what size the effects are that the data bear out, where estimates
on the same footing part, the chief limitation; and what the data are no evidence of."""

import json
from collections.abc import Iterator

from trialtrace.base.words import no_effect, upper_first
from trialtrace.report.figures.rows_shown import by_endpoint, planned_side
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import deciding, explores, of_all_arms, rejected
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.sections.findings import (
    MOST_SENTENCES,
    Compared,
    compared,
    parting,
    same_footing,
)
from trialtrace.report.sections.key_sentences import TWO, leaves_out_no_effect
from trialtrace.report.sections.questions import at_look, leading
from trialtrace.report.sections.remarks import caveat
from trialtrace.report.sections.results_in_short import (
    arm_in_text,
    as_published,
    pair_in_text,
)
from trialtrace.report.sections.thresholds import beyond_thresholds
from trialtrace.report.tables import NO_BREAK, link, with_sign
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import limits_of

SYNTHETIC = "Synthetic: no evidence about patients."
NOTHING = "None: no primary analysis of the plan compares or tests anything."
NOT_ABSENT = "That a difference is not shown does not show that there is none."
TESTED = "The tests among the results compare no two arms by an estimate."
OURS = "by our outcome, "
PLACE = ("parameter", "visit", "comparison", "reference", "stratum")


def conclusion(material: Material) -> str:
    """The sentences of all primary questions, the first limitation of the configuration, and that a
    synthetic cohort says nothing of patients. Markdown."""
    every = leading(material)
    told = [" ".join(_of(material, one)) for one in every if material.of(one.name)]
    told = told if told and not material.trial.pooled else [NOTHING]
    told += [escape_markdown(text) for text in material.trial.file.limitations[:1]]
    told += [SYNTHETIC] if material.trial.synthetic else []
    return " ".join(told)


def _of(material: Material, analysis: Analysis) -> Iterator[str]:
    """Of the arms against a threshold, of all of them and of each pair."""
    found = [*compared(material, analysis)]
    told = [*beyond_thresholds(material, analysis)]
    if not told or not explores(material):
        told += [*_of_all(material, analysis), *_of_pairs(material, analysis, found)]
    if told and (published := [*as_published(material, analysis)]):
        # What the paper's own outcome gives stands with the results; what it hangs on here.
        told = [f"{OURS}{told[0]}", *told[1:], *(caveat(other).strip() for other in published)]
    yield from map(upper_first, told or [TESTED])


def _of_all(material: Material, analysis: Analysis) -> Iterator[str]:
    """Whether the test of all arms, where a family has it, shows a difference among them."""
    for p, adjusted in of_all_arms(material, analysis.name):
        if (value := adjusted["stat_value"]) is not None:
            shown = "a" if rejected([value], analysis.decision_level) else "no"
            at = escape_markdown(f", {p['visit']}" if p["visit"] else "")
            p_text = f"p{NO_BREAK}{with_sign(adjusted)}"
            yield f"{shown} difference among all arms is shown{at} ({p_text})."


def _of_pairs(material: Material, analysis: Analysis, found: list[Compared]) -> Iterator[str]:
    """A sentence a comparison; of more than a few how many show a difference."""
    decided = [one.planned and deciding(material, analysis, one.planned) for one in found]
    values = [present(p["stat_value"]) for p in decided if p is not None]
    shown = rejected(values, analysis.decision_level)
    if len(found) > MOST_SENTENCES:
        yield f"a difference is shown in {shown} of {len(values)} comparisons."
        return
    for one, p in zip(found, decided, strict=True):
        yield _of_pair(material, analysis, one.estimate, p)
    if shown < len(values):
        yield NOT_ABSENT


def _of_pair(
    material: Material, analysis: Analysis, estimate: ResultRow, p: ResultRow | None
) -> str:
    """ "the estimate favours one drug over the other: risk difference −7.8 (95 % CI …)": of
    a test against margins its verdict; where what stands on the same footing parts, that an effect
    is not shown consistently."""
    whole = at_look(material, analysis, estimate)
    pair, label = pair_in_text(material, estimate), effect_words(material.trial, estimate)
    size = link(whole, whole["stat_text"])
    for row in material.of(analysis.name):
        if row["stat_name"] == "verdict" and values_of(row, PLACE) == values_of(estimate, PLACE):
            margins = escape_markdown(limits_of(row["options"]).removeprefix(", "))
            return f"{pair}, compared with {margins}: {link(row)}, {label} {size}."
    if p is None or p["stat_value"] is None:
        return f"{pair}: {label} {size}."
    shown = rejected([p["stat_value"]], analysis.decision_level)
    arms = [arm_in_text(material, arm) for arm in values_of(estimate, PLACE[2:4])]
    if json.loads(p["options"]).get("margin"):
        limit = escape_markdown(limits_of(p["options"]).removeprefix(", "))
        word = "shown" if shown else "not shown"
        return f"non-inferiority of {' to '.join(arms)} at {limit} is {word}: {label} {size}."
    if shown and (other := parting(material, analysis, estimate)):
        null = f"{no_effect(other['stat_name']):g}"
        return f"no effect of {arms[0]} is shown: a primary interval includes {null}."
    if not shown:
        return f"{pair}, no effect is shown: {label} {size}."
    better = planned_side(material, analysis.name) or by_endpoint(material, [estimate])
    above = present(estimate["stat_value"]) > no_effect(estimate["stat_name"])
    if better and above != (better == "higher"):
        arms.reverse()
    how = (
        f"the estimate favours {' over '.join(arms)}" if better else f"{' and '.join(arms)} differ"
    )
    every = [estimate, *same_footing(material, analysis, estimate)]
    clear = all(map(leaves_out_no_effect, every))
    many = f"{'both' if len(every) == TWO else 'all'} primary intervals"
    met = f"; {many} exclude {no_effect(estimate['stat_name']):g}" if every[1:] and clear else ""
    return f"{how}: {label} {size}{met}."
