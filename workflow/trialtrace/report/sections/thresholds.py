"""Shares of an analysis that are held against a threshold, arm by arm, as a sentence."""

import json

from trialtrace.base.words import upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import ending
from trialtrace.report.sections.models import SIDES
from trialtrace.report.tables import link, sign, with_level
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import limits_of, method_of

TEST = "p_value.binomial"
# The interval that goes with the exact test, where the analysis has it.
EXACT = "proportion.clopper_pearson"
SAME = ("parameter", "visit", "stratum", "group1_level")


def against_thresholds(material: Material, analysis: Analysis) -> list[str]:
    """A sentence for each endpoint, visit and subgroup whose shares were tested by arm."""
    rows = material.of(analysis.name)
    cuts: dict[tuple[str | None, ...], list[ResultRow]] = {}
    for row in rows:
        if row["method"].startswith(TEST) and row["group1_level"] and row["stat_value"] is not None:
            key = values_of(row, (*SAME[:3], "options"))
            cuts.setdefault(key, []).append(row)
    return [_sentence(material, rows, tests) for tests in cuts.values()]


def _sentence(material: Material, rows: list[ResultRow], tests: list[ResultRow]) -> str:
    first = tests[0]
    how = f"{method_of(first['method']).title}{limits_of(first['options'])}"
    one_sided = json.loads(first["options"]).get("sides") in SIDES
    how = f"one-sided {how}" if one_sided else how
    stratum = [material.stratum_words(first["stratum"])] if first["stratum"] else []
    where = [*material.parameter_words(first), *([first["visit"]] if first["visit"] else [])]
    lead = upper_first(", ".join([*where, *stratum, how]))
    arms, shares = [], []
    for test in tests:
        same = (r for r in rows if values_of(r, SAME) == values_of(test, SAME) and not r["group2"])
        by_method = {r["method"]: r for r in same if r["stat_name"] == "proportion"}
        share = by_method.get(EXACT, next(iter(by_method.values()), None))
        shares += [share] if share else []
        shown = f" {with_level(share)}" if share else ""
        arms.append(
            f"{escape_markdown(material.arm_label(test['group1_level']))}{shown}, "
            f"p {sign(test)}{link(test)}"
        )
    beyond = _beyond(material, first, shares) if one_sided else ""
    return f"{escape_markdown(lead)}: {'; '.join(arms)}{beyond}{ending(material)}"


def _beyond(material: Material, test: ResultRow, shares: list[ResultRow]) -> str:
    """What a one-sided p does not ask: of which arms the two-sided interval lies wholly on the
    other side of the threshold."""
    options = json.loads(test["options"])
    threshold, greater = options["threshold"], options["sides"] == "greater"
    arms = [
        material.arm_label(row["group1_level"])
        for row in shares
        if row["ci_level"] is not None
        and (present(row["ci_high"]) < threshold if greater else present(row["ci_low"]) > threshold)
    ]
    side = "below" if greater else "above"
    words = f"the two-sided interval of {in_a_row(arms)} lies wholly {side} {threshold:g}"
    return f"; {escape_markdown(words)}" if arms else ""
