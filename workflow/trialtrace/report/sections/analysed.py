"""Of how many patients of each arm a primary outcome is known, and how many its estimate uses."""

from collections.abc import Iterator, Mapping

from trialtrace.report.audit.estimate_losses import ByArm, behind
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.data_quality import Counts, known_counts
from trialtrace.report.sections.deaths import population_rows, randomised_by_arm
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.findings import MOST_SENTENCES, compared
from trialtrace.report.sections.lost_sessions import lost_in_short
from trialtrace.report.sections.questions import leading
from trialtrace.report.sections.results_in_short import arm_in_text
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.methods import OWN_TREATMENT


def analysed_by_arm(material: Material, estimate: ResultRow) -> ByArm:
    """The patients whose values an estimate was made from."""
    members = material.tracer.members[estimate["result_id"]]
    return behind(material.trial, material.tracer.frames, estimate, members).used


def known_and_analysed(material: Material, analysis: Analysis, places: Mapping[str, str]) -> str:
    """ "Outcome known in 116 and 116, analysed 101 and 98.", in the order of the arms, at each
    visit that is compared, with the way to all outcomes; of a time that it is known, censored or
    not. Where these are many, at the one with the fewest."""
    told = [*_at_places(material, analysis)]
    if not told:
        return ""
    place = place_link("tbl-known", places)
    time = any(map(is_time, parameters(material.trial, analysis)))
    named = "Times known" if time else "Outcome known"
    lead = f"[{named}]({place})" if place else named
    lead += f", {escape_markdown(analysis.label)}," if len(leading(material)) > 1 else ""
    text = f"{'; '.join(told)}{_of_population(material, analysis)}."
    return f"{lead}{text}" if text.startswith(",") else f"{lead} {text}"


def _at_places(material: Material, analysis: Analysis) -> Iterator[str]:
    """What is told of each endpoint and visit that is compared; of an analysis that compares none
    of what is known at the one with the fewest."""
    first: dict[tuple[str, str], ResultRow] = {}
    for one in compared(material, analysis):
        row = one.estimate
        label = material.trial.endpoints[row["parameter"] or ""].label
        first.setdefault((label, row["visit"] or ""), row)
    known = [*known_counts(material, analysis)]
    if not first:
        least = min(known, key=_all_known, default=None)
        yield from [] if least is None else [_words(material, analysis, least, None, len(known))]
        return
    counts = [(_known_at(known, *at), row) for at, row in first.items()]
    if len(counts) > MOST_SENTENCES:
        fewest = min(counts, key=lambda each: sum(analysed_by_arm(material, each[1]).values()))
        yield _words(material, analysis, *fewest, len(counts))
        return
    for count, row in counts:
        several = len([one for one in known if one[0] == count[0]])
        if row["visit"] is None and several > 1:
            # A model of all visits.
            yield _words(material, analysis, count, row, several)
        else:
            yield _words(material, analysis, count, row, 1, at=len(counts) > 1)


def _all_known(count: Counts) -> int:
    return sum(k for k, _ in count[2].values())


def _known_at(known: list[Counts], label: str, visit: str) -> Counts:
    """What is known at a visit; where the estimate has none, at the visit with the fewest."""
    here = [one for one in known if one[0] == label and visit in (one[1], "")]
    return min(here, key=_all_known, default=(label, visit, {}))


def _words(
    material: Material,
    analysis: Analysis,
    count: Counts,
    estimate: ResultRow | None,
    of: int,
    *,
    at: bool = False,
) -> str:
    """ "at week 12 in 116 and 116, analysed 101 and 98": `of` so many places, of which only this
    one is told."""
    label, visit, by_arm = count
    # In the order of the arms, which a file does not keep.
    arms = {arm: by_arm[arm] for arm in material.trial.design.arms if arm in by_arm}
    told = ", ".join(filter(None, [label if len(analysis.estimand.variables) > 1 else "", visit]))
    where = f"at {told}" if told and (at or of > 1) else ""
    where += f", the fewest of {of}," * (of > 1)
    lost = lost_in_short(material, analysis)
    known = [k for k, _ in arms.values()]
    within = material.trial.design.kind in OWN_TREATMENT
    each = [f"{k}{f' with {arm_in_text(material, arm)}' * within}" for arm, (k, _) in arms.items()]
    numbers = f"in {lost or in_a_row(each)}" if arms else ""
    used = analysed_by_arm(material, estimate) if estimate is not None else {}
    text = " ".join(filter(None, [escape_markdown(where), numbers]))
    if not used or estimate is None:
        return text
    counts = [str(n) for n in used.values()]
    if list(used.values()) != known or lost:
        return ", ".join(filter(None, [text, f"analysed {in_a_row(counts)}"]))
    if where:
        return f"and analysed {escape_markdown(where)} in {in_a_row(counts)}"
    # As few words as a page of 300 has room for.
    return f", analysed: {', '.join(counts)}"


def _of_population(material: Material, analysis: Analysis) -> str:
    """ " (analysed: all who began treatment)", where these are not all who were randomised."""
    name = analysis.estimand.population
    every = randomised_by_arm(material)
    for arm, row in population_rows(material, name).items():
        if arm in every and row["stat_value"] != every[arm]["stat_value"]:
            label = lower_first(material.trial.populations[name].label)
            return f" (analysed: {escape_markdown(label)})"
    return ""
