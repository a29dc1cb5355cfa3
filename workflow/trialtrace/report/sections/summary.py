"""The first page of a trial, one of A4: what was lost, question, patients, primary result, harms,
other choices, audit, hash; the figure that follows it is a chunk of its own (documents.py).

Every number of it is a link to its trace; the sentences are those of the report.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import COLUMNS, DATA, FAILS, SHOWN
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.registration.rows import CHANGED, LATE
from trialtrace.audit.verdicts.tally import tally, tally_text, worst, worst_first
from trialtrace.base.config.spec import structure
from trialtrace.base.styles import style_of
from trialtrace.base.words import LABELS, no_effect, unit_text, upper_first, value_text
from trialtrace.report.audit.cohort_words import of_primary, put_in
from trialtrace.report.links import (
    AUDIT_PAGE,
    analysis_place,
    choices_place,
    claim_anchor,
    component_link,
    place_link,
)
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.analysis_section import analysed
from trialtrace.report.sections.choices import (
    by_other_rules,
    children,
    missing_bounds,
    of_other_questions,
    question_of,
    same_question,
)
from trialtrace.report.sections.data_quality import known_counts
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.findings import not_adjusted, once, primary, sentences
from trialtrace.report.sections.frozen_section import frozen_line
from trialtrace.report.sections.harms import harms_in_short
from trialtrace.report.sections.key_sentences import (
    excluding,
    leaves_out_no_effect,
    nearest_to_no_effect,
)
from trialtrace.report.sections.sections import (
    design_line,
    left_out,
    lost,
    of_data,
    recomputed,
    stamps,
)
from trialtrace.report.sections.thresholds import against_thresholds
from trialtrace.report.tables import link, pair_text, with_level
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.plan.build import Analysis

# Printed numbers on the summary: their verdicts, and what does not hold.

Row = Mapping[str, object]
MOST_CLAIMS = 1
MOST_FURTHER = 3
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# How a claim fails, of one and of several.
EXACT = "exact"
DIFFERS = ("differs from the data", "differ from the data")
AGREES = (
    "agrees with the data and not with other printed numbers",
    "agree with the data and not with other printed numbers",
)
APART = ("does not fit other printed numbers", "do not fit other printed numbers")
GLOSS = (
    "(On print: held against the other printed numbers, without the data. Exact: the same; "
    "compatible: possible; used: in the check of another number.)"
)


def printed_in_short(material: Material) -> str:
    """The verdicts in a sentence, then the printed numbers that do not hold."""
    if not material.claims:
        return "no published numbers are configured for this trial."
    counts = escape_markdown(tally_text(tally(material.claims)))
    failing = [rows for rows in worst_first(material.claims) if _failing(rows)]
    lines = [_claim(rows, _failing(rows)) for rows in failing[:MOST_CLAIMS]]
    lines += _others(failing[MOST_CLAIMS:])
    told = f" {'; '.join(lines)}." if lines else ""
    told += f" {put}" if (put := put_in(material)) else ""
    return f"[{counts}]({AUDIT_PAGE}) {GLOSS}{told}{_unread(material)}"


def _others(failing: Sequence[Sequence[Row]]) -> list[str]:
    """How many claims more fail, and at what: "2 more differ from the data, 1 agrees with them and
    not with other printed numbers"."""
    kinds = Counter(
        DIFFERS if worst(rows, DATA) in FAILS else AGREES if worst(rows, DATA) == EXACT else APART
        for rows in failing
    )
    told: list[str] = []
    for (singular, plural), many in kinds.items():
        more = " more" if not told else ""
        told.append(f"{many}{more} {singular if many == 1 else plural}")
    return [f"[{', '.join(told)}]({AUDIT_PAGE})"] if told else []


def _unread(material: Material) -> str:
    """The papers of which whoever typed the numbers had no text, or the abstract alone."""
    ledger: LedgerFile = structure(LedgerFile, material.trial.claims_document)
    used = {row["paper"] for row in material.claims}
    papers = [paper for paper in ledger.papers.values() if not isinstance(paper, str)]
    lacking: dict[str, list[str]] = {}
    for each in papers:
        if each.lacking and each.cited in used:
            lacking.setdefault(each.lacking, []).append(
                escape_markdown(each.short or each.citation)
            )
    return "".join(f" {upper_first(what)}: {'; '.join(of)}." for what, of in lacking.items())


def registered_otherwise(material: Material) -> Iterator[str]:
    """Where the primary outcome was registered or planned otherwise than it is reported."""
    wrong = (CHANGED, LATE, INCONSISTENT)
    for row in material.printed.get("registration", ()):
        if row["check"] in ("registered.outcome", "registered.measure") and row["verdict"] in wrong:
            source = f"[{escape_markdown(str(row['source']))}]({AUDIT_PAGE}#sec-registered)"
            told = escape_markdown(unbroken(str(row["finding"])))
            yield f"Reported otherwise than registered or planned ({source}): {told}"


def _failing(rows: Sequence[Row]) -> list[str]:
    """The verdicts of a claim that fail: "the data give 31 %", "on print inconsistent"."""
    told = []
    for column, name in COLUMNS.items():
        if (verdict := worst(rows, column)) in FAILS:
            given = _data(rows) if column == DATA else ""
            told.append(given or f"{name} {SHOWN[verdict]}")
    return told


def _data(rows: Sequence[Row]) -> str:
    """What the data give in the place of the numbers of a claim that differ."""
    told = [
        f"[{escape_markdown(str(row['recomputed_text']))}]"
        f"({component_link(str(row['result_id']), str(row['component']))})"
        for row in rows
        if row[DATA] in FAILS and row["recomputed_text"] and row["result_id"]
    ]
    return f"the data give {', '.join(told)}" if told else ""


def _claim(rows: Sequence[Row], verdicts: Sequence[str]) -> str:
    printed = f"{rows[0]['label']}, printed {rows[0]['quote']}"
    place = f"{AUDIT_PAGE}#{claim_anchor(str(rows[0]['claim_id']))}"
    return f"[{escape_markdown(printed)}]({place}): {', '.join(verdicts)}"


def summary(material: Material, places: Mapping[str, str]) -> str:
    """The page as Markdown; `places` has the page of the report for each section."""
    trial = material.trial
    parts = [
        *lost(material),
        *stamps(trial),
        escape_markdown(trial.reanalysis or ""),
        f"**{escape_markdown(trial.question)}**",
        *_primary(material, places),
        " ".join([design_line(material.trial), *of_data(material), frozen_line(material)]).rstrip(),
        f"**Patients.** {_patients(material, places)}",
        " ".join(left_out(material)),
        f"**Harms.** {' '.join(harms_in_short(material, places))}",
        f"**Under other choices.** {' '.join(_choices(material, places))}",
        f"**Published numbers:** {printed_in_short(material)}",
        f"**How it was made.** {recomputed(material)} {_hash(material)}",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _primary(material: Material, places: Mapping[str, str]) -> list[str]:
    """The sentences on the primary analyses; whether the outcome was registered otherwise, and
    whether their numbers were put in."""
    told = [
        f"**{escape_markdown(one.label)}. "
        f"{once(material, [*against_thresholds(material, one), *sentences(material, one)])}**"
        for one in primary(material)
    ]
    told += not_adjusted(material)
    cohort = of_primary(material, primary(material), places)
    said = [*registered_otherwise(material), *([cohort] if cohort else [])]
    return [*told, *([" ".join(said)] if said else [])]


def _patients(material: Material, places: Mapping[str, str]) -> str:
    """How many are in each arm, and who of them the primary analyses have."""
    counts = randomised_by_arm(material)
    arms = [
        f"{link(counts[arm])} {escape_markdown(material.arm_label(arm))}"
        for arm in material.trial.design.arms
        if arm in counts
    ]
    who = material.trial.plan.displays.get("flow", {}).get("patients", "")
    named = escape_markdown(lower_first(who or "randomised"))
    whole = f"{link(counts[ALL])} {named}" if ALL in counts else ""
    text = ": ".join(part for part in (whole, ", ".join(arms)) if part)
    text += "; the number randomised is not in the data" if who and text else ""
    of = [_analysed(material, analysis, places) for analysis in primary(material)]
    return " ".join([*([f"{text}."] if text else []), *of, *_followed(material)])


def _followed(material: Material) -> Iterator[str]:
    """How long all were followed, where a primary outcome is a time and the plan asks for it."""
    if any(is_time(e) for one in primary(material) for e in parameters(material.trial, one)):
        for row in material.results:
            if row["stat_name"] == "follow_up" and row["group1_level"] == ALL:
                of = lower_first(material.trial.plan.analyses[row["analysis_id"]].label)
                told = link(row, row["stat_text"])
                yield f"Median follow-up {told}, for {escape_markdown(of)}."


def _analysed(material: Material, analysis: Analysis, places: Mapping[str, str]) -> str:
    """Whom an analysis has, why not others, and of how many the outcome is known."""
    whom = analysed(material, analysis)
    known = _known(material, analysis, whom, places)
    return f"Analysed for {escape_markdown(analysis.label)}, {lower_first(whom)}" + (
        _not_analysed(material, analysis) + known
    )


def _not_analysed(material: Material, analysis: Analysis) -> str:
    """Who of those in the flow did not enter an analysis, by reason, where it has it."""
    rows = [
        row
        for row in material.of("flow")
        if row["stat_name"] == "not_analysed"
        and row["parameter"] == analysis.name
        and row["group1_level"] == ALL
    ]
    if not rows:
        return ""
    told = [
        f"{link(row)} {escape_markdown(lower_first(present(row['group2_level'])))}"
        for row in rows
        if row["stat_value"]
    ]
    if told:
        return f" Not analysed: {'; '.join(told)}."
    whole = all(k == n for *_, arms in known_counts(material, analysis) for k, n in arms.values())
    # Whether everyone who was randomised is in the export, the export cannot say.
    return " Nobody in these data is left out." if whole else ""


def _known(material: Material, analysis: Analysis, whom: str, places: Mapping[str, str]) -> str:
    """ "Outcome known: Drug 55 of 60, Placebo 51 of 60.", the least and the most of the visits, or
    that it is in those whom the sentence `whom` counts; a link to the table of all visits."""
    counts = [arms for *_, arms in known_counts(material, analysis)]
    if not counts:
        return ""
    place = place_link("tbl-known", places)
    lead = f"[Outcome known]({place})" if place else "Outcome known"
    arms = {}
    for arm in material.trial.design.arms:
        k = [each[arm][0] for each in counts]
        most = f" to {max(k)}" if max(k) > min(k) else ""
        arms[arm] = f"{min(k)}{most} of {counts[0][arm][1]}"
    said = LINK.sub(r"\1", whom)
    if all(
        f"{count} {escape_markdown(material.arm_label(arm))}" in said for arm, count in arms.items()
    ):
        # A time that is censored is not known, and until when it is followed no count says; of
        # others the sentence before has told in how many it is known.
        times = any(map(is_time, parameters(material.trial, analysis)))
        before = ": known in " in said
        if times or before:
            return f" See [all outcomes]({place})." if place else ""
        return f" {lead} in all who are analysed."
    told = ", ".join(f"{escape_markdown(material.arm_label(arm))} {arms[arm]}" for arm in arms)
    shown = f"[{told}]({place})" if place else told
    return f" {lead}{', by visit' if len(counts) > 1 else ''}: {shown}."


def _choices(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """Of each comparison of a primary analysis: how far its first estimate goes under the analyses
    that ask the same question otherwise; or that the plan has none."""
    for analysis in primary(material):
        result_rowses = [rows for rows in _by_question(material, analysis) if len(rows) > 1]
        visits = len({rows[0]["visit"] for rows in result_rowses}) > 1
        for at, rows in enumerate(result_rowses):
            yield _range(material, analysis, rows, places, visits=visits, again=at > 0)
        if not result_rowses:
            yield _alone(material, analysis, places)


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
    """ "… against …: 5 estimates of the risk difference, from −8.1 to −6.9; 4 of 5 intervals …"."""
    by_value = sorted(rows, key=lambda row: present(row["stat_value"]))
    stat, first = rows[0]["stat_name"], rows[0]
    shown = [value_text(stat, present(row["stat_value"]), style_of(row)) for row in by_value]
    least, most = (link(by_value[at], shown[at]) for at in (0, -1))
    whole = [row for row in rows if row["ci_low"] is not None and row["ci_high"] is not None]
    clear = sum(map(leaves_out_no_effect, whole))
    unit = f" {escape_markdown(unit_text(stat, first['unit']).strip())}".rstrip()
    same = shown[0] == shown[-1]
    reach = f"each {least}{unit}" if same else f"from {least} to {most}{unit}"
    place = place_link(choices_place(analysis.name), places)
    place = place or place_link(analysis_place(analysis.name), places)
    estimates = f"[{len(rows)} estimates]({place})" if place else f"{len(rows)} estimates"
    where = [
        *material.parameter_words(first),
        *([first["visit"]] if visits and first["visit"] else []),
    ]
    label = [analysis.label] if len(primary(material)) > 1 else []
    lead = escape_markdown(", ".join([*label, *where, pair_text(material, first)]))
    text = f"{lead}: {estimates} of the {LABELS[stat]}, "
    text += reach
    if whole:
        text += f"; {excluding(clear, len(whole))}"
    if whole and clear == len(whole):
        nearest = nearest_to_no_effect(whole)
        of = material.trial.plan.analyses[nearest["analysis_id"]].label
        text += f", the nearest to it {with_level(nearest)} ({escape_markdown(of)})"
    bounds = _bounded(material, analysis, first, again=again)
    further = _further(material, of_other_questions(material, analysis, first))
    return f"{text}.{further}{_ruled(material, analysis, first)}{bounds}"


def _ruled(material: Material, analysis: Analysis, first: ResultRow) -> str:
    """How far the estimate goes where another rule tells the outcome, and which is the nearest to
    no effect."""
    rows = by_other_rules(material, analysis, first)
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
    return (
        f" By other rules of the outcome: {len(rows)} estimates, {reach}; "
        f"{excluding(sum(map(leaves_out_no_effect, rows)), len(rows))}, the nearest "
        f"{shown}."
    )


def _bounded(
    material: Material, analysis: Analysis, first: ResultRow, *, again: bool = False
) -> str:
    """How far the estimate goes if all who have no value had had the worse or the better one;
    where the bounds of another comparison stand before it, `again` without what they are."""
    told, null = [], no_effect(first["stat_name"])
    for member, low, high in missing_bounds(material, analysis, first):
        reached = present(low["stat_value"]) <= null <= present(high["stat_value"])
        words = ", which include no effect" if reached else ""
        label = "" if again else f" ({escape_markdown(member.label)})"
        told.append(f"{link(low)} to {link(high)}{words}{label}")
    ways = "Bounds with all missing outcomes in favour of the one arm or of the other"
    return f" {'Bounds' if again else ways}: {'; '.join(told)}." if told else ""


def _hash(material: Material) -> str:
    """The hash of the run, and how a copy is held against it."""
    value = material.seal.value
    shown = f"`{grouped(value)}`" if value else "not shown: no key"
    command = f"trialtrace verify FILE --trial {material.trial.name}"
    return f"Hash of this run: {shown}; `{command}` checks a copy against it."
