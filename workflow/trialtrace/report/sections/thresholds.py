"""Shares of an analysis that are held against a threshold, arm by arm, as a sentence."""

from trialtrace.base.words import upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import ending
from trialtrace.report.tables import link, sign, with_level
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import limits_of, method_of

TEST = "p_value.binomial"
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
    stratum = [material.stratum_words(first["stratum"])] if first["stratum"] else []
    where = [*material.parameter_words(first), *([first["visit"]] if first["visit"] else [])]
    lead = upper_first(", ".join([*where, *stratum, how]))
    arms = []
    for test in tests:
        same = (r for r in rows if values_of(r, SAME) == values_of(test, SAME) and not r["group2"])
        share = next((row for row in same if row["stat_name"] == "proportion"), None)
        shown = f" {with_level(share)}" if share else ""
        arms.append(
            f"{escape_markdown(material.arm_label(test['group1_level']))}{shown}, "
            f"p {sign(test)}{link(test)}"
        )
    return f"{escape_markdown(lead)}: {'; '.join(arms)}{ending(material)}"
