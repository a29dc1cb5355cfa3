"""That numbers of a synthetic cohort were put in: said where they stand, with where they were set.

A result of such a cohort that agrees with a paper tells nothing of it, since the paper set it.
"""

import json
from collections.abc import Sequence
from typing import Any

from trialtrace.base.words import P_VALUES, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.run.claims.select import rows_of
from trialtrace.run.tables.conditions import columns_of, lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trace.put_in import GROUPS, Margin, Rests
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.cohort.margins import percentage

Row = dict[str, Any]
PUT_IN = (
    "Numbers of this cohort were set to match the paper, so agreement is not reproduction; what is "
    "called assumed is printed nowhere."
)


SPLIT = "**Assumed:** how they part by arm, of which no number is printed."
CHOSEN = "The shares in brackets are as printed; the counts are one of the sets that give them."
# What set the numbers of a line: they are printed, their shares are, or they follow from others.
PRINTED, SHARES, REASONED = "printed", "shares", "reasoned"
OWN = "drawn to equal the printed number, shows nothing"
FOLLOWS = "follows from numbers drawn to equal printed ones, shows nothing"
IN_COLUMNS = "made of columns drawn to match printed numbers"
LEAD = "*Cohort:*"
PLACE = ("parameter", "visit", "stratum")
OF_NOTHING = "The cohort was drawn by a program, to match no printed number of this endpoint."
IN_PART = (
    "**Not independent of the paper:** made of columns that were drawn to match printed numbers, "
    "[listed with what was drawn](#sec-targets)."
)
OF_COHORT = (
    "The patients were drawn by a program that used the printed numbers. **Drawn to equal the "
    "printed number** is said of one that was set to it; **not independent of the paper**, of one "
    "that was not, but that is made of columns drawn to match others. In both cases agreement "
    "shows nothing; what follows from such counts, as an interval or a p-value, may differ from "
    "what is printed. **Assumed** marks a number of which nothing is printed."
)


def truth_of(material: Material) -> Row:
    """What the cohort was drawn from, as its export has it."""
    row: Row = json.loads((material.folder / "raw" / "truth.json").read_text(encoding="utf-8"))
    return row


def put_in(material: Material) -> str:
    """The sentence beside counts of verdicts; empty where no number of the cohort was set by a
    paper, or the data were not drawn here."""
    return PUT_IN if material.trial.tells_cohort and material.tracer.put_in.margins else ""


def of_claim(material: Material, claim_id: str) -> str:
    """Whether what recomputes a printed number was drawn to print so, or follows from what was;
    empty where neither is so."""
    selections = material.tracer.declared[claim_id].selections.values()
    rows = [
        row
        for selection in selections
        for row in rows_of(material.results, dict(selection), claim_id)
    ]
    return of_rows(material, rows, own=FOLLOWS if all(map(_follows, rows)) else OWN)


def _follows(row: ResultRow) -> bool:
    """Whether a result compares arms or tests: it is reckoned from numbers that may be drawn."""
    return bool(row["comparison"]) or row["stat_name"] in P_VALUES


def of_rows(material: Material, rows: Sequence[ResultRow], *, own: str = OWN) -> str:
    """The same of numbers that stand in a line: a short sentence without the margins; `own` are the
    words of what was drawn to equal a print."""
    if not material.trial.tells_cohort:
        return ""
    together = _together(material, rows)
    if not together.own and not together.columns:
        return ""
    whole = "; ".join([own, *_reasons(together.own)]) if together.own else IN_COLUMNS
    if by := _strata(material, rows, together):
        return f"{LEAD} assumed {by}; all arms together {whole}."
    split, arms = _made_up(material, rows, together.own or together.columns)
    if split:
        return f"{LEAD} assumed by arm; all arms together {whole}."
    others = f"; assumed for {_labels(material, arms)}" if together.own and arms else ""
    return f"{LEAD} {whole}{others}."


def made_up_by_arm(material: Material, rows: Sequence[ResultRow]) -> str:
    """ " (split assumed)", " (WBV assumed)": behind counts by arm of which no print tells, or of
    some of whose arms none."""
    every, (split, arms) = material.trial.design.arms, _assumed(material, rows)
    named = [every[arm].short or lower_first(every[arm].label) for arm in arms]
    whose = "split" if split else escape_markdown(" and ".join(named))
    return f" ({whose} assumed)" if whose else ""


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


def set_beforehand(material: Material, rows: Sequence[ResultRow]) -> str:
    """ " (set to the printed counts: …)" behind numbers that a cohort was drawn to give."""
    put_in = material.trial.tells_cohort and _together(material, rows).own
    return " (set to the printed counts: confirms nothing)" if put_in else ""


def _print_of(margin: Margin) -> str:
    if margin["tag"] == "printed":
        return PRINTED
    return SHARES if percentage(margin["printed"]) else REASONED


def _reasons(margins: Sequence[Margin]) -> list[str]:
    """Why counts are what they are that follow from other numbers than their shares."""
    notes = (
        margin["note"] for margin in margins if _print_of(margin) == REASONED and margin["note"]
    )
    return [escape_markdown(note) for note in dict.fromkeys(notes)]


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


def _labels(material: Material, arms: Sequence[str]) -> str:
    return escape_markdown(" and ".join(map(material.arm_label, arms)))


def by_stratum(material: Material, analyses: Sequence[str]) -> str:
    """The same of a test of interaction, and of what stands beside it; empty of other data."""
    if not material.trial.tells_cohort:
        return ""
    rows = [row for name in analyses for row in material.of(name)]
    by = _strata(material, rows, _together(material, rows))
    return f"assumed {by}" if by else ""


def _strata(material: Material, rows: Sequence[ResultRow], rests: Rests) -> str:
    """ "by drug (no printed number sets it so; …)", of effects by a variable: whether anything in
    the draw lets the outcome depend on it. A margin is of whole arms, so none sets such a split."""
    trial = material.trial
    analyses = {row["analysis_id"] for row in rows} & {*trial.plan.analyses}
    names = dict.fromkeys(
        by for analysis in sorted(analyses) if (by := trial.plan.analyses[analysis].by)
    )
    margins = rests.own or rests.columns
    compares = any(row["comparison"] for name in analyses for row in material.of(name))
    if not names or not margins or not compares:
        return ""
    why = "what differs is assumed or chance"
    if not {*names} & _drawn_by(material, margins):
        why = "nothing in the draw lets the effect depend on it: chance of this cohort"
    labels = " and ".join(lower_first(variable_label(trial, name)) for name in names)
    return f"by {escape_markdown(labels)} (no printed number sets it so; {why})"


def _drawn_by(material: Material, margins: Sequence[Margin]) -> set[str]:
    """The quantities of some margins, and all that these are drawn by."""
    quantities = material.trial.cohort.quantities
    found, ahead = set[str](), {str(margin["quantity"]) for margin in margins}
    while ahead:
        found |= ahead
        known = [quantities[name] for name in ahead if name in quantities]
        used = {name for quantity in known for _, names in quantity.uses() for name in names}
        used |= {name for quantity in known for name in columns_of(quantity.where or {})}
        ahead = used - found
    return found


def with_cohort(material: Material, line: str, rows: Sequence[ResultRow]) -> str:
    """A line of a report, and behind it whether its numbers were put in."""
    return " ".join(filter(None, [line, of_rows(material, rows)]))


def of_results(material: Material, analyses: Sequence[str]) -> str:
    """What set the results of some analyses of a synthetic cohort, as Markdown; empty for others.

    Of their own numbers where a paper printed such; else of those whose columns they are made of.
    """
    if not material.trial.tells_cohort:
        return ""
    rows = [row for name in analyses for row in material.of(name)]
    rests = _together(material, rows)
    if not rests.own and not rests.columns:
        return OF_NOTHING
    split, arms = _made_up(material, rows, rests.own or rests.columns)
    assumed = f" {SPLIT}" if split else ""
    if by := _strata(material, rows, rests):
        split, arms, assumed = False, [], f" **Assumed** {by}."
    if arms:
        assumed = f" **Assumed:** {_labels(material, arms)}, of which none is printed."
    if not rests.own:
        return f"{IN_PART}{assumed}"
    chosen = f" {CHOSEN}" if SHARES in map(_print_of, rests.own) else ""
    chosen += "".join(f" {upper_first(note)}." for note in _reasons(rests.own))
    margins = escape_markdown(material.tracer.put_in.margins_text(rests.own))
    return f"**Drawn to equal the printed number, shows nothing:** {margins}.{chosen}{assumed}"


def _rests(material: Material, analyses: Sequence[str]) -> Rests:
    return _together(material, [row for name in analyses for row in material.of(name)])


def _together(material: Material, rows: Sequence[ResultRow]) -> Rests:
    """The margins that any of these results rests on, in the order of the cohort."""
    found = [material.tracer.put_in.behind(row) for row in rows]
    own = {id(margin) for rests in found for margin in rests.own}
    columns = {id(column) for rests in found for column in rests.columns}
    # What no derived value is checked for is told last.
    margins = sorted(material.tracer.put_in.margins, key=lambda item: item["check"] is None)
    return Rests(
        tuple(margin for margin in margins if id(margin) in own),
        tuple(margin for margin in margins if id(margin) in columns),
    )
