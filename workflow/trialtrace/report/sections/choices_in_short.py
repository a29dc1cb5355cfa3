"""How far a primary result goes under other choices, in sentences: of the summary."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.base.styles import style_of
from trialtrace.base.words import LABELS, no_effect, unit_text, value_text
from trialtrace.report.links import analysis_place, choices_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.choices import (
    Added,
    by_other_rules,
    children,
    missing_bounds,
    of_other_questions,
    question_of,
    same_question,
    whom_it_adds,
)
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.findings import primary
from trialtrace.report.sections.key_sentences import (
    exceptions,
    excluding,
    leaves_out_no_effect,
    nearest_to_no_effect,
)
from trialtrace.report.sections.subgroups import subgroups
from trialtrace.report.tables import link, pair_text, with_level
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis

MOST_FURTHER = 3


def choices_in_short(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """Of each comparison of a primary analysis: how far its first estimate goes under the analyses
    that ask the same question otherwise; or that the plan has none."""
    for analysis in primary(material):
        questions = [rows for rows in _by_question(material, analysis) if len(rows) > 1]
        visits = len({rows[0]["visit"] for rows in questions}) > 1
        for at, rows in enumerate(questions):
            yield _range(material, analysis, rows, places, visits=visits, again=at > 0)
        if not questions:
            yield _alone(material, analysis, places)
        yield from subgroups(material, analysis, lambda name: place_link(name, places))


def _alone(material: Material, analysis: Analysis, places: Mapping[str, str]) -> str:
    """That nothing else of the plan estimates a primary result, and where analyses of it stand."""
    text = f"{escape_markdown(analysis.label)}: no other analysis of the plan answers the same "
    text += "question."
    own = next(iter(same_question(material, analysis)), None)
    rows = of_other_questions(material, analysis, own) if own else []
    place = place_link(analysis_place(analysis.name), places)
    if not rows and place and any(children(material, analysis.name)):
        text += f" Other populations and definitions are other questions: [in the report]({place})."
    if own is None:
        return text
    further = _further(material, rows)
    return text + further + _ruled(material, analysis, own) + _bounded(material, analysis, own)


def _further(material: Material, rows: Sequence[ResultRow]) -> str:
    """What analyses made of a primary one give that ask another question. Who reads that nothing
    else answers its question is to see them."""
    estimates = [
        f"{escape_markdown(material.trial.plan.analyses[row['analysis_id']].label)} "
        f"{with_level(row)}"
        for row in rows[:MOST_FURTHER]
    ]
    estimates += [f"{len(rows) - MOST_FURTHER} more"] if len(rows) > MOST_FURTHER else []
    lead = " Other populations and definitions, which are other questions: "
    return f"{lead}{'; '.join(estimates)}." if rows else ""


def _by_question(material: Material, analysis: Analysis) -> list[list[ResultRow]]:
    result_rows: dict[tuple[str | None, ...], list[ResultRow]] = {}
    for row in same_question(material, analysis):
        result_rows.setdefault(question_of(row), []).append(row)
    return list(result_rows.values())


def _range(
    material: Material,
    analysis: Analysis,
    rows: list[ResultRow],
    places: Mapping[str, str],
    *,
    visits: bool,
    again: bool,
) -> str:
    """ "… against …: 5 estimates of the risk difference, from −8.1 to −6.9; 4 of 5 intervals …".

    Values that print the same are one estimate, of which there may be several intervals."""
    by_value = sorted(rows, key=lambda row: present(row["stat_value"]))
    stat, first = rows[0]["stat_name"], rows[0]
    shown = [value_text(stat, present(row["stat_value"]), style_of(row)) for row in by_value]
    least, most = (link(by_value[at], shown[at]) for at in (0, -1))
    whole = [row for row in rows if row["ci_low"] is not None and row["ci_high"] is not None]
    clear = sum(map(leaves_out_no_effect, whole))
    unit = f" {escape_markdown(unit_text(stat, first['unit']).strip())}".rstrip()
    distinct = len(set(shown))
    reach = f"{least}{unit}" if distinct == 1 else f"from {least} to {most}{unit}"
    place = place_link(choices_place(analysis.name), places)
    place = place or place_link(analysis_place(analysis.name), places)
    estimates = "one estimate" if distinct == 1 else f"{distinct} estimates"
    estimates = f"[{estimates}]({place})" if place else estimates
    where = [
        *material.parameter_words(first),
        *([first["visit"]] if visits and first["visit"] else []),
    ]
    label = [analysis.label] if len(primary(material)) > 1 else []
    lead = escape_markdown(", ".join([*label, *where, pair_text(material, first)]))
    text = f"{lead}: {estimates} of the {LABELS[stat]}, "
    text += reach
    if len(whole) > distinct:
        text += f" (by {len(whole)} analyses or methods)"
    if whole:
        text += f"; {excluding(clear, len(whole))}{exceptions(whole)}"
    if whole and clear == len(whole):
        nearest = nearest_to_no_effect(whole)
        of = material.trial.plan.analyses[nearest["analysis_id"]].label
        text += f", the nearest to it {with_level(nearest)} ({escape_markdown(of)})"
    bounds = _bounded(material, analysis, first, again=again)
    further = _further(material, of_other_questions(material, analysis, first))
    text = f"{text}.{_of_everybody(material, rows, text)}{further}"
    return f"{text}{_ruled(material, analysis, first, again=again)}{bounds}"


def _of_everybody(material: Material, rows: Sequence[ResultRow], text: str) -> str:
    """The estimates that are of all who were randomised to both arms, where the first is of fewer;
    of those that `text` has with their intervals the value alone."""
    sizes = randomised_by_arm(material)
    first = rows[0]
    arms = [sizes[arm] for arm in (first["comparison"], first["reference"]) if arm in sizes]
    whole = round(sum(present(row["stat_value"]) for row in arms))
    wider = [row for row in rows if row["n_used"] == whole]
    if not wider or first["n_used"] == whole:
        return ""
    shown = [
        link(row, value_text(row["stat_name"], present(row["stat_value"]), style_of(row)))
        if link(row) in text
        else link(row)
        for row in wider
    ]
    return f" Of all {whole} randomised: {'; '.join(shown)}."


def _ruled(material: Material, analysis: Analysis, first: ResultRow, *, again: bool = False) -> str:
    """How far the estimate goes where another rule tells the outcome, and which is the nearest to
    no effect; before it where the known parts of the same rule decide more outcomes; whose these
    are, not `again`."""
    every = by_other_rules(material, analysis, first)
    decided = [row for row in every if _added(material, row) is not None]
    rows = [row for row in every if row not in decided]
    known = "".join(
        f" With those decided: {with_level(row)}." if again else _decided(material, row)
        for row in decided
    )
    return known + _by_rules(material, rows, first)


def _added(material: Material, row: ResultRow) -> Added | None:
    """Whom an estimate adds, whose outcome is the same one, known where the known parts decide."""
    return whom_it_adds(material, material.trial.plan.analyses[row["analysis_id"]])


def _decided(material: Material, row: ResultRow) -> str:
    added = present(_added(material, row))
    of = f" of the {added.n + added.undecided}" if added.undecided else ""
    return (
        f" What is known decides the outcome of {added.n}{of} of all arms who lack a part of it, "
        f"{added.events} with the event; with them, who are in sooner with it: {with_level(row)}."
    )


def _by_rules(material: Material, rows: list[ResultRow], first: ResultRow) -> str:
    if not rows:
        return ""
    null = no_effect(first["stat_name"])
    by_value = sorted(rows, key=lambda row: present(row["stat_value"]))
    nearest = min(rows, key=lambda row: abs(present(row["stat_value"]) - null))
    ends = [
        link(row, value_text(row["stat_name"], present(row["stat_value"]), style_of(row)))
        for row in (by_value[0], by_value[-1])
    ]
    label = material.parameter_words(nearest) or [
        material.trial.plan.analyses[nearest["analysis_id"]].label
    ]
    shown = f"{with_level(nearest)} ({escape_markdown(label[0])})"
    if len(rows) == 1:
        return f" By another rule of the outcome: {shown}."
    reach = " to ".join(dict.fromkeys(ends))
    which = exceptions(rows) or f", the nearest {shown}"
    return (
        f" By other rules of the outcome: {len(rows)} estimates, {reach}; "
        f"{excluding(sum(map(leaves_out_no_effect, rows)), len(rows))}{which}."
    )


def _bounded(
    material: Material, analysis: Analysis, first: ResultRow, *, again: bool = False
) -> str:
    """How far the estimate goes if all who have no value had had the worse or the better one, by
    other rules of the outcome too; where the bounds of another comparison stand before it, `again`
    without what they are."""
    told: dict[str, str] = {}
    null, analyses = no_effect(first["stat_name"]), material.trial.plan.analyses
    for row in (first, *by_other_rules(material, analysis, first)):
        of = analysis if row is first else analyses[row["analysis_id"]]
        same = row is first or _added(material, row) is not None
        lead = "" if same else "by another rule of the outcome "
        for member, low, high in missing_bounds(material, of, row):
            reached = present(low["stat_value"]) <= null <= present(high["stat_value"])
            words = ", which include no effect" if reached else ""
            label = "" if again else f" ({escape_markdown(member.label)})"
            told.setdefault(low["result_id"], f"{lead}{link(low)} to {link(high)}{words}{label}")
    ways = "Bounds, with all outcomes that are open in favour of one arm"
    return f" {'Bounds' if again else ways}: {'; '.join(told.values())}." if told else ""
