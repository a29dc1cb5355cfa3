"""The effects of an analysis in a phrase, the absolute and the relative one of each comparison."""

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, values_of

PLACE = ("parameter", "visit", "stratum")
PAIR = ("comparison", "reference")
ALIKE = ("stat_name", "ci_level")
# Beside a difference of risks the ratio; beside a median unbiased estimate the mean unbiased one.
RATIO, UNBIASED, CORRECTED = "risk_ratio", ".median_unbiased", ".bias_adjusted"


def short_arm(material: Material, arm: str | None) -> str:
    """The short name of an arm, else its label."""
    named = material.trial.design.arms.get(arm or "")
    return (named and named.short) or material.arm_label(arm)


def arm_in_text(material: Material, arm: str | None) -> str:
    """The short name of an arm, else its label as in mid-sentence; Markdown."""
    named = material.trial.design.arms.get(arm or "")
    short = named and named.short
    return escape_markdown(short or lower_first(material.arm_label(arm)))


def short_pair(material: Material, row: ResultRow) -> str:
    """ "SMT against TAU": the arms that a result compares."""
    return " against ".join(short_arm(material, arm) for arm in values_of(row, PAIR))


def pair_in_text(material: Material, row: ResultRow) -> str:
    return " against ".join(arm_in_text(material, arm) for arm in values_of(row, PAIR))


def estimates_beside(material: Material, estimate: ResultRow) -> list[ResultRow]:
    """What is estimated of the same comparison."""
    return [
        row
        for row in material.of(estimate["analysis_id"])
        if row["stat_value"] is not None
        and values_of(row, PLACE + PAIR) == values_of(estimate, PLACE + PAIR)
    ]
