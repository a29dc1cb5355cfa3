"""The first page of a trial, one of A4: what was lost, question, patients, primary result, harms,
other choices, audit, hash; the figure that follows it is a chunk of its own (documents.py).

Every number of it is a link to its trace; the sentences are those of the report.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.audit.printed.agreement import NOT_CHECKABLE
from trialtrace.audit.printed.sentences import unbroken
from trialtrace.audit.printed.verdicts import COLUMNS, DATA, FAILS, SHOWN
from trialtrace.audit.prints.agreements import INCONSISTENT
from trialtrace.audit.registration.rows import CHANGED, LATE
from trialtrace.audit.verdicts.tally import tally, tally_text, worst, worst_first
from trialtrace.base.config.spec import structure
from trialtrace.base.words import upper_first
from trialtrace.report.audit.cohort_words import of_primary, put_in
from trialtrace.report.figures.flow import at_visit
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import (
    AUDIT_PAGE,
    claim_anchor,
    component_link,
    place_link,
)
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.analysis_section import analysed
from trialtrace.report.sections.choices_in_short import choices_in_short
from trialtrace.report.sections.data_quality import known_counts
from trialtrace.report.sections.deaths import randomised_by_arm
from trialtrace.report.sections.event_words import is_time
from trialtrace.report.sections.findings import (
    not_adjusted,
    once,
    primary,
    sentences,
)
from trialtrace.report.sections.frozen_section import frozen_line
from trialtrace.report.sections.harms import harms_in_short
from trialtrace.report.sections.lost_sessions import lost_sessions
from trialtrace.report.sections.periods import clusters_randomised
from trialtrace.report.sections.readings import other_readings_marked
from trialtrace.report.sections.remarks import caveat
from trialtrace.report.sections.sections import (
    design_line,
    left_out_in_short,
    lost,
    of_data,
    recomputed,
    stamps,
)
from trialtrace.report.sections.thresholds import against_thresholds
from trialtrace.report.tables import link
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.plan.build import Analysis

# Printed numbers on the summary: their verdicts, and what does not hold.

Row = Mapping[str, object]
MOST_CLAIMS = 1
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# How a claim fails, of one and of several.
EXACT = "exact"
DIFFERS = ("differs from the data", "differ from the data")
AGREES = (
    "agrees with the data and not with other printed numbers",
    "agree with the data and not with other printed numbers",
)
APART = ("does not fit other printed numbers", "do not fit other printed numbers")
GLOSS = "(On print: held against the other printed numbers alone; compatible: possible.)"


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
    return f"[{counts}]({AUDIT_PAGE}) {GLOSS}{told}{unread(material)}"


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


def unread(material: Material) -> str:
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


OF_OUTCOMES = ("registered.outcome", "registered.measure")


def registered_unread(material: Material) -> Iterator[str]:
    """That nobody held the reported outcomes against those of a registration that is named, though
    perhaps against those of another text, such as a protocol."""
    number = material.trial.registration
    verdicts: dict[str, set[str]] = {}
    for row in material.printed.get("registration", ()):
        if row["check"] in OF_OUTCOMES:
            verdicts.setdefault(str(row["source"]), set()).add(str(row["verdict"]))
    compared = [source for source, found in verdicts.items() if found != {NOT_CHECKABLE}]
    if number and (len(compared) < len(verdicts) or not verdicts):
        others = f"; those of the {in_a_row(compared)} are" if compared else ""
        yield (
            "Registered and reported outcomes are not compared, nor the plan of this report with "
            f"the registered ones: what the registry has under {escape_markdown(number)} is not at "
            f"hand{escape_markdown(others)}."
        )


def registered_otherwise(material: Material) -> Iterator[str]:
    """Where the primary outcome was registered or planned otherwise than it is reported."""
    wrong = (CHANGED, LATE, INCONSISTENT)
    for row in material.printed.get("registration", ()):
        if row["check"] in OF_OUTCOMES and row["verdict"] in wrong:
            source = f"[{escape_markdown(str(row['source']))}]({AUDIT_PAGE}#sec-registered)"
            told = escape_markdown(unbroken(str(row["finding"])))
            yield f"Reported otherwise than registered or planned ({source}): {told}"


def registered_late(material: Material) -> Iterator[str]:
    """That it was registered after its begin, where the audit of the registration says so."""
    for row in material.printed.get("registration", ()):
        if row["check"] == "registered.first" and row["verdict"] == LATE:
            told = escape_markdown(lower_first(unbroken(str(row["finding"]))))
            yield f"[Registered retrospectively]({AUDIT_PAGE}#sec-registered): {told}"


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
        " ".join(filter(None, _design(material))),
        f"**Patients.** {_patients(material, places)}",
        " ".join(left_out_in_short(material, places)),
        f"**Harms.** {' '.join(harms_in_short(material, places))}",
        *_choices(material, places),
        f"**Published numbers:** {printed_in_short(material)}",
        f"**How it was made.** {recomputed(material, in_short=True)} {_hash(material)}",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _choices(material: Material, places: Mapping[str, str]) -> list[str]:
    first, *others = [*choices_in_short(material, places)] or ["the plan has none."]
    return [f"**Under other choices.** {first}", *others]


def _design(material: Material) -> Iterator[str]:
    """Design and registration, whether that was late, the data, and whether the plan is frozen."""
    yield design_line(material.trial)
    yield from registered_late(material)
    yield from of_data(material)
    yield from map(escape_markdown, material.trial.file.limitations)
    yield frozen_line(material)


def _primary(material: Material, places: Mapping[str, str]) -> list[str]:
    """The sentences on the primary analyses, each with what its note says first; whether the
    outcome was registered otherwise, and whether their numbers were put in."""
    told = [
        f"**{escape_markdown(one.label)}. "
        f"{once(material, [*against_thresholds(material, one), *sentences(material, one)])}**"
        f"{caveat(one)}"
        for one in primary(material)
    ]
    told.append(other_readings_marked(material))
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
    groups = clusters_randomised(material)
    return " ".join(filter(None, [groups, f"{text}." if text else "", *of, *_followed(material)]))


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
        at = escape_markdown(f"Not analysed{at_visit(material, analysis)}")
        return f" {at}: {'; '.join(told)}."
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
        lost = lost_sessions(material, analysis, places)
        return f" {lost}" if lost else f" {lead} in all who are analysed."
    told = ", ".join(f"{escape_markdown(material.arm_label(arm))} {arms[arm]}" for arm in arms)
    shown = f"[{told}]({place})" if place else told
    return f" {lead}{', by visit' if len(counts) > 1 else ''}: {shown}."


def _hash(material: Material) -> str:
    """The hash of the run, and how a copy is held against it."""
    value = material.seal.value
    shown = f"`{grouped(value)}`" if value else "not shown: no key"
    command = f"trialtrace verify FILE --trial {material.trial.name}"
    return f"Hash of this run: {shown}; `{command}` checks a copy against it."
