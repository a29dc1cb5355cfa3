"""Which p-values are held against the decision level, and in what words.

A verdict is given to the tests of a primary analysis, and to the members of a declared family by
their adjusted p-value. Where a family has the test of all arms, the pairs of that analysis have
none. Every other p-value is shown without a verdict.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from math import isclose

from trialtrace.base.words import P_VALUES, no_effect
from trialtrace.report.links import AUDIT_PAGE, claim_anchor
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import NO_BREAK, link, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.words import ADJUSTED, family_of
from trialtrace.run.trial.plan.analysis import DecisionLevel
from trialtrace.run.trial.plan.build import Analysis, Plan
from trialtrace.run.trial.plan.references import adjustment_of

NOT_ADJUSTED = "Not adjusted for multiplicity, and therefore without p-values here"
PLACE = ("parameter", "comparison", "reference", "visit", "stratum")
GROUPS = ("group1_level", "group2", "group2_level")


def decides_anything(plan: Plan, analysis: Analysis, rows: Iterable[ResultRow]) -> bool:
    """Whether the plan decides on a test of this analysis; where it names none, on the p-value of a
    primary estimate."""
    named = {
        test.analysis
        for family in plan.multiplicity.values()
        for test in family.tests
        if not getattr(family, "in_place", None)
    }
    if analysis.name in named or analysis.role != "primary":
        return analysis.name in named
    return bool(analysis.tests) or any(row["stat_name"] == "p_value" for row in rows)


def pair_of(analysis: Analysis, row: ResultRow) -> tuple[str, str] | None:
    """The arms that a result compares: of two arms a test of all of them is that of the pair."""
    if row["comparison"] is not None:
        return row["comparison"], present(row["reference"])
    of_all = row["stat_name"] in P_VALUES and row["group1_level"] is None and row["group2"] is None
    return analysis.pairs[0] if of_all and len(analysis.pairs) == 1 else None


def is_adjusted(adjusted: ResultRow, p: ResultRow) -> bool:
    """Whether a row is the adjusted p-value of a test: of the same name at the same place."""
    # An analysis of many endpoints asks this of each with each.
    if adjusted["stat_name"] != ADJUSTED or adjusted["parameter"] != p["parameter"]:
        return False
    short, test = (row["method"].split(".", 1)[1] for row in (adjusted, p))
    of_one = (*PLACE, "group1_level", "group2", "group2_level")
    return short == f"{adjustment_of(short)}_{test}" and values_of(adjusted, of_one) == values_of(
        p, of_one
    )


def adjusted_of(material: Material, p: ResultRow) -> ResultRow | None:
    """The adjusted p-value of a test; None where no family has it."""
    adjusted = (row for row in material.of(p["analysis_id"]) if row["stat_name"] == ADJUSTED)
    return next((row for row in adjusted if is_adjusted(row, p)), None)


def beside_adjusted(material: Material, rows: Sequence[ResultRow]) -> str:
    """What the caption of a table says where an analysis has adjusted p-values and some of those
    of the table are none and have none beside them. That with which a closed test begins needs
    none."""
    p_values = [row for row in rows if row["stat_name"] == "p_value"]
    names = {row["analysis_id"] for row in p_values}
    if all(row["stat_name"] != ADJUSTED for name in names for row in material.of(name)):
        return ""
    families = material.trial.plan.multiplicity.values()
    begin = {(one.global_.analysis, one.global_.test) for one in families if one.adjust == "closed"}
    asked = [
        row
        for row in p_values
        if (row["analysis_id"], row["method"].partition(".")[2]) not in begin
    ]
    alone = [row for row in asked if adjusted_of(material, row) is None]
    if not alone:
        return ""
    if len(alone) == len(asked):
        return " No p-value of this table is adjusted for multiplicity."
    return " A p-value without an adjusted one beside it is not adjusted for multiplicity."


def of_all_arms(material: Material, name: str) -> list[tuple[ResultRow, ResultRow]]:
    """(p, adjusted p) of the tests of an analysis over all its arms that a family has."""
    of_some = ("comparison", "group1_level", "group2")
    analysis = material.trial.plan.analyses.get(name)
    if analysis is not None and len(analysis.pairs) == 1:
        # Of two arms it is the test of their pair.
        return []
    rows = [row for row in material.of(name) if set(values_of(row, of_some)) == {None}]
    adjusted = [row for row in rows if row["stat_name"] == ADJUSTED]
    return [
        (p, own)
        for own in adjusted
        for p in rows
        if p["stat_name"] == "p_value" and is_adjusted(own, p)
    ]


def in_place(row: ResultRow) -> dict[str, str] | None:
    """The family and the analysis in whose place an adjusted p-value stands; None of others."""
    return json.loads(row["options"]).get("in_place") if row["stat_name"] == ADJUSTED else None


Placed = dict[str, list[ResultRow]]


def turned(material: Material, analysis: Analysis) -> Iterator[str]:
    """What the adjusted p of a test of all arms which Holm's procedure rejects is with the p of a
    sensitivity analysis in its place, as the plan asks it, where one of them turns it; a sentence
    each, as Markdown."""
    level = analysis.decision_level
    for adjusted, placed in _turned(material, analysis):
        told = ", ".join(f"{_ends(rows)} by “{escape_markdown(at)}”" for at, rows in placed.items())
        yield (
            f"{escape_markdown(analysis.label)}: the adjusted p{NO_BREAK}{with_sign(adjusted)} "
            f"of all arms is {reach([], level)} {level:g} as analysed, but not with the p of "
            f"every other analysis in its place: {told}"
        )


def _turned(material: Material, analysis: Analysis) -> Iterator[tuple[ResultRow, Placed]]:
    """Adjusted p-values that reject, with those of the analyses in their place by their label."""
    level = analysis.decision_level
    for p, adjusted in of_all_arms(material, analysis.name):
        if in_place(adjusted) or not rejected([present(adjusted["stat_value"])], level):
            continue
        place = {"family": family_of(adjusted), "of": p["analysis_id"]}
        placed: Placed = {}
        for member in material.trial.plan.analyses.values():
            for row in material.of(member.name) if member.of == p["analysis_id"] else ():
                if in_place(row) == place and row["stat_value"] is not None:
                    placed.setdefault(member.label, []).append(row)
        values = [present(row["stat_value"]) for rows in placed.values() for row in rows]
        if rejected(values, level) < len(values):
            yield adjusted, placed


def _ends(rows: Sequence[ResultRow]) -> str:
    """The lowest and the highest of some adjusted p-values, or the one."""
    ordered = sorted(rows, key=lambda row: present(row["stat_value"]))
    ends = {row["stat_text"]: row for row in (ordered[-1], ordered[0])}
    return " to ".join(link(row) for row in reversed(ends.values()))


def leaves_out_no_effect(row: ResultRow) -> bool:
    """Whether an interval does not have the value of no effect in it."""
    return not present(row["ci_low"]) <= no_effect(row["stat_name"]) <= present(row["ci_high"])


def explores(material: Material) -> bool:
    """Whether the trial is declared to explore: then no test of it decides."""
    return material.trial.design.framework == "exploratory"


def deciding(material: Material, analysis: Analysis, p: ResultRow) -> ResultRow | None:
    """The p-value by which a test is decided: its adjusted one, or itself; None where none is."""
    if explores(material):
        return None
    result_row = adjusted_of(material, p)
    if result_row is not None:
        decides = result_row["stat_value"] is not None and not in_place(result_row)
        return result_row if decides else None
    if analysis.role != "primary" or of_all_arms(material, analysis.name):
        return None
    return p


def unadjusted(material: Material, analysis: Analysis, *, within: bool = False) -> str:
    """Why an analysis prints no p-value of its comparisons, or of those `within` subgroups; and the
    way to one that stands all the same, because a paper printed it."""
    rows = [row for row in material.of(analysis.name) if row["stratum"] or not within]
    tests = [row for row in rows if row["stat_name"] in P_VALUES]
    whose = "Comparisons" if any(row["group1_level"] for row in tests) else ""
    whose = "Comparisons within subgroups" if within else whose
    why = f"{whose} are {lower_first(NOT_ADJUSTED)}" if whose else NOT_ADJUSTED
    names = {row["result_id"] for row in tests}
    printed = [claim["claim_id"] for claim in material.claims if claim["result_id"] in names]
    if not printed:
        return f"{why}."
    return (
        f"{why}; what a paper printed of them is [compared with the data]"
        f"({AUDIT_PAGE}#{claim_anchor(printed[0])})."
    )


def rejected(values: Sequence[float], level: float) -> int:
    """How many p-values reject: p <= level, by which a test keeps its level (Lehmann and Romano
    2005, section 3.3); exact tests and those by draws do meet it."""
    return sum(value <= level for value in values)


def reach(values: Sequence[float], level: float) -> str:
    """ "below", as is usual, unless one of the p-values is the level itself."""
    return "at or below" if level in values else "below"


def assumes(material: Material, analysis: Analysis) -> bool:
    """Whether the level of a look is by a boundary of the plan's authors and not the trial's:
    then p is told as what would have crossed it, and decides nothing."""
    return analysis.look is not None and bool(material.trial.reanalysis)


def level_words(material: Material, analysis: Analysis) -> str:
    """ "level of 0.05"; that of a look is reckoned from a plan's looks, and no more exact than what
    that knows of them."""
    if analysis.look is None:
        return f"level of {analysis.decision_level:.3g}"
    about = f"about {analysis.decision_level:.2g}"
    if assumes(material, analysis):
        return f"boundary that we assumed for {_this_look(analysis.look)}, two-sided p {about}"
    return f"level of {about} at {_this_look(analysis.look)}, by the plan's boundary"


def _this_look(level: DecisionLevel) -> str:
    last = level.look == len(level.fractions)
    return "the final analysis" if last else "this interim analysis"


def unadjusted_interval(analysis: Analysis, estimate: ResultRow) -> str:
    """That an interval beside the level of a look takes no account of the looks, but one that is of
    a trial that could stop, or at that level, of which a plan has as many digits as it likes."""
    adjusted = estimate["method"].endswith(".median_unbiased") or estimate["ci_low"] is None
    adjusted |= isclose(1 - (estimate["ci_level"] or 0), analysis.decision_level, rel_tol=0.05)
    looked = analysis.look is not None and not adjusted
    return "; the interval is not adjusted for the interim analyses" * looked


def verdict(material: Material, analysis: Analysis, p: ResultRow) -> str:
    """ ", below the significance level of 0.05"; of a pair beneath the test of all arms, that this
    decides; else nothing."""
    result_row = deciding(material, analysis, p)
    if result_row is not None:
        value, level = present(result_row["stat_value"]), analysis.decision_level
        if assumes(material, analysis):
            crossed = "would" if rejected([value], level) else "would not"
            return f", which {crossed} have crossed the {level_words(material, analysis)}"
        side = reach([value], level) if rejected([value], level) else "not below"
        return f", {side} the significance {level_words(material, analysis)}"
    if adjusted_of(material, p) is None and of_all_arms(material, analysis.name):
        return ", descriptive: the test of all arms decides"
    return ""
