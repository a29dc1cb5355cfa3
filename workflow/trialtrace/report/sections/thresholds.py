"""Shares of an analysis that are held against a threshold, arm by arm, as a sentence."""

import json
from collections.abc import Iterator

from trialtrace.base.words import upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place
from trialtrace.report.material import OF_ARM, Material, asks
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import explores
from trialtrace.report.sections.lost_sessions import (
    as_done,
    asked,
    hanging,
    lost_by_arm,
    question_of,
)
from trialtrace.report.sections.models import SIDES
from trialtrace.report.sections.questions import children
from trialtrace.report.tables import link, sign, with_level
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# The interval that goes with the exact test, where the analysis has it.
EXACT = "proportion.clopper_pearson"
BOTH = 2
SAME = ("parameter", "visit", "stratum", "group1_level")
# What tests against one threshold share, of whichever endpoint and patients.
HELD = ("visit", "stratum", "options")


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
        shares = [share for test in of if (share := _share(rows, test))]
        exact = [share for share in shares if share["method"] == EXACT]
        parts = [] if explores(material) else [_shown(material, analysis, of)]
        parts += [_beyond(material, analysis, of[0], exact)[0]] if _one_sided(of[0]) else []
        if told := "; ".join(part.removeprefix("; ") for part in parts if part):
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


def _one_sided(test: ResultRow) -> bool:
    return json.loads(test["options"]).get("sides") in SIDES


def _share(rows: list[ResultRow], test: ResultRow) -> ResultRow | None:
    """The share that is tested, with the exact interval where the analysis has it."""
    same = (r for r in rows if values_of(r, SAME) == values_of(test, SAME) and not r["group2"])
    by_method = {r["method"]: r for r in same if r["stat_name"] == "proportion"}
    return by_method.get(EXACT, next(iter(by_method.values()), None))


def _sentence(
    material: Material, analysis: Analysis, rows: list[ResultRow], tests: list[ResultRow]
) -> str:
    first = tests[0]
    how = f"{method_of(first['method']).title}, {question_of(first)}"
    none_asks = not any(map(asks, tests))
    if none_asks:
        how = f"against {100 * json.loads(first['options'])['threshold']:g} %"
    stratum = [material.stratum_words(first["stratum"])] if first["stratum"] else []
    where = [*material.parameter_words(first), *([first["visit"]] if first["visit"] else [])]
    lead = upper_first(", ".join([*where, *stratum, how]))
    told = (
        f"; {_shown(material, analysis, tests)}"
        if analysis.role == "primary" and not explores(material)
        else ""
    )
    shares = [share for test in tests if (share := _share(rows, test))]
    exact = [share for share in shares if share["method"] == EXACT]
    if _one_sided(first):
        beyond = "".join(_beyond(material, analysis, first, exact))
        told += beyond + _within(material, first, exact)
        if beyond and analysis.role == "primary":
            told += _elsewhere(material, analysis, first)
    if explores(material) and analysis.role == "primary" and len(tests) > 1:
        told += "; the arms are judged one by one, without adjustment for their number"
    if none_asks:
        planned = f"{method_of(first['method']).title} asks only for {asked(first)}"
        told += f"; {escape_markdown(planned)}, of which there is no sign"
    arms = _arms(material, tests, rows, tested=not none_asks)
    return f"{escape_markdown(lead)}: {arms}{told}."


def _arms(
    material: Material, tests: list[ResultRow], rows: list[ResultRow], *, tested: bool
) -> str:
    """ "Drug 26.7 % (95 % CI …), p = 0.99; Placebo …", with p where they are to be `tested`."""
    arms = []
    for test in tests:
        share = _share(rows, test)
        shown = f" {with_level(share)}" if share else ""
        if share and share["method"] != EXACT and share["ci_level"] is not None:
            # An interval of another kind is none of this test.
            shown += f" by {escape_markdown(method_of(share['method']).title)}"
        arms.append(
            f"{escape_markdown(material.arm_label(test['group1_level']))}{shown}"
            + f", p {sign(test)}{link(test)}" * tested
        )
    return "; ".join(arms)


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
    material: Material, analysis: Analysis, test: ResultRow, shares: list[ResultRow]
) -> tuple[str, str]:
    """What a one-sided p does not ask: of which arms the two-sided exact interval lies wholly on
    the other side of the threshold, and whether those who were lost could turn it; then the most
    that they could make of it."""
    options = json.loads(test["options"])
    threshold, greater = options["threshold"], options["sides"] == "greater"
    arms = [
        present(row["group1_level"])
        for row in shares
        if row["ci_level"] is not None
        and (present(row["ci_high"]) < threshold if greater else present(row["ci_low"]) > threshold)
    ]
    of = _of_arms(material, arms)
    less = "fewer" if greater else "more"
    by = "by exact intervals" if len(arms) > 1 else "by its exact interval"
    told, size = escape_markdown(f"{less} than {100 * threshold:g} % succeed in {of}, {by}"), ""
    if arms and greater and analysis.role == "primary":
        found = lost_by_arm(material, analysis)
        best = [share for arm in arms if arm in found and (share := found[arm].share)]
        over = [share for share in best if present(share["ci_high"]) >= threshold]
        if over:
            n = sum(hanging(material, analysis).values())
            most = with_level(max(over, key=lambda share: present(share["ci_high"])))
            sure = "not certain" + " of all arms" * (over != best)
            told += f"; with the {n} lost as successes this is {sure}"
            size = f": {most}"
            size += " in each arm" * (len({share["stat_value"] for share in best}) == 1 < len(best))
    return f"; {told}" * bool(arms), size * bool(arms)


def _of_arms(material: Material, arms: list[str]) -> str:
    both = len(arms) == len(material.trial.design.arms) == BOTH
    return "both arms" if both else in_a_row([lower_first(material.arm_label(a)) for a in arms])


def _within(
    material: Material, test: ResultRow, shares: list[ResultRow], where: str = "the"
) -> str:
    """Of which arms the exact interval includes the threshold, so that it says neither."""
    threshold = json.loads(test["options"])["threshold"]
    open_ = [
        present(row["group1_level"])
        for row in shares
        if row["ci_level"] is not None
        and present(row["ci_low"]) <= threshold <= present(row["ci_high"])
    ]
    intervals = f"exact interval{'s' * (len(open_) > 1)} of {_of_arms(material, open_)}"
    include = f"include{'s' * (len(open_) == 1)} {100 * threshold:g} %"
    return f"; {where} {escape_markdown(f'{intervals} {include}')}" if open_ else ""


def _elsewhere(material: Material, analysis: Analysis, test: ResultRow) -> str:
    """The same of other analyses of a primary one's question that are held against its threshold;
    that with the lost as successes is told before."""
    told = ""
    for other in children(material, analysis.name):
        rows = material.of(other.name)
        like = [t for t in _tests(rows) if values_of(t[0], HELD) == values_of(test, HELD)]
        shares = [share for tests in like for t in tests if (share := _share(rows, t))]
        exact = [share for share in shares if share["method"] == EXACT]
        where = f"in “[{escape_markdown(other.label)}](#{analysis_place(other.name)})” the"
        if other != as_done(material, analysis):
            told += _within(material, test, exact, where)
    return told
