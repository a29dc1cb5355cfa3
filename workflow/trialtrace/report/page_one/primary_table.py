"""The primary result as a table: patients and outcomes by arm, the absolute and the relative effect
of each comparison, the p-value that decides, and a second analysis of the same question.

CONSORT 2025, item 26, asks for the numbers randomised and analysed, and of a binary outcome for
both effects.
"""

from collections.abc import Iterator, Sequence

from trialtrace.base.units import POINTS as POINTS_UNIT
from trialtrace.base.words import LABELS, upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import period, share_of, shares_at_the_end
from trialtrace.report.sections.arms_table import Row, arms_table
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.decisions import deciding
from trialtrace.report.sections.event_words import effect_words, without_event
from trialtrace.report.sections.findings import Compared, compared
from trialtrace.report.sections.questions import OF_RISK, UNADJUSTED, alongside, at_look
from trialtrace.report.sections.readings import readings
from trialtrace.report.sections.results_in_short import (
    PAIR,
    PLACE,
    RATIO,
    arm_in_text,
    estimates_beside,
)
from trialtrace.report.sections.thresholds import shares_held, threshold_of
from trialtrace.report.tables import NO_BREAK, link, short_text, unit_of, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import ADJUSTMENTS, adjustment_of, method_of

# An analysis with more endpoints, visits or strata than this has its table in the report alone.
MOST_PLACES = 2
# The endpoint, visit and stratum of a comparison.
Place = tuple[str | None, ...]


def places_of(found: Sequence[Compared]) -> dict[Place, list[Compared]]:
    """The comparisons of each endpoint, visit and stratum."""
    places: dict[Place, list[Compared]] = {}
    for one in found:
        places.setdefault(values_of(one.estimate, PLACE), []).append(one)
    return places


def primary_table(material: Material, analysis: Analysis) -> str:
    """The table of a primary analysis, Markdown; empty where it compares nothing, or in more than a
    few places."""
    places = places_of([*compared(material, analysis)])
    if not 0 < len(places) <= MOST_PLACES:
        return ""
    rows = [*_randomised(material)]
    for of in places.values():
        where = [*material.parameter_words(of[0].estimate), of[0].estimate["visit"]]
        lead = ", ".join(filter(None, where)) if len(places) > 1 else ""
        rows += [
            Row(
                f"{escape_markdown(lead)}: {lower_first(row.label)}" if lead else row.label,
                row.cells,
            )
            for row in _of_place(material, analysis, of)
        ]
    # What a label has in brackets tells the analysis from that alongside, which the rows name.
    beside = bool(alongside(material, analysis))
    title = analysis.label.partition(" (")[0] if beside else analysis.label
    return arms_table(material, title, rows)


def _randomised(material: Material) -> Iterator[Row]:
    counts = randomised_by_arm(material)
    who = material.trial.plan.displays.get("flow", {}).get("patients", "randomised")
    cells = {arm: link(row) for arm, row in counts.items() if arm in material.trial.design.arms}
    yield Row(escape_markdown(upper_first(who)), {str(arm): cell for arm, cell in cells.items()})


def _of_place(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    yield from _outcomes(material, analysis, of)
    yield from _effects(material, analysis, of)
    yield from _p_values(material, analysis, of)
    second = [*_alongside(material, analysis, of)]
    yield from second or _turning(material, analysis, of)


def _outcomes(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    """Events of those with an outcome, else means or medians of those analysed."""
    counts: dict[str, str] = {}
    for one in of:
        for events, _, row in material.tracer.counts(one.estimate):
            count = link(row, events.replace(" of ", "/"))
            counts[present(row["group1_level"])] = count + share_of(material, row)
    ratio = of[0].estimate["stat_name"] == "hazard_ratio"
    yield Row("Events / patients" if ratio else "Event / outcome known", counts)
    if held := shares_held(material, analysis):
        limit = threshold_of(material, analysis)
        label = escape_markdown(f"Share, against {limit} (95% CI)")
        yield Row(label, {arm: link(row) for arm, row in held.items()})
    at, shares = shares_at_the_end(material, [one.estimate for one in of])
    words = without_event(material.trial, of[0].estimate["parameter"])
    yield Row(
        escape_markdown(upper_first(f"{words} at {at}")),
        {arm: link(row) for arm, row in shares.items()},
    )
    if not counts:
        yield from _described(material, analysis, of)


def _described(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    rows: dict[str, dict[str, ResultRow]] = {}
    for row in material.of(analysis.name):
        here = values_of(row, PLACE) == values_of(of[0].estimate, PLACE) and row["group2"] is None
        if here and row["group1_level"] in material.trial.design.arms:
            rows.setdefault(row["stat_name"], {}).setdefault(row["group1_level"], row)
    middle = next((stat for stat in ("mean", "median", "proportion") if stat in rows), None)
    if middle is None:
        return
    used = {arm: link(row, f"{row['n_used']}", "n") for arm, row in rows[middle].items()}
    yield Row("Patients analysed", used)
    what = {"mean": "mean (SD)", "median": "median (quartiles)"}.get(middle, LABELS[middle])
    unit = next(iter(rows[middle].values()))["unit"]
    label = f"{'Change, ' * (analysis.value == 'change')}{what}{f', {unit}' if unit else ''}"
    spread = {"mean": ("sd",), "median": ("q1", "q3")}.get(middle, ())
    cells = {}
    for arm, row in rows[middle].items():
        beside = [rows[stat][arm] for stat in spread if arm in rows.get(stat, ())]
        brackets = " to ".join(link(each, _alone(each)) for each in beside)
        cells[arm] = link(row, _alone(row)) + f" ({brackets})" * bool(brackets)
    yield Row(escape_markdown(upper_first(label)), cells)


def _alone(row: ResultRow) -> str:
    """A value without its interval."""
    return short_text(row).partition("(")[0].strip(f" {NO_BREAK}")


def _effects(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    """The first estimate of each comparison, at the level of a look where there is one; beside a
    difference of risks the ratio."""
    estimates = [at_look(material, analysis, one.estimate) for one in of]
    yield from effect_rows(material, estimates)
    others = [one.estimate for one in of if one.estimate not in estimates]
    yield from effect_rows(material, others, f", {UNADJUSTED}")
    yield from effect_rows(
        material, [ratio for row in estimates for ratio in _ratio(material, row)]
    )


def _ratio(material: Material, estimate: ResultRow) -> list[ResultRow]:
    """The first ratio of risks of the same comparison, beside a difference of risks."""
    difference = estimate["stat_name"] in OF_RISK
    rows = estimates_beside(material, estimate) if difference else []
    return [row for row in rows if row["stat_name"] == RATIO and row["ci_level"] is not None][:1]


def effect_rows(
    material: Material, estimates: Sequence[ResultRow], words: str = ""
) -> Iterator[Row]:
    """A row a statistic, level and reference; `words` come before its brackets."""
    rows: dict[str, Row] = {}
    control = {arm for arm, one in material.trial.design.arms.items() if one.control}
    for row in estimates:
        label = effect_label(material, row) + words
        if row["reference"] not in control:
            label += f" against {arm_in_text(material, row['reference'])}"
        label += f" ({100 * row['ci_level']:g}% CI)" if row["ci_level"] is not None else ""
        rows.setdefault(label, Row(label)).cells[present(row["comparison"])] = link(row)
    yield from rows.values()


def effect_label(material: Material, row: ResultRow) -> str:
    """ "Risk difference, points": an effect with its unit, "Hazard ratio"."""
    label = upper_first(effect_words(material.trial, row)) + period(material, row, years=True)
    unit = unit_of(row).strip().replace(POINTS_UNIT, "points").strip()
    return escape_markdown(f"{label}{f', {unit}' if unit and unit not in '%' else ''}")


def _p_values(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    """The p-value by which each comparison is decided, with what adjusts it, else its test."""
    rows: dict[str, Row] = {}
    for one in of:
        p = deciding(material, analysis, one.planned) if one.planned else None
        if p is None:
            continue
        how = adjustment_of(p["method"].removeprefix("p_adjusted."))
        title = ADJUSTMENTS[how].title.partition(" of ")[0] if how else method_of(p["method"]).title
        label = f"p, {escape_markdown(title)}"
        cell = with_sign(p).removeprefix("=").strip()
        rows.setdefault(label, Row(label)).cells[present(one.estimate["comparison"])] = cell
    yield from rows.values()


def _alongside(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    """The same comparisons by the primary analyses on the same footing."""
    here = {values_of(one.estimate, PLACE + PAIR) for one in of}
    for other in alongside(material, analysis):
        found = [one.estimate for one in compared(material, other)]
        found = [row for row in found if values_of(row, PLACE + PAIR) in here]
        yield from effect_rows(material, found, f": {escape_markdown(_short(other))}")


def _turning(material: Material, analysis: Analysis, of: Sequence[Compared]) -> Iterator[Row]:
    """The first other analysis of the plan whose interval lies otherwise about no effect."""
    here = [one.estimate["result_id"] for one in of]
    for reading in readings(material, analysis):
        unlike = [row for row in reading.unlike() if row["stat_name"] == reading.first["stat_name"]]
        if reading.first["result_id"] in here and unlike:
            name = unlike[0]["analysis_id"]
            label = material.trial.plan.analyses[name].label
            label = (material.parameter_words(unlike[0]) or [label])[0]
            yield from effect_rows(material, unlike[:1], f": {escape_markdown(label)}")
            return


def _short(analysis: Analysis) -> str:
    """What an analysis has in brackets, which tells it from the one beside it, else its label."""
    _, _, inside = analysis.label.partition(" (")
    return inside.rstrip(")") or analysis.label
