"""What changes under other choices: an analysis and those made `of` it, in one table."""

from collections.abc import Iterator

from trialtrace.report.links import choices_place
from trialtrace.report.material import Material
from trialtrace.report.sections.analysis_tables import pair_or_all, results_table
from trialtrace.report.sections.questions import (
    STAGE_WISE,
    Key,
    asking,
    children,
    first_statistic,
)
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis

MOST_LINES = 40
# The ends of the range that missing outcomes allow an estimate.
BOUNDS, P_BOUNDS = ("lowest", "highest"), ("p_lowest", "p_highest")
SAME = "what changes under other choices", ""
OTHER = "other definitions, visits and estimands, which answer other questions", "-further"
NO_CHOICES = "Under other choices: the plan has no other analysis of this one."


def other_choices(material: Material, analysis: Analysis) -> str:
    """The estimates of the analysis's first statistic, with their bounds and p-values: of those
    analyses that ask the same question, then a table of other visits and estimands.

    Where no other analysis is made of this one that is said of a primary one, else nothing is. A
    member that does not estimate that statistic is shown by its own first one.
    """
    members = [analysis, *children(material, analysis.name)]
    if members == [analysis]:
        return NO_CHOICES if analysis.role == "primary" else ""
    asked = [asking(material, analysis, member) for member in members]
    further = [asking(material, analysis, member, other=True) for member in members[1:]]
    same = asked if any(asked[1:]) else []
    tables = [_table(material, analysis, same, SAME), _table(material, analysis, further, OTHER)]
    return "\n\n".join(filter(None, tables))


def _table(
    material: Material,
    analysis: Analysis,
    members: list[dict[Key, list[ResultRow]]],
    which: tuple[str, str],
) -> str:
    """The lines of `members` under the words and the end of the label of `which` table it is."""
    told, end = which
    wanted = first_statistic(material.of(analysis.name))
    rows = [row for cuts in members for of in cuts.values() for row in _chosen(of, wanted)]
    for name in dict.fromkeys(row["analysis_id"] for row in rows):
        rows += [row for row in material.of(name) if row["stat_name"] in P_BOUNDS]
    label = choices_place(analysis.name).removeprefix("tbl-") + end
    caption = f"{analysis.label}: {told}"
    return results_table(material, rows, pair_or_all, label, caption, most=MOST_LINES)


def _chosen(rows: list[ResultRow], wanted: str | None) -> Iterator[ResultRow]:
    """The estimates of a statistic, else the first of what has an interval; their bounds; the
    p-values, of those that count the looks that of the `wanted` statistic."""
    compared = [row for row in rows if row["comparison"]]
    found = [row for row in compared if row["stat_name"] == wanted]
    yield from found or [row for row in compared if row["ci_level"] is not None][:1]
    for row in rows:
        stat, _, end = row["stat_name"].rpartition("_")
        counted = row["method"].partition(STAGE_WISE)[2] in ("", wanted)
        if (stat == wanted and end in BOUNDS) or (row["stat_name"] == "p_value" and counted):
            yield row
