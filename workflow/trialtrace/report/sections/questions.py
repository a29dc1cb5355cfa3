"""Which analyses ask the question of another, and which ask another one of it.

Analyses ask the same question that are of the same estimand, at the same visits: one of the plan
and those made `of` it. Those of another estimand or visit ask another one.
"""

from collections.abc import Iterator

from trialtrace.report.material import Material
from trialtrace.report.sections.decisions import pair_of
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import of_assumption

Key = tuple[str | None, ...]
Estimate = tuple[str | float | None, ...]
# The arms of a comparison: treated, and what it is compared with.
Pair = tuple[str, str]
PLACES = ("parameter", "visit", "comparison", "reference")
# Differences of risk, of which one has deaths compete: of the same scale.
OF_RISK = ("risk_difference", "incidence_difference")
# What is said of an interval beside that at the level of a look.
UNADJUSTED = "unadjusted for interim analyses"
# p-values that count the looks of a trial that could stop.
STAGE_WISE = ".stage_wise_"
# Analyses that ask the same question otherwise; a subgroup asks another one.
ROLES = ("primary", "sensitivity", "supportive", "exploratory", "published")


def same_question(material: Material, analysis: Analysis) -> list[ResultRow]:
    """The estimates of the analysis's first statistic, its own and those of the analyses that ask
    the same question otherwise; of each endpoint, visit and comparison after another.

    An estimate that a later analysis repeats, to set it beside others, is no second one."""
    wanted = first_statistic(material.of(analysis.name))
    result_rows: dict[Key, dict[Estimate, ResultRow]] = {}
    for member in (analysis, *children(material, analysis.name)):
        for key, rows in asking(material, analysis, member).items():
            for row in rows:
                if (
                    row["comparison"]
                    and row["stat_name"] == wanted
                    and row["stat_value"] is not None
                ):
                    result_rows.setdefault(key, {}).setdefault(estimate_of(row), row)
    return [row for rows in result_rows.values() for row in rows.values()]


def by_other_rules(material: Material, analysis: Analysis, first: ResultRow) -> list[ResultRow]:
    """The estimates of the comparison of `first` in which the outcome is told by another rule: of
    the sensitivity analyses of an analysis of one endpoint. They are of another endpoint, and of
    what its readers ask."""
    if len(analysis.estimand.variables) > 1:
        return []
    stats = OF_RISK if first["stat_name"] in OF_RISK else (first["stat_name"],)
    found: dict[Estimate, ResultRow] = {}
    for member in children(material, analysis.name):
        estimand = member.estimand
        if (
            member.role == "sensitivity"
            and estimand.population == analysis.estimand.population
            and estimand.variables != analysis.estimand.variables
        ):
            for row in material.printable(member.name):
                # A time has no visit, and a difference at a time stands there.
                places = row["visit"] in (first["visit"], None) and row["stratum"] is None
                places = places and row["group2"] in (None, "time")
                same = values_of(row, PLACES[2:]) == values_of(first, PLACES[2:])
                if same and places and row["stat_name"] in stats and row["ci_low"] is not None:
                    found.setdefault(estimate_of(row), row)
    return list(found.values())


def of_other_questions(material: Material, analysis: Analysis, first: ResultRow) -> list[ResultRow]:
    """The estimates of the comparison of `first` by analyses made of this one that ask another
    question of it: in other patients, of another definition of the outcome, at another visit. An
    analysis of several endpoints or visits has a table, and no estimate of its own here."""
    alike = ("comparison", "reference", "stat_name")
    ruled = {row["result_id"] for row in by_other_rules(material, analysis, first)}
    further = []
    for member in children(material, analysis.name):
        estimates = [
            row
            for rows in asking(material, analysis, member, other=True).values()
            for row in rows
            if values_of(row, alike) == values_of(first, alike) and row["ci_low"] is not None
        ]
        if len({question_of(row) for row in estimates}) == 1:
            further += [row for row in estimates[:1] if row["result_id"] not in ruled]
    return further


def estimate_of(row: ResultRow) -> Estimate:
    """What two rows share that are one estimate: what is compared, the method, the value."""
    return (*question_of(row), row["method"], row["options"], row["stat_value"])


def asking(
    material: Material, analysis: Analysis, member: Analysis, *, other: bool = False
) -> dict[Key, list[ResultRow]]:
    """What an analysis `member` prints that asks the question of another; with `other` the rest.

    The question is that of the estimand, what of it is analysed and where, an endpoint and visit.
    """
    cuts = by_cut(material.printable(member.name), member, times=other)
    result_rows = {key[:2] for key in by_cut(material.printable(analysis.name), analysis)}
    same = question(member) == question(analysis)
    return {key: rows for key, rows in cuts.items() if (same and key[:2] in result_rows) != other}


def question(analysis: Analysis) -> tuple[object, ...]:
    """The estimand, the value of the outcome, and the rows of it that an analysis takes."""
    return analysis.estimand.name, analysis.value, analysis.where


def alongside(material: Material, analysis: Analysis) -> list[Analysis]:
    """The primary analyses that ask the question of another primary one, of which they are made:
    on the same footing, such as all randomised by imputation beside those with an outcome."""
    return [
        other
        for other in material.trial.plan.analyses.values()
        if {analysis.role, other.role} == {"primary"}
        and other.of == analysis.name
        and question(other) == question(analysis)
    ]


def of_look(material: Material, analysis: Analysis) -> list[Analysis]:
    """The analyses with the interval at the level of a look, where the plan wants it seen: then
    that is the primary one, and the other is not adjusted for the looks."""
    return [
        other
        for other in (material.trial.plan.analyses.values() if analysis.look else ())
        if other.of == analysis.name and other.report == "summary"
        if other.confidence != analysis.confidence
    ]


def label_at_look(material: Material, analysis: Analysis) -> str:
    """The label of an analysis, with which of two is primary: that at the level of a look."""
    parent = material.trial.plan.analyses.get(analysis.of or "")
    if parent is not None and analysis in of_look(material, parent):
        return f"{analysis.label} (primary)"
    return analysis.label + f" ({UNADJUSTED})" * bool(of_look(material, analysis))


def looked_at(material: Material, name: str) -> str:
    """The analysis that describes the arms of one with the interval at the level of a look; of
    others it is their own."""
    analyses = material.trial.plan.analyses
    parent = analyses.get(analyses[name].of or "")
    look = parent is not None and analyses[name] in of_look(material, parent)
    return parent.name if parent is not None and look else name


def at_look(material: Material, analysis: Analysis, estimate: ResultRow) -> ResultRow:
    """The same estimate with the interval at the level of a look."""
    like = ("method", *PLACES, "stratum")
    others = (material.of(other.name) for other in of_look(material, analysis))
    same = (r for rows in others for r in rows if values_of(r, like) == values_of(estimate, like))
    return next(same, estimate)


def leading(material: Material) -> list[Analysis]:
    """The primary analyses, one a question."""
    every = [a for a in material.trial.plan.analyses.values() if a.role == "primary"]
    beside = {other.name for one in every for other in alongside(material, one)}
    return [one for one in every if one.name not in beside]


def question_of(row: ResultRow) -> Key:
    """The endpoint, visit and arms that an estimate compares."""
    return values_of(row, PLACES)


def children(material: Material, name: str) -> Iterator[Analysis]:
    """The analyses made of one, those made of these among them."""
    for other in material.trial.plan.analyses.values():
        if other.of == name and other.by is None and other.role in ROLES:
            yield other
            yield from children(material, other.name)


def first_statistic(rows: list[ResultRow]) -> str | None:
    """The first statistic of a comparison that has an interval."""
    compared = (row for row in rows if row["comparison"] and row["ci_level"] is not None)
    return next((row["stat_name"] for row in compared), None)


def by_cut(
    rows: list[ResultRow], analysis: Analysis, *, times: bool = False
) -> dict[Key, list[ResultRow]]:
    """Rows of comparisons and of all arms together, by endpoint, visit and arms, without tests of
    what an estimate assumes. Of two arms a test of all of them is that of the pair.

    With `times` also differences of risk at a time, which `by_other_rules` counts."""
    result_rows: dict[Key, list[ResultRow]] = {}
    for row in rows:
        at_time = times and row["group2"] == "time" and row["stat_name"] in OF_RISK
        of = None if at_time else row["group2"]
        apart = (row["group1_level"], row["stratum"], of) != (None, None, None)
        if apart or of_assumption(row["method"]):
            continue
        pair = pair_of(analysis, row) or (None, None)
        result_rows.setdefault((*values_of(row, PLACES[:2]), *pair), []).append(row)
    return result_rows


def missing_bounds(
    material: Material, analysis: Analysis, estimate: ResultRow
) -> Iterator[tuple[Analysis, ResultRow, ResultRow]]:
    """(analysis, lowest, highest) of the estimate if all who have no value had had the worse or
    the better one, of each of those analyses that bounds the same comparison."""
    ends = [f"{estimate['stat_name']}_{end}" for end in ("lowest", "highest")]
    for member in (analysis, *children(material, analysis.name)):
        for rows in asking(material, analysis, member).values():
            bounds = {
                row["stat_name"]: row
                for row in rows
                if row["stat_value"] is not None and question_of(row) == question_of(estimate)
            }
            if all(end in bounds for end in ends):
                yield member, bounds[ends[0]], bounds[ends[1]]
