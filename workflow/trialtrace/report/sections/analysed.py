"""Of whom an analysis is: its population, by arm how many of it have an outcome."""

import json
from collections.abc import Mapping

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.anova import f_tests
from trialtrace.report.sections.deaths import population_rows
from trialtrace.report.sections.lost_sessions import hanging
from trialtrace.report.sections.results_in_short import short_arm
from trialtrace.report.tables import link
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import describe
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.resolve import of_patients

# Columns of derived data that a condition of the plan names, in words.
PLACES = {"LOC": "location", "LAT": "side", "AVISIT": "visit"}


def analysed(material: Material, analysis: Analysis) -> str:
    """The population and, by arm, how many of it entered; a range where that differs."""
    population = material.trial.populations[analysis.estimand.population]
    populations = population_rows(material, population.name)
    parts, lacking = [], False
    whole = all(
        of_patients(material.trial, endpoint) for endpoint in parameters(material.trial, analysis)
    )
    for arm in [ALL] if whole else material.trial.design.arms:
        of = populations.get(arm, populations.get(ALL))
        size = round(present(of["stat_value"])) if of else 0
        used = _used(material, analysis.name, arm, size)
        if used:
            least, most = min(used, key=_n_of), max(used, key=_n_of)
            n_link = _n_link(least)
            n_link += f" to {_n_link(most)}" if _n_of(most) > _n_of(least) else ""
            label = "patients" if arm == ALL else escape_markdown(short_arm(material, arm))
            lacking = lacking or _n_of(least) < size
            lost = hanging(material, analysis).get(arm)
            label += (
                f" ({_n_of(least) - lost} known, {lost} lost and counted as failure)"
                if lost
                else ""
            )
            parts.append(f"{n_link} of {link(of, str(size)) if of else 0} {label}")
    if not parts:
        arms = dict.fromkeys(arm for pair in analysis.pairs for arm in pair)
        several = len(arms) < len(material.trial.design.arms) and arms.keys() <= populations.keys()
        sizes = {
            arm: populations[arm] for arm in (arms if several else [ALL]) if arm in populations
        }
        used_of = _used_in_all(material, analysis.name, sizes)
        entered = f"{escape_markdown(population.label)}{used_of}."
        return " ".join([entered, *_why(material, analysis)])
    words = {PLACES.get(name, name): test for name, test in (analysis.where or {}).items()}
    where = f", where {describe(words)}" if words else ""
    known = "known in " if lacking else ""
    told = f"{escape_markdown(population.label + where)}: {known}{', '.join(parts)}"
    return f"{told}{_over_visits(material, analysis)}."


def _over_visits(material: Material, analysis: Analysis) -> str:
    """How many of each arm have a value at one visit at least, where an estimate over visits is of
    more patients than any visit has."""
    over = [r for r in material.of(analysis.name) if r["group2_level"] == "over_visits"]
    row = next((one for one in over if one["comparison"]), None)
    behind = material.tracer.members.get(row["result_id"], ()) if row else ()
    member = next((one for one in behind if one["role"] == "analysed"), None)
    if row is None or member is None:
        return ""
    chosen = material.tracer.frames.select(member["dataset"], json.loads(member["predicate"]))
    pairs = set(zip(chosen.column("TRTP").tolist(), chosen.column("USUBJID").tolist(), strict=True))
    counts = [sum(arm == one for one, _ in pairs) for arm in material.trial.design.arms]
    each = in_a_row([*map(str, counts)])
    return f"; at one visit at least in {each}, {_n_link(row)} in the arms together"


def _n_of(row: ResultRow) -> int:
    """Of how many subjects a description is made."""
    return row["denominator"] or row["n_used"] or 0


def _n_link(row: ResultRow) -> str:
    """That number as a link to the description that is made of so many."""
    part = "out-of" if row["denominator"] else "n"
    return f"[{_n_of(row)}]({trace_link(row['result_id'], part)})"


def _used(material: Material, name: str, arm: str, whole: int) -> list[ResultRow]:
    """The descriptions of an arm, each made of so many subjects.

    Means of a model over all arms are made of more than an arm has, and bounds of those without a
    value too: both are left out.
    """
    used = [
        row
        for row in material.of(name)
        if row["group1_level"] == arm
        and row["stratum"] is None
        and _n_of(row)
        and not row["stat_name"].endswith(("_lowest", "_highest"))
    ]
    of_all = {row["method"] for row in used if _n_of(row) > whole}
    return [row for row in used if row["method"] not in of_all]


def left_out_without_values(material: Material, analysis: Analysis) -> list[str]:
    """Whom analyses of variance leave out for want of a value, a sentence each."""
    told = (test.rows["f"]["warning"] for test in f_tests(material, analysis.name))
    return list(dict.fromkeys(text for text in told if text))


def _why(material: Material, analysis: Analysis) -> list[str]:
    """The same where it is one sentence; of several endpoints how many is in their table."""
    told = left_out_without_values(material, analysis)
    several = [
        "Patients without a value in any cell are left out; each line of the table has its number."
    ]
    return several if len(told) > 1 else [escape_markdown(text) for text in told]


def _used_in_all(material: Material, name: str, of: Mapping[str, ResultRow]) -> str:
    """Over all that compares groups: of how many it was made, with links to these results, and `of`
    how many in the population, by arm or in all.

    What describes a single arm compares nothing.
    """
    used = [
        row
        for row in material.of(name)
        if row["n_used"] and row["group1_level"] is None and row["error"] is None
    ]
    if not used:
        return ""
    by_size = sorted(used, key=lambda row: present(row["n_used"]))
    low, high = (
        f"[{row['n_used']}]({trace_link(row['result_id'], 'n')})"
        for row in (by_size[0], by_size[-1])
    )
    labels = {arm: "subjects" if arm == ALL else material.arm_label(arm) for arm in of}
    wholes = [f"{link(row)} {escape_markdown(labels[arm])}" for arm, row in of.items()]
    whole = f" of {' and '.join(wholes)}" if wholes else " subjects"
    if len(wholes) > 1:
        number = round(sum(present(row["stat_value"]) for row in of.values()))
        whole = f" of {number} ({' and '.join(wholes)})"
    if by_size[0]["n_used"] == by_size[-1]["n_used"]:
        return f", {low}{whole}"
    return f", {low} to {high}{whole} in a comparison"
