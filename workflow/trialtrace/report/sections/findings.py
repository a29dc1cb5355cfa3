"""What an analysis found, in sentences: estimate, denominators, p-value, and what is decided."""

from collections.abc import Iterator
from dataclasses import dataclass

from trialtrace.base.words import LABELS, upper_first
from trialtrace.report.audit.cohort_words import assumed_arms
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import trace_link
from trialtrace.report.material import OF_ARM, Material, of_interaction
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import at_the_end, denominators, period
from trialtrace.report.sections.anova import anova_sentences
from trialtrace.report.sections.arm_words import of_arm_in_words
from trialtrace.report.sections.decisions import (
    PLACE,
    adjusted_of,
    deciding,
    explores,
    is_adjusted,
    leaves_out_no_effect,
    of_all_arms,
    pair_of,
    unadjusted_interval,
    verdict,
)
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.sections.models import own_p
from trialtrace.report.sections.questions import (
    UNADJUSTED,
    alongside,
    at_look,
    missing_bounds,
    question_of,
)
from trialtrace.report.sections.results_in_short import short_pair
from trialtrace.report.tables import NO_BREAK, link, pair_text, with_level, with_sign
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.words import before_pairs
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import (
    limits_of,
    of_assumption,
)


@dataclass(frozen=True)
class Compared:
    """An estimate, the p-value of its own model, that of the planned test, the words before them.

    Where the plan names no test, that of the model of a primary estimate, and one that a family
    has, is the planned one. `planned` is None where none is, `own` where the model has none.
    `further` are estimates of the same by other methods, with intervals of the same level.
    """

    estimate: ResultRow
    own: ResultRow | None
    planned: ResultRow | None
    lead: str
    further: tuple[ResultRow, ...] = ()

    def p_values(self, level: float) -> list[ResultRow]:
        """The planned one, which is decided; that of the model as well where it lies on the other
        side of the level."""
        values = [p for p in (self.planned, self.own) if p is not None]
        sides = {present(p["stat_value"]) <= level for p in values}
        return values if len(sides) > 1 else values[:1]


# An analysis with more comparisons than this is told by how many there are.
MOST_SENTENCES = 4
# What is alike in estimates of one comparison by several methods; an equivalence test has intervals
# of another level.
OF_METHODS = ("stat_name", "ci_level")
SEVERAL = 2
LOWEST = "_lowest"


def primary(material: Material) -> list[Analysis]:
    return [a for a in material.trial.plan.analyses.values() if a.role == "primary"]


def not_adjusted(material: Material) -> list[str]:
    """That several primary comparisons are each decided by itself, where no family has them."""
    levels = [
        analysis.decision_level
        for analysis in primary(material)
        for one in compared(material, analysis)
        if one.planned is not None and deciding(material, analysis, one.planned) is one.planned
    ]
    one_sided = [
        analysis.decision_level
        for analysis in primary(material)
        for row in material.of(analysis.name)
        if row["method"].startswith(OF_ARM) and row["group1_level"] and not row["stratum"]
    ]
    levels += one_sided
    if len(levels) < SEVERAL or explores(material):
        return []
    at = " or ".join(f"{level:g}" for level in dict.fromkeys(levels))
    decides = [analysis.decides for analysis in primary(material) if analysis.decides]
    if decides:
        arms = in_a_row([material.arm_label(arm) for arm in decides])
        return [
            f"Of the {len(levels)} primary tests, each at {at} and without adjustment for "
            f"multiplicity, that of {arms} against the threshold decides by the plan; the others "
            f"stand beside it."
        ]
    return [
        f"The {len(levels)} primary {'tests' if one_sided else 'comparisons'} are each decided at "
        f"{at}, without adjustment for multiplicity; the plan names none of them as the main one"
        f"{', and those of a single arm are one-sided' if one_sided else ''}."
    ]


def sentences(material: Material, analysis: Analysis) -> list[str]:
    """The finding of each comparison, with p where a test was made; where there are many, how far
    they go. Which methods they are by stands with the methods."""
    found = list(compared(material, analysis))
    over_visits = [text + "." for text in anova_sentences(material, analysis)]
    first = _first(material, analysis) if found else []
    if len(found) > MOST_SENTENCES:
        # The most extreme of many are no result.
        return [*first, f"{len(found)} comparisons are in its table.", *over_visits]
    told = []
    for one in found:
        estimate, whole = one.estimate, at_look(material, analysis, one.estimate)
        shown = escape_markdown(f"{_what(material, whole)} {whole['stat_text']}")
        start = upper_first(one.lead.removeprefix(", "))
        far = bounds_first(material, analysis, estimate)
        text = f"{escape_markdown(start)} {far}[{shown}]({trace_link(whole['result_id'])})"
        text += f", {UNADJUSTED} {with_level(estimate)}" * (whole is not estimate)
        text += denominators(material, estimate)
        text += at_the_end(material, estimate)
        for p in one.p_values(analysis.decision_level):
            text += f"; {tests_text(material, p)}"
        text += unadjusted_interval(analysis, whole)
        told.append(text + _margins(material, estimate) + ".")
    return first + told + over_visits


def _leads_with_bounds(material: Material, analysis: Analysis) -> bool:
    """Whether the plan names bounds before any estimate: they are what answers its question."""
    compared = (row["stat_name"] for row in material.of(analysis.name) if row["comparison"])
    return next(compared, "").endswith(LOWEST)


def bounds_first(material: Material, analysis: Analysis, estimate: ResultRow) -> str:
    """How far the estimate could go, whatever the outcomes of those without one were, where the
    plan leads with that."""
    if not _leads_with_bounds(material, analysis):
        return ""
    told = [
        f"whatever the outcomes of those without one were, {_what(material, estimate)} "
        f"{link(low)} to {link(high, high['stat_text'])}; of those with one, "
        for member, low, high in missing_bounds(material, analysis, estimate)
        if member is analysis
    ]
    return "".join(told)


def _first(material: Material, analysis: Analysis) -> list[str]:
    """What comes before the comparisons: the interaction of subgroups, the tests of all arms."""
    told = _interaction(material, analysis) if analysis.by is not None else []
    tests = [(p, lead) for p, _, lead in _overall(material, analysis)]
    tests += _before_pairs(material, analysis)
    if len(tests) > MOST_SENTENCES:
        return [*told, f"{len(tests)} tests of all arms are in its table."]
    for p, lead in tests:
        start = escape_markdown(upper_first(lead.removeprefix(", ")))
        told.append(f"{start} {tests_text(material, p)}{escape_markdown(resting_on(material, p))}.")
    return told


def interactions(material: Material, analysis: Analysis) -> list[ResultRow]:
    """The p-values of the interaction of an analysis by subgroup, or over a score; none where the
    plan has none."""
    return [
        row
        for row in material.printable(analysis.name)
        if row["stat_name"] == "p_value"
        and row["stratum"] is None
        and row["group2"] is None
        and (analysis.interaction is not None or of_interaction(row["method"]))
    ]


def _interaction(material: Material, analysis: Analysis) -> list[str]:
    """The test of interaction of each comparison; that there is none where the plan has none."""
    if analysis.interaction is None:
        return ["No test of interaction is planned, so none was made."]
    rows = interactions(material, analysis)
    several = len({values_of(row, PLACE) for row in rows}) > 1
    told = []
    for row in rows:
        parts = [*material.parameter_words(row), *([row["visit"]] if row["visit"] else [])]
        parts += [pair_text(material, row)] if row["comparison"] else ["all arms"]
        where = escape_markdown(f" ({', '.join(parts)})") if several else ""
        told.append(f"Interaction{where}: {tests_text(material, row)}.")
    return told


def _overall(material: Material, analysis: Analysis) -> Iterator[tuple[ResultRow, ResultRow, str]]:
    """(p, adjusted p, the words before them) of the tests of all arms that a family has."""
    found = of_all_arms(material, analysis.name)
    visits = len({p["visit"] for p, _ in found}) > 1
    for p, adjusted in found:
        yield p, adjusted, _lead_of_all(material, p, visits)


def resting_on(material: Material, p: ResultRow) -> str:
    """ "; it rests on assumed counts of Drug": behind what is decided of arms of a synthetic cohort
    of which no number is printed."""
    place = ("parameter", "visit", "stratum")
    counts = [
        row
        for row in material.of(p["analysis_id"])
        if row["stat_name"] in ("count", "events") and values_of(row, place) == values_of(p, place)
    ]
    whose = assumed_arms(material, counts)
    return f"; it rests on assumed counts of {whose}" if whose else ""


def _before_pairs(material: Material, analysis: Analysis) -> list[tuple[ResultRow, str]]:
    """(p, the words before it) of the tests of all arms with which a closed test begins; nothing
    where they are many, as at each of many endpoints."""
    rows = before_pairs(material.trial.plan, material.of(analysis.name), analysis.name)
    found = [row for row in rows if row["stat_value"] is not None and row["stratum"] is None]
    visits = len({p["visit"] for p in found}) > 1
    if len(found) > MOST_SENTENCES:
        return []
    return [(p, _lead_of_all(material, p, visits)) for p in found]


def _lead_of_all(material: Material, p: ResultRow, visits: bool) -> str:
    parts = [*material.parameter_words(p), *([p["visit"]] if visits and p["visit"] else [])]
    return "".join(f", {part}" for part in [*parts, "all arms"]) + ":"


def described(material: Material, analysis: Analysis) -> list[str]:
    """The patients and shares by arm of an analysis without an estimate that compares; none where
    many."""
    cuts: dict[tuple[str | None, ...], list[ResultRow]] = {}
    counts: dict[tuple[str | None, ...], ResultRow] = {}
    cut = ("parameter", "visit", "stratum")
    for row in material.of(analysis.name):
        if row["stat_name"] == "proportion" and row["group1_level"] and not row["group2"]:
            cuts.setdefault(values_of(row, cut), []).append(row)
        elif row["method"] == "count.events":
            counts[values_of(row, (*cut, "group1_level"))] = row
    if len(cuts) > MOST_SENTENCES:
        return []
    told = []
    for place, rows in cuts.items():
        _, visit, stratum = place
        arms = list({row["group1_level"]: row for row in reversed(rows)}.values())[::-1]
        parts = [*material.parameter_words(arms[0])]
        parts += [visit] if visit and len({key[1] for key in cuts}) > 1 else []
        parts += [material.stratum_words(stratum)] if stratum else []
        lead = escape_markdown(f"{', '.join(parts)}:") + " " if parts else ""
        shares = []
        for row in arms:
            of = [one for one in (counts.get((*place, row["group1_level"])), row) if one]
            arm = escape_markdown(material.arm_label(row["group1_level"]))
            shares.append(f"{arm} {of_arm_in_words(of)}")
        told.append(f"{lead}{'; '.join(shares)}.")
    return told


def without_comparison(material: Material, analysis: Analysis) -> list[str]:
    """What is told of an analysis without an estimate that compares and without shares: its tests
    where they are few, how many numbers its tables have, or that it has none."""
    rows = [row for row in material.printable(analysis.name) if row["stat_value"] is not None]
    tests = [
        row
        for row in rows
        if row["stat_name"] == "p_value" and not row["group1_level"] and not row["stratum"]
    ]
    if not 0 < len(tests) <= MOST_SENTENCES:
        nothing = ["Nothing of it could be estimated; the reasons stand below."]
        return (
            [f"{len(rows)} numbers are in its tables."]
            if rows
            else nothing[: len(material.of(analysis.name))]
        )
    told = []
    for row in tests:
        who = pair_text(material, row) if row["comparison"] else "all arms"
        if row["group2"] == "effect":
            who = material.tracer.about.second_words(row) or who
        place = [*material.parameter_words(row), *filter(None, [row["visit"]]), who]
        lead, end = upper_first(", ".join(place)), verdict(material, analysis, row)
        told.append(f"{escape_markdown(lead)}: {tests_text(material, row)}{escape_markdown(end)}.")
    if not any(row["stat_name"] == "p_adjusted" for row in rows):
        told.append("These p-values are not adjusted for multiplicity and decide nothing.")
    return told


def compared(material: Material, analysis: Analysis) -> Iterator[Compared]:
    """Each comparison of an analysis: its first estimate, with p-values."""
    cuts: dict[tuple[str | None, ...], list[ResultRow]] = {}
    for row in material.printable(analysis.name):
        pair = pair_of(analysis, row)
        if pair is not None:
            contrast = row["group2_level"] if row["group2"] == "contrast" else None
            place = values_of(row, ("visit", "stratum"))
            cuts.setdefault((row["parameter"], *pair, *place, contrast), []).append(row)
    visits = len({key[3] for key in cuts}) > 1
    for (_, _, _, visit, stratum, contrast), rows in cuts.items():
        estimate = next((row for row in rows if row["ci_level"] is not None), None)
        if estimate is None:
            continue
        parts = [*material.parameter_words(estimate)]
        parts += [visit] if visits and visit else []
        parts += [material.stratum_words(stratum)] if stratum else []
        parts += [contrast] if contrast else []
        lead = "".join(f", {part}" for part in [*parts, short_pair(material, estimate)]) + ":"
        if stratum:
            # Within subgroups a p-value invites comparing verdicts; the interaction answers that.
            yield Compared(estimate, None, None, lead)
            continue
        further = tuple(
            row for row in rows if values_of(row, OF_METHODS) == values_of(estimate, OF_METHODS)
        )[1:]
        own, planned = own_p(estimate, rows), planned_p(analysis, rows)
        if planned is None and own is not None and _stands_for_test(analysis, own, rows):
            planned = own
        yield Compared(estimate, own, planned, lead, further)


def _stands_for_test(analysis: Analysis, result_row: ResultRow, rows: list[ResultRow]) -> bool:
    """Whether the p-value of an estimate is the test that counts: where a family has it, or of a
    primary analysis whose plan names no other."""
    decides = analysis.role == "primary" and not analysis.tests
    return decides or any(is_adjusted(row, result_row) for row in rows)


def planned_p(analysis: Analysis, rows: list[ResultRow]) -> ResultRow | None:
    """The p-value of the plan's first test that a family has, else of its first test; a correction
    ends the method's name. A test of an assumption is none of these."""
    result_row = []
    for step in analysis.tests:
        for row in rows:
            method = row["method"].removeprefix("p_value.")
            if of_assumption(row["method"]):
                continue
            if method == step.method or method.startswith(f"{step.method}_"):
                result_row.append(row)
                break
    member = (row for row in result_row if any(is_adjusted(each, row) for each in rows))
    p = next(member, result_row[0] if result_row else None)
    return p if p is not None and p["stat_value"] is not None else None


def tests_text(material: Material, p: ResultRow) -> str:
    """ "p = 0.03, adjusted p = 0.06", with links; no line ends between p and its number."""
    tests = [p, *filter(None, [adjusted_of(material, p)])]
    return ", ".join(f"{LABELS[row['stat_name']]}{NO_BREAK}{with_sign(row)}" for row in tests)


def _what(material: Material, estimate: ResultRow) -> str:
    return effect_words(material.trial, estimate) + period(material, estimate, years=True)


def same_footing(material: Material, analysis: Analysis, estimate: ResultRow) -> list[ResultRow]:
    """The estimates of the same comparison by the primary analyses that ask the same question."""
    return [
        one.estimate
        for other in alongside(material, analysis)
        for one in compared(material, other)
        if one.estimate["stat_name"] == estimate["stat_name"]
        and question_of(one.estimate) == question_of(estimate)
    ]


def parting(material: Material, analysis: Analysis, estimate: ResultRow) -> ResultRow | None:
    """The first of them whose interval lies otherwise about no effect."""
    clear = leaves_out_no_effect(estimate)
    beside = same_footing(material, analysis, estimate)
    return next((row for row in beside if leaves_out_no_effect(row) != clear), None)


def _margins(material: Material, estimate: ResultRow) -> str:
    """Whether the difference lies within the margins, where the analysis asks that."""
    for row in material.of(estimate["analysis_id"]):
        if row["stat_name"] == "verdict" and values_of(row, PLACE) == values_of(estimate, PLACE):
            margins = escape_markdown(limits_of(row["options"]).removeprefix(", "))
            return f"; compared with margins of {margins}: {link(row)}"
    return ""
