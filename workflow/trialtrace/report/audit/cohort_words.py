"""Which numbers of a synthetic cohort were set to published ones, and which no paper tells.

A result of such a cohort that agrees with a paper tells nothing of it, since the paper set it.
"""

import re
from collections.abc import Sequence
from html import unescape

from trialtrace.base.synthetic import SET_MARK
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trace.put_in import GROUPS, Margin, Rests
from trialtrace.run.trace.words import variable_label

PUT_IN = (
    "Numbers of this cohort were set to match the paper, so agreement is not evidence; what is "
    "called assumed is published nowhere."
)
MARKED = (
    f"Values marked {SET_MARK} were simulated to match the published figure, so agreement is not "
    "evidence; counts called assumed are published nowhere."
)
PLACE = ("parameter", "visit", "stratum")
# A link to a result, with the attributes behind it; one to a part of its trace has a slash.
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\(trace/[^#()]+#([a-z2-7]+)\)(?:\{[^{}]*\})?")


def put_in(material: Material) -> str:
    """The sentence beside counts of verdicts; empty where no number of the cohort was set by a
    paper, or the data were not drawn here."""
    return PUT_IN if material.trial.tells_cohort and material.tracer.put_in.margins else ""


def marked(material: Material, text: str) -> str:
    """A text of a document with the mark behind each number that was set to a published one: where
    a link to it shows any digit."""
    found = material.tracer.set_to_published

    def with_mark(link: re.Match[str]) -> str:
        shown = any(map(str.isdigit, unescape(link[1])))
        return link[0] + SET_MARK * (shown and link[2] in found)

    return _LINK.sub(with_mark, text) if found else text


def assumed_arms(material: Material, rows: Sequence[ResultRow]) -> str:
    """ "Drug and Placebo": the arms of whose counts no print tells."""
    split, arms = _assumed(material, rows)
    return in_a_row(
        [material.arm_label(a) for a in (material.trial.design.arms if split else arms)]
    )


def is_assumed(material: Material, row: ResultRow, arm: str | None) -> bool:
    """Whether no print tells of an arm at the place of a result, though one does of another arm, of
    all, or of the arm over all strata."""
    if arm is None or not material.trial.tells_cohort:
        return False
    if row["stratum"] and by_stratum(material, [row["analysis_id"]]):
        return True
    place = values_of(row, PLACE)
    alike = [one for one in material.of(row["analysis_id"]) if values_of(one, PLACE) == place]
    split, arms = _assumed(material, alike)
    return split or (arm in arms and bool(_together(material, alike).own))


def _assumed(material: Material, rows: Sequence[ResultRow]) -> tuple[bool, list[str]]:
    if not material.trial.tells_cohort:
        return False, []
    together = _together(material, rows)
    margins = together.own or together.columns
    return _made_up(material, rows, margins) if margins else (False, [])


def _made_up(
    material: Material, rows: Sequence[ResultRow], margins: Sequence[Margin]
) -> tuple[bool, list[str]]:
    """Whether nothing is printed of any arm that the results tell apart; else the arms of which
    nothing is. Where nobody is counted there is nothing to be split."""
    arms = material.trial.design.arms
    counts = [row["stat_value"] for row in rows if row["stat_name"] in ("count", "events")]
    told = {arm for row in rows for arm in values_of(row, GROUPS) if arm in arms}
    printed = {margin["arm"] for margin in margins} & {*arms}
    if counts and not any(counts):
        return False, []
    if not printed:
        return bool(told), []
    return False, [arm for arm in arms if arm in told - printed]


def by_stratum(material: Material, analyses: Sequence[str]) -> str:
    """The same of a test of interaction, and of what stands beside it; empty of other data."""
    if not material.trial.tells_cohort:
        return ""
    rows = [row for name in analyses for row in material.of(name)]
    by = _strata(material, rows, _together(material, rows))
    return f"assumed {by}" if by else ""


def _strata(material: Material, rows: Sequence[ResultRow], rests: Rests) -> str:
    """ "by drug (no published number sets it: …)", of effects by a variable: what is published is
    of whole arms, so none sets such a split."""
    trial = material.trial
    analyses = {row["analysis_id"] for row in rows} & {*trial.plan.analyses}
    names = dict.fromkeys(
        by for analysis in sorted(analyses) if (by := trial.plan.analyses[analysis].by)
    )
    margins = rests.own or rests.columns
    compares = any(row["comparison"] for name in analyses for row in material.of(name))
    if not names or not margins or not compares:
        return ""
    labels = " and ".join(lower_first(variable_label(trial, name)) for name in names)
    return f"by {escape_markdown(labels)} (no published number sets it: assumed, or chance)"


def _together(material: Material, rows: Sequence[ResultRow]) -> Rests:
    """The margins that any of these results rests on, in the order of the cohort."""
    found = [material.tracer.put_in.behind(row) for row in rows]
    own = {id(margin) for rests in found for margin in rests.own}
    columns = {id(column) for rests in found for column in rests.columns}
    margins = material.tracer.put_in.margins
    return Rests(
        tuple(margin for margin in margins if id(margin) in own),
        tuple(margin for margin in margins if id(margin) in columns),
    )
