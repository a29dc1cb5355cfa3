"""The first page of a trial, a structured abstract of one page of A4: what was lost, background,
methods, results, conclusion; then what was audited, what is told of the data, and the run. The
figure that follows it is a chunk of its own (documents.py).

Every number of it is a link to its trace; what it has no room for stands in the report.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from trialtrace.audit.verdicts.tally import tally, tally_text
from trialtrace.report.audit.cohort_words import put_in
from trialtrace.report.links import AUDIT_PAGE, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.conclusion import conclusion
from trialtrace.report.sections.data_quality import known_counts
from trialtrace.report.sections.deaths import population_rows, randomised_by_arm
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.findings import not_adjusted, once, primary
from trialtrace.report.sections.frozen_section import frozen_line
from trialtrace.report.sections.harms_in_short import harms_in_short
from trialtrace.report.sections.lost_sessions import lost_sessions
from trialtrace.report.sections.periods import clusters_randomised
from trialtrace.report.sections.questions import alongside, leading
from trialtrace.report.sections.registered import registered_late, registered_otherwise
from trialtrace.report.sections.results_in_short import others_in_short, results_in_short
from trialtrace.report.sections.sections import (
    design_words,
    left_out_in_short,
    lost,
    of_data,
    recomputed,
    stamps,
)
from trialtrace.report.sections.subgroups import by_randomised_strata
from trialtrace.report.tables import link
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trial.plan.build import Analysis

LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# The end of what a text of the configuration says first.
_CLAUSE = re.compile(r"[.;](\s|$)")


def summary(material: Material, places: Mapping[str, str]) -> str:
    """The page as Markdown; `places` has the page of the report for each section. Results and
    conclusion are a block, with which a narrow screen begins."""
    trial = material.trial
    left_out = " ".join(left_out_in_short(material, places))
    found = [
        f"**Results.** {' '.join(filter(None, _patients(material, places)))}",
        *_primary(material, places),
        f"**Harms.** {' '.join(harms_in_short(material, places))}",
        f"**Conclusion.** {conclusion(material, places)}",
    ]
    parts = [
        *lost(material),
        *stamps(trial),
        f"**Background.** {escape_markdown(trial.question)}",
        f"**Methods.** {' '.join(filter(None, _methods(material)))}",
        "\n\n".join(["::: {.found}", *found, ":::"]),
        *_registration(material),
        f"**Audit.** {_audit(material)} {recomputed(material, in_short=True)}",
        f"**Data.** {left_out}" if left_out else "",
        _run(material),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _first(text: str | None) -> str:
    """The first clause of a text of the configuration, as a sentence."""
    return f"{escape_markdown(_CLAUSE.split(text, maxsplit=1)[0])}." if text else ""


def _methods(material: Material) -> Iterator[str]:
    """Design, patients, outcome; whose plan it is and how it was frozen, what the data are; how the
    outcome was registered otherwise."""
    trial = material.trial
    yield escape_markdown(design_words(trial))
    yield _first(trial.file.eligibility)
    yield f"Framework: {escape_markdown(trial.design.framework)}." if trial.design.framework else ""
    yield f"Stopped: {lower_first(_first(stopped))}" if (stopped := trial.design.stopped) else ""
    for one in leading(material):
        labels = [escape_markdown(each.label) for each in (one, *alongside(material, one))]
        yield f"Primary: {'; on the same footing '.join(labels)}. {_first(one.note)}".strip()
    yield from registered_otherwise(material)
    yield escape_markdown(trial.reanalysis or "")
    yield from of_data(material)
    yield put_in(material)
    yield frozen_line(material)


def _primary(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """The sentences on the primary analyses, on what else the main report has of each question and
    on strata of the randomisation in which it has another answer; of tests of which the plan says
    which decides, the conclusion says it."""
    every = primary(material)
    for one in every:
        told = results_in_short(material, one)
        label = f"{escape_markdown(one.label)}. " if len(every) > 1 else ""
        yield f"**{label}{told}**" if told else ""
    if not any(one.decides for one in every):
        yield from not_adjusted(material)
    for one in leading(material):
        place = partial(place_link, pages=places)
        others = once(material, [*others_in_short(material, one, place)])
        yield " ".join([others, *by_randomised_strata(material, one, place)]).strip()


def _audit(material: Material) -> str:
    """The verdicts on printed numbers, in a sentence."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    return f"[{escape_markdown(tally_text(tally(material.claims)))}]({AUDIT_PAGE})"


def _registration(material: Material) -> list[str]:
    trial = material.trial
    told = [escape_markdown(f"{trial.registration}.") if trial.registration else ""]
    told += registered_late(material)
    funding = trial.file.funding
    told.append(escape_markdown(f"Funding: {funding.rstrip('.')}.") if funding else "")
    told = [*filter(None, told)]
    return [f"**Registration and funding.** {' '.join(told)}"] if told else []


def _run(material: Material) -> str:
    value = material.seal.value
    return f"Hash of this run: {f'`{short_hash(value)}`' if value else 'not shown: no key'}."


def _patients(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """How many were randomised to each arm, of how many the outcome is known, how long they were
    followed."""
    yield clusters_randomised(material)
    counts = randomised_by_arm(material)
    arms = [
        f"{link(counts[arm])} {escape_markdown(material.arm_label(arm))}"
        for arm in material.trial.design.arms
        if arm in counts
    ]
    who = material.trial.plan.displays.get("flow", {}).get("patients", "")
    named = escape_markdown(lower_first(who or "randomised"))
    whole = f"{link(counts[ALL])} {named}" if ALL in counts else ""
    text = ": ".join(part for part in (whole, ", ".join(arms)) if part)
    text += "; the number randomised is not in the data" if who and text else ""
    yield f"{text}." if text else ""
    for one in leading(material):
        yield _known(material, one, places)
    yield from _followed(material)


def _followed(material: Material) -> Iterator[str]:
    """How long all were followed, where a primary outcome is a time and the plan asks for it."""
    if any(is_time(e) for one in primary(material) for e in parameters(material.trial, one)):
        for row in material.results:
            if row["stat_name"] == "follow_up" and row["group1_level"] == ALL:
                of = lower_first(material.trial.plan.analyses[row["analysis_id"]].label)
                told = link(row, row["stat_text"])
                yield f"Median follow-up {told}, for {escape_markdown(of)}."


def _known(material: Material, analysis: Analysis, places: Mapping[str, str]) -> str:
    """ "Outcome known: Drug 55 of 60, Placebo 51 of 60.", the least and the most of the visits,
    with the way to all outcomes; of a time that is censored that way alone."""
    place = place_link("tbl-known", places)
    counts = [arms for *_, arms in known_counts(material, analysis)]
    if not counts or any(map(is_time, parameters(material.trial, analysis))):
        return f"Of how many each outcome is known: [all outcomes]({place})." if place else ""
    lead = f"[Outcome known]({place})" if place else "Outcome known"
    lead += f", {escape_markdown(analysis.label)}" if len(leading(material)) > 1 else ""
    if all(k == n for arms in counts for k, n in arms.values()):
        lost = ", as sessions after loss to follow-up count as not done"
        lost *= bool(lost_sessions(material, analysis, places))
        return f"{lead} in all{_of_population(material, analysis)}{lost}."
    told = []
    for arm in material.trial.design.arms:
        k = [arms[arm][0] for arms in counts]
        most = f" to {max(k)}" if max(k) > min(k) else ""
        label = escape_markdown(material.arm_label(arm))
        told.append(f"{label} {min(k)}{most} of {counts[0][arm][1]}")
    shown = f"[{', '.join(told)}]({place})" if place else ", ".join(told)
    by = ", by visit" if len(counts) > 1 else ""
    return f"{lead}{_of_population(material, analysis)}{by}: {shown}."


def _of_population(material: Material, analysis: Analysis) -> str:
    """ " of all who began treatment", where these are not all who were randomised."""
    name = analysis.estimand.population
    every = randomised_by_arm(material)
    for arm, row in population_rows(material, name).items():
        if arm in every and row["stat_value"] != every[arm]["stat_value"]:
            return f" of {escape_markdown(lower_first(material.trial.populations[name].label))}"
    return ""
