"""Shares of an analysis that are held against a threshold, arm by arm, as a sentence."""

import json
from collections.abc import Iterator

from trialtrace.base.words import upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import OF_ARM, Material, asks
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import explores
from trialtrace.report.sections.lost_sessions import (
    asked,
    hanging,
    lost_by_arm,
    question_of,
)
from trialtrace.report.sections.models import SIDES
from trialtrace.report.tables import link, sign, with_level
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# The interval that goes with the exact test, where the analysis has it.
EXACT = "proportion.clopper_pearson"
SAME = ("parameter", "visit", "stratum", "group1_level")


def against_thresholds(material: Material, analysis: Analysis) -> list[str]:
    """A sentence for each endpoint, visit and subgroup whose shares were tested by arm."""
    rows = material.of(analysis.name)
    return [_sentence(material, analysis, rows, tests) for tests in _tests(rows)]


def tests_of_arms(material: Material, analysis: Analysis) -> list[ResultRow]:
    """The tests whose p these sentences have, also those that no table shows."""
    groups = _tests(material.of(analysis.name))
    return [test for tests in groups if any(map(asks, tests)) for test in tests]


def shares_held(material: Material, analysis: Analysis) -> dict[str, ResultRow]:
    """The share of each arm that an analysis of one outcome tests against a threshold."""
    rows = material.of(analysis.name)
    found = [test for tests in _tests(rows) if not tests[0]["stratum"] for test in tests]
    held = {present(test["group1_level"]): _share(rows, test) for test in found}
    return {arm: row for arm, row in held.items() if row} if len(held) == len(found) else {}


def threshold_of(material: Material, analysis: Analysis) -> str:
    """ "50 %": what these shares are held against; empty where none is."""
    tests = _tests(material.of(analysis.name)) if shares_held(material, analysis) else []
    return f"{100 * json.loads(tests[0][0]['options'])['threshold']:g} %" if tests else ""


def held_in_words(material: Material, analysis: Analysis) -> Iterator[str]:
    """ "Drug 26.7 % (95 % CI …), Placebo 30.0 % (95 % CI …), each against 50 %", as plain text."""
    if held := shares_held(material, analysis):
        told = [f"{material.arm_label(arm)} {row['stat_text']}" for arm, row in held.items()]
        each = "each " * (len(told) > 1)
        yield f"{', '.join(told)}, {each}against {threshold_of(material, analysis)}"


def beyond_thresholds(material: Material, analysis: Analysis) -> Iterator[str]:
    """The same for a conclusion: what is shown of which arms, where the trial decides; which
    intervals lie wholly on the other side."""
    rows = material.of(analysis.name)
    for tests in _tests(rows):
        of = [t for t in tests if analysis.decides in (None, t["group1_level"])]
        if not of or of[0]["stratum"]:
            continue
        parts = [] if explores(material) else [_shown(material, analysis, of)]
        if told := "; ".join(filter(None, [*parts, _beyond(material, analysis, rows, of)])):
            yield f"{told}."


def _tests(rows: list[ResultRow]) -> list[list[ResultRow]]:
    """The tests of arms against a threshold, of each endpoint, visit and subgroup."""
    cuts: dict[tuple[str | None, ...], list[ResultRow]] = {}
    for row in rows:
        if (
            row["method"].startswith(OF_ARM)
            and row["group1_level"]
            and row["stat_value"] is not None
        ):
            key = values_of(row, (*SAME[:3], "options"))
            cuts.setdefault(key, []).append(row)
    return [*cuts.values()]


def _share(rows: list[ResultRow], test: ResultRow) -> ResultRow | None:
    """The share that is tested, with the exact interval where the analysis has it."""
    same = (r for r in rows if values_of(r, SAME) == values_of(test, SAME) and not r["group2"])
    by_method = {r["method"]: r for r in same if r["stat_name"] == "proportion"}
    return by_method.get(EXACT, next(iter(by_method.values()), None))


def _sentence(
    material: Material, analysis: Analysis, rows: list[ResultRow], tests: list[ResultRow]
) -> str:
    """ "Exact test, which asks …: Drug 26.7 % (95 % CI …), p = 0.99; Placebo …; …": without p
    where no test asks what its interval leaves open."""
    first, asked_any = tests[0], any(map(asks, tests))
    stratum = [material.stratum_words(first["stratum"])] if first["stratum"] else []
    where = [*material.parameter_words(first), *([first["visit"]] if first["visit"] else [])]
    how = f"{method_of(first['method']).title}, {question_of(first)}"
    arms = []
    for test in tests:
        share = _share(rows, test)
        shown = f" {with_level(share)}" if share else ""
        if share and share["method"] != EXACT and share["ci_level"] is not None:
            # An interval of another kind is none of this test.
            shown += f" by {escape_markdown(method_of(share['method']).title)}"
        p = f", p {sign(test)}{link(test)}" * asked_any
        arms.append(f"{escape_markdown(material.arm_label(test['group1_level']))}{shown}{p}")
    decides = analysis.role == "primary" and not explores(material)
    told = [_shown(material, analysis, tests) * decides, _beyond(material, analysis, rows, tests)]
    lead = escape_markdown(upper_first(", ".join([*where, *stratum, how])))
    return f"{lead}: {'; '.join(filter(None, [*arms, *told]))}."


def _shown(material: Material, analysis: Analysis, tests: list[ResultRow]) -> str:
    """ "more than 50 % is shown of no arm at the level of 0.05"."""
    level = analysis.decision_level
    arms = [
        material.arm_label(test["group1_level"])
        for test in tests
        if present(test["stat_value"]) <= level
    ]
    whom = f"is shown of {in_a_row(arms) if arms else 'no arm'}"
    if not arms and len(tests) == 1:
        whom = f"is not shown of {material.arm_label(tests[0]['group1_level'])}"
    return escape_markdown(f"{asked(tests[0])} {whom} at the level of {level:g}")


def _beyond(
    material: Material, analysis: Analysis, rows: list[ResultRow], tests: list[ResultRow]
) -> str:
    """What a one-sided p does not ask: of which arms the two-sided exact interval lies wholly on
    the other side of the threshold, and whether those who were lost could turn it."""
    options = json.loads(tests[0]["options"])
    threshold, greater = options["threshold"], options.get("sides") == "greater"
    if options.get("sides") not in SIDES:
        return ""
    arms = [
        present(row["group1_level"])
        for test in tests
        if (row := _share(rows, test)) and row["method"] == EXACT and row["ci_level"] is not None
        if (present(row["ci_high"]) < threshold if greater else present(row["ci_low"]) > threshold)
    ]
    whom = in_a_row([lower_first(material.arm_label(arm)) for arm in arms])
    text = f"{'fewer' if greater else 'more'} than {100 * threshold:g} % succeed in {whom}, by "
    text += "exact intervals" if len(arms) > 1 else "its exact interval"
    lost = lost_by_arm(material, analysis) if arms and greater else {}
    ends = [share["ci_high"] for arm in arms if arm in lost and (share := lost[arm].share)]
    if analysis.role == "primary" and any(present(end) >= threshold for end in ends):
        n = sum(hanging(material, analysis).values())
        text += f"; with the {n} lost as successes this is not certain"
    return escape_markdown(text) * bool(arms)
