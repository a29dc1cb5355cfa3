"""The effects of an analysis in a phrase, the absolute and the relative one of each comparison."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.base.words import LABELS
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.figures.rows_shown import of_arms
from trialtrace.report.links import analysis_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import at_the_end, period
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.sections.findings import MOST_SENTENCES, Compared, compared
from trialtrace.report.sections.questions import UNADJUSTED, alongside, at_look, leading, of_look
from trialtrace.report.sections.thresholds import shares_held
from trialtrace.report.tables import link, with_level
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

PLACE = ("parameter", "visit", "stratum")
PAIR = ("comparison", "reference")
ALIKE = ("stat_name", "ci_level")
# Beside a difference of risks the ratio; beside a median unbiased estimate the mean unbiased one.
RATIO, UNBIASED, CORRECTED = "risk_ratio", ".median_unbiased", ".bias_adjusted"


def arm_in_text(material: Material, arm: str | None) -> str:
    """The short name of an arm, else its label as in mid-sentence."""
    short = arm in material.trial.design.arms and material.trial.design.arms[arm].short
    return escape_markdown(short or lower_first(material.arm_label(arm)))


def pair_in_text(material: Material, row: ResultRow) -> str:
    return " against ".join(arm_in_text(material, arm) for arm in values_of(row, PAIR))


def sizes(
    material: Material,
    analysis: Analysis,
    of: Sequence[Compared],
) -> str:
    """ "risk difference −40.6 …", of several arms with what they are compared with, said once."""
    label = effect_words(material.trial, of[0].estimate)
    label += period(material, of[0].estimate, years=True)
    if len(of) == 1:
        (one,) = of
        counted = len(material.tracer.counts(one.estimate)) > 1
        pair = "" if counted else f"{pair_in_text(material, one.estimate)}: "
        size = _size(material, analysis, one, whole=True, alone=True)
        return f"{pair}{label} {size}"
    alike = len({values_of(one.estimate, ("stat_name", "reference")) for one in of}) == 1
    told = []
    for at, one in enumerate(of):
        arms = values_of(one.estimate, PAIR[:1] if alike else PAIR)
        pair = " against ".join(arm_in_text(material, arm) for arm in arms)
        stat = "" if alike else f"{effect_words(material.trial, one.estimate)} "
        size = _size(material, analysis, one, whole=not at or not alike)
        told.append(f"{pair} {stat}{size}")
    against = ", against" if "," in label else " against"
    lead = f"{label}{against} {arm_in_text(material, of[0].estimate['reference'])}: "
    lead *= alike
    return f"{lead}{'; '.join(told)}"


def _size(
    material: Material, analysis: Analysis, one: Compared, *, whole: bool, alone: bool = False
) -> str:
    """The estimate, `whole` with unit and level; the ratio beside a difference of risks that stands
    `alone`, and beside no shares that are held against a threshold; what is left after a correction
    for bias, shares at the end of times."""
    estimate = at_look(material, analysis, one.estimate)
    text = link(estimate, estimate["stat_text"] if whole else None)
    if estimate["method"].endswith(UNBIASED):
        method = estimate["method"].replace(UNBIASED, CORRECTED)
        beside = estimates_beside(material, estimate)
        named = [(estimate, text), *((r, link(r)) for r in beside if r["method"] == method)]
        text = "; ".join(f"{shown}, {method_of(r['method']).title}" for r, shown in named)
        text += ", without an interval" * (named[-1][0]["ci_level"] is None)
    elif alone and (ratios := _ratios(material, analysis, estimate)):
        usual = ratios[0]["ci_level"] == material.trial.plan.confidence
        text += f", {LABELS[RATIO]} {link(ratios[0]) if usual else with_level(ratios[0])}"
    if estimate is not one.estimate:
        text += f"; {UNADJUSTED} {with_level(one.estimate)}"
    if estimate["stat_name"] != "hazard_ratio":
        return text
    return text + at_the_end(material, estimate, links=True, short=True).replace(";", ",", 1)


def estimates_beside(material: Material, estimate: ResultRow) -> list[ResultRow]:
    """What is estimated of the same comparison."""
    return [
        row
        for row in material.of(estimate["analysis_id"])
        if row["stat_value"] is not None
        and values_of(row, PLACE + PAIR) == values_of(estimate, PLACE + PAIR)
    ]


def _ratios(material: Material, analysis: Analysis, estimate: ResultRow) -> list[ResultRow]:
    """The ratios beside a difference of risks, but of shares that are held against a threshold."""
    if estimate["stat_name"] != "risk_difference" or shares_held(material, analysis):
        return []
    return [row for row in estimates_beside(material, estimate) if row["stat_name"] == RATIO]


def others_in_short(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """The other analyses that the plan wants on the first page, a sentence each."""
    beside = [
        other
        for one in leading(material)
        for other in (*alongside(material, one), *of_look(material, one))
    ]
    for other in material.trial.plan.analyses.values():
        found = [*compared(material, other)]
        few = 0 < len(found) <= MOST_SENTENCES
        if few and other.report == "summary" and not other.harms and other not in beside:
            place = place_link(analysis_place(other.name), places)
            label = escape_markdown(other.label)
            label = f"[{label}]({place})" if place else label
            by = by_methods(material, other, found)
            yield f"{label}: {sizes(material, other, found)}{by}."


def by_methods(material: Material, analysis: Analysis, found: Sequence[Compared]) -> str:
    """ " (Newcombe's score interval; drug 12/40, placebo 24/34)": the methods of comparisons as
    `sizes` tells them, but where it names them itself, and of whom they are."""
    estimates = [at_look(material, analysis, one.estimate) for one in found]
    rows = [row for row in estimates if not row["method"].endswith(UNBIASED)]
    if len(rows) == 1:
        rows += _ratios(material, analysis, rows[0])[:1]
    titles = dict.fromkeys(method_of(row["method"]).title for row in rows)
    told = [escape_markdown(in_a_row([*titles]))] if titles else []
    return f" ({'; '.join([*told, _of_whom(material, estimates)])})"


def _of_whom(material: Material, estimates: Sequence[ResultRow]) -> str:
    """ "drug 12/40, placebo 24/34" of one endpoint and visit; else how many patients."""
    if len({values_of(row, PLACE) for row in estimates}) == 1:
        found = of_arms(material, estimates, {})
        arms = [arm for arm in (*material.trial.design.arms, None) if arm in found]
        return ", ".join(
            f"{arm_in_text(material, arm)} {found[arm]}" if arm else found[arm] for arm in arms
        )
    sizes_of = [row["n_used"] or 0 for row in estimates]
    return " to ".join(dict.fromkeys(f"{n}" for n in (min(sizes_of), max(sizes_of)))) + " patients"
