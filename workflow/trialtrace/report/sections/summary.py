"""The first page of a trial, a structured abstract of one page of A4 (Hopewell and others 2025,
CONSORT for abstracts): what was lost, background, methods, results, harms, conclusion; under it and
apart what the re-analysis is. The figure that follows it is a chunk of its own (documents.py).

Every number of it is a link to its trace; what it has no room for stands in the report.
"""

import re
from collections.abc import Iterator, Mapping

from trialtrace.base.words import no_effect, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.analysed import known_and_analysed
from trialtrace.report.sections.conclusion import conclusion
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.decisions import adjusted_of, explores, level_words
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.findings import compared, primary
from trialtrace.report.sections.harms_in_short import harms_in_short
from trialtrace.report.sections.losses import lost
from trialtrace.report.sections.lost_sessions import lost_as_done
from trialtrace.report.sections.periods import clusters_randomised
from trialtrace.report.sections.questions import alongside, leading, of_look
from trialtrace.report.sections.registered import registered_late
from trialtrace.report.sections.results_in_short import (
    arm_in_text,
    beside_in_short,
    published_in_short,
    results_in_short,
)
from trialtrace.report.sections.sections import (
    ENDED,
    allocation,
    blinding,
    design_words,
    not_recorded,
    unstated,
)
from trialtrace.report.sections.this_reanalysis import this_reanalysis
from trialtrace.report.tables import link
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.plan.build import Analysis

# The end of what a text of the configuration says first.
_CLAUSE = re.compile(r"[.;](\s|$)")


def summary(material: Material, places: Mapping[str, str]) -> str:
    """The page as Markdown; `places` has the page of the report for each section. Results and
    conclusion are a block, with which a narrow screen begins."""
    trial = material.trial
    found = [
        f"**Results.** {' '.join(filter(None, _results(material, places)))}",
        f"**{_harms(places)}** {' '.join(harms_in_short(material, places))}",
        f"**Conclusion.** {conclusion(material)}",
    ]
    parts = [
        *lost(material, places),
        f"**Background.** {escape_markdown(trial.question)}",
        f"**Methods.** {' '.join(filter(None, _methods(material)))}",
        "\n\n".join(["::: {.found}", *found, ":::"]),
        _registration(material),
        this_reanalysis(material, places),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _harms(places: Mapping[str, str]) -> str:
    place = place_link("sec-harms", places)
    return f"[Harms.]({place})" if place else "Harms."


def _clause(text: str | None) -> str:
    """The first clause of a text of the configuration."""
    return _CLAUSE.split(text, maxsplit=1)[0] if text else ""


def _methods(material: Material) -> Iterator[str]:
    """Setting and dates, patients, arms, what came before the planned end; outcome, estimand and
    level."""
    trial, file, design = material.trial, material.trial.file, material.trial.design
    if trial.pooled or trial.at.purpose.kind == "open":
        yield escape_markdown(design_words(trial))
        return
    where = [lower_first(_clause(text)) for text in (file.setting, file.dates)]
    kind = f"{design.kind.replace('_', ' ').capitalize()} design"
    yield escape_markdown(f"{'; '.join(filter(None, [kind, *where]))}.")
    yield escape_markdown(f"{_clause(file.eligibility)}." if file.eligibility else "")
    arms = "; ".join(_arm(material, arm) for arm in design.arms)
    how = allocation(trial) + blinding(trial)
    how = "randomised, how is not stated" if how == "randomisation" else how
    yield f"{escape_markdown(upper_first(how))}. Arms: {arms}."
    for what, text in (("Interim analysis", design.interim), (ENDED, design.stopped)):
        yield escape_markdown(f"{what}: {lower_first(_clause(text))}." if text else "")
    for one in leading(material):
        yield escape_markdown(f"Primary outcome: {one.label}.")
        yield escape_markdown(f"{_clause(one.note)}." if one.note else "")
        yield _estimand(material, one)
        if others := alongside(material, one):
            labels = in_a_row([escape_markdown(other.label) for other in others])
            every = "both" if len(others) == 1 else "all"
            yield f"Also primary: {labels}; {every} must exclude {_null(material, one)}."


def _null(material: Material, analysis: Analysis) -> str:
    """ "0": the value of no effect, which no primary interval may have in it."""
    first = next(compared(material, analysis), None)
    return f"{no_effect(first.estimate['stat_name']):g}" if first else "no effect"


def _arm(material: Material, name: str) -> str:
    """ "whole-body vibration (WBV): twice a week", "placebo (control)"."""
    arm = material.trial.design.arms[name]
    inside = "; ".join(filter(None, [arm.short, "control" if arm.control else ""]))
    given = f": {lower_first(_clause(arm.given))}" if arm.given else ""
    return escape_markdown(lower_first(arm.label) + f" ({inside})" * bool(inside) + given)


def _estimand(material: Material, analysis: Analysis) -> str:
    """The estimand, and the level where the trial decides."""
    estimand = analysis.estimand
    population = lower_first(material.trial.populations[estimand.population].label)
    strategies = "; ".join(dict.fromkeys(event.strategy for event in estimand.intercurrent))
    who = population + f" ({strategies})" * bool(strategies)
    text = f"Estimand: {lower_first(estimand.summary)}, {who}"
    tests = [one.planned for one in compared(material, analysis) if one.planned]
    if tests and not explores(material):
        text += f"; {level_words(material, analysis).replace('level of', 'level')}"
        apart = [p for p in tests if adjusted_of(material, p) is None]
        text += f" for each of {len(apart)} comparisons" * (len(apart) > 1)
        text += "".join(
            f"; primary interval {100 * other.confidence:g} %"
            for other in of_look(material, analysis)
        )
    return escape_markdown(f"{text}.")


def _results(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """Who was randomised and is known; the primary analyses; what stands beside them."""
    yield clusters_randomised(material)
    yield _patients(material)
    for one in leading(material):
        yield known_and_analysed(material, one, places)
    yield from _followed(material)
    for one in leading(material):
        if told := results_in_short(material, one):
            label = f"{escape_markdown(one.label)}. " if len(leading(material)) > 1 else ""
            yield f"**{label}{told}**"
        yield lost_as_done(material, one, places)
        yield from published_in_short(material, one)
        yield from beside_in_short(material, one, places)


def _registration(material: Material) -> str:
    """The registration and who paid; what of the trial no source tells, the methods included."""
    trial, file = material.trial, material.trial.file
    told = [escape_markdown(f"{trial.registration}.") if trial.registration else ""]
    told += registered_late(material)
    told.append(escape_markdown(f"Funding: {file.funding.rstrip('.')}.") if file.funding else "")
    if lacking := not_recorded(trial):
        told.append(escape_markdown(f"{upper_first(unstated(trial))}: {', '.join(lacking)}."))
    return f"**Registration and funding.** {' '.join(filter(None, told))}"


def _patients(material: Material) -> str:
    """How many were randomised to each arm."""
    counts = randomised_by_arm(material)
    arms = [
        f"{link(counts[arm])} {arm_in_text(material, arm)}"
        for arm in material.trial.design.arms
        if arm in counts
    ]
    who = material.trial.plan.displays.get("flow", {}).get("patients", "")
    named = escape_markdown(lower_first(who or "randomised"))
    whole = f"{link(counts[ALL])} {named}" if ALL in counts else ""
    text = ": ".join(part for part in (whole, ", ".join(arms)) if part)
    return f"{text}." if text else ""


def _followed(material: Material) -> Iterator[str]:
    """How long all were followed, where a primary outcome is a time and the plan asks for it."""
    if any(is_time(e) for one in primary(material) for e in parameters(material.trial, one)):
        for row in material.results:
            if row["stat_name"] == "follow_up" and row["group1_level"] == ALL:
                of = lower_first(material.trial.plan.analyses[row["analysis_id"]].label)
                told = link(row, row["stat_text"])
                yield f"Median follow-up {told}, for {escape_markdown(of)}."
