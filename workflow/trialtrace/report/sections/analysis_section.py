"""The section of one analysis: what was asked, who was analysed, what was found, how sure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from trialtrace.base.words import P_VALUES, number, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.figures.rows_shown import of_levels
from trialtrace.report.links import analysis_place, endpoint_place, trace_link
from trialtrace.report.material import Material, without_p, without_p_within
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import few_at_risk
from trialtrace.report.sections.analysis_tables import analysis_tables
from trialtrace.report.sections.anova import f_tests
from trialtrace.report.sections.choices import STAGE_WISE, other_choices
from trialtrace.report.sections.deaths import population_rows, undated
from trialtrace.report.sections.decided_early import decided_early, known_of_all
from trialtrace.report.sections.decisions import (
    adjusted_of,
    assumes,
    decides_anything,
    explores,
    level_words,
    unadjusted,
)
from trialtrace.report.sections.endpoints_section import norms
from trialtrace.report.sections.event_words import is_untimed
from trialtrace.report.sections.findings import (
    compared,
    described,
    not_adjusted,
    parting,
    resting_on,
    sentences,
)
from trialtrace.report.sections.harms import of_log_alone
from trialtrace.report.sections.imputed import available_cases, imputations
from trialtrace.report.sections.key_sentences import without_comparison
from trialtrace.report.sections.lost_sessions import hanging, lost_sessions
from trialtrace.report.sections.methods import cited
from trialtrace.report.sections.models import arms_used, models_left_out, unlike_others
from trialtrace.report.sections.over_time import over_time
from trialtrace.report.sections.questions import alongside, of_look
from trialtrace.report.sections.readings import other_readings_marked
from trialtrace.report.sections.records import first_events, records
from trialtrace.report.sections.remarks import disagreeing, remarks
from trialtrace.report.sections.subgroups import subgroups
from trialtrace.report.sections.thresholds import (
    against_thresholds,
    tests_of_arms,
    threshold_of,
)
from trialtrace.report.tables import captioned, link, pair_text, pipe_table, slug, with_names
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import describe, lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.words import ADJUSTED, family_of, labels, members, rule_of
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.estimand import Death, Intercurrent
from trialtrace.run.trial.plan.references import ADJUSTMENTS
from trialtrace.run.trial.reported import in_order
from trialtrace.run.trial.resolve import of_patients

# P-values that were adjusted together.

# Of a longer family those alone that come below the level: all stand with their analyses.
MOST_OF_FAMILY = 40


def families(material: Material, analysis: str) -> Iterator[str]:
    """For each family of an analysis: a table of its p-values, as they are and adjusted, with what
    follows at the level of the decision.

    The first analysis of the report that has a family has the table; the others link there.
    """
    plan, results = material.trial.plan, material.tracer.results
    found = dict.fromkeys(name for row in material.of(analysis) if (name := family_of(row)))
    for name in found:
        family = plan.multiplicity[name]
        if place := getattr(family, "in_place", None):
            of = plan.analyses[place.of]
            yield (
                f"{escape_markdown(family.label)}: the adjusted p is that with its p in the place "
                f"of “[{escape_markdown(of.label)}](#{analysis_place(of.name)})” among "
                f"{escape_markdown(plan.multiplicity[place.family].label)}, and decides nothing."
            )
            continue
        first = _first(material, name)
        if first.name != analysis:
            place = f"#{analysis_place(first.name)}"
            whose = f"“[{escape_markdown(first.label)}]({place})”"
            yield f"{escape_markdown(family.label)}: see {whose}."
            continue
        rows = members(plan, results, name)
        how = ADJUSTMENTS[family.adjust].title
        # The test of all arms with which a closed test begins is adjusted by nothing.
        opens = [row for row in rows if adjusted_of(material, row) is None]
        many = len(rows) - len(opens)
        head = f"{family.label}: {many} p-values, adjusted together by {how}"
        if opens:
            tests = "test of all arms, which opens" if len(opens) == 1 else "tests that open"
            head += f"; the {tests} the way to them, not counted"
        caption, level = f"{head}.", plan.analyses[analysis].decision_level
        verdicts = [] if explores(material) else [f"At most {level:.3g}"]
        if len(rows) > MOST_OF_FAMILY:
            rows = [row for row in rows if _adjusted_value(material, row) <= level]
            caption += f" Shown are the {len(rows)} whose adjusted p is at most {level:.3g}."
        if rows and all(row["group1_level"] and not row["comparison"] for row in rows):
            caption += " Each is of one arm alone: a change within it is no effect of treatment."
        header = ["Test", "p", "Adjusted p", *verdicts]
        named = [_test_words(material, row) for row in rows]
        if len(set(named)) < len(named):
            named = [material.tracer.about.subject(row) for row in rows]
        body = [
            _of_family(material, row, words, level)[: len(header)]
            for row, words in zip(rows, named, strict=True)
        ]
        if body:
            yield captioned(material, pipe_table(header, body), f"family-{slug(name)}", caption)
        else:
            yield escape_markdown(caption)


def _test_words(material: Material, row: ResultRow) -> str:
    """ "CIPN, after chemotherapy, all arms": what a test of a family is of, in short."""
    label = material.trial.plan.analyses[row["analysis_id"]].label
    who = pair_text(material, row) if row["comparison"] else "all arms"
    stratum = [material.stratum_words(row["stratum"])] if row["stratum"] else []
    parts = [*(material.parameter_words(row) or [label]), row["visit"], *stratum, who]
    return ", ".join(filter(None, parts))


def _of_family(material: Material, row: ResultRow, words: str, level: float) -> list[str]:
    """A line of a family's table. A test without an adjusted p-value of its own opens the way to
    those that have one."""
    adjusted = adjusted_of(material, row)
    decided = "" if adjusted is None else "yes" if _adjusted_value(material, row) <= level else "no"
    if decided == "yes":
        decided += _but(material, row) + escape_markdown(resting_on(material, row))
    return [
        escape_markdown(words),
        link(row),
        "" if adjusted is None else link(adjusted),
        decided,
    ]


def of_one_pair(one: ResultRow, other: ResultRow) -> bool:
    """Whether two results compare the same arms in the same outcome."""
    place = ("parameter", "visit", "stratum", "comparison", "reference")
    return values_of(one, place) == values_of(other, place)


def _same(one: ResultRow | None, other: ResultRow) -> bool:
    return one is not None and one["result_id"] == other["result_id"]


def _but(material: Material, row: ResultRow) -> str:
    """That an effect is not shown all the same, and by which primary analysis it is not."""
    analysis = material.trial.plan.analyses[row["analysis_id"]]
    # Tests by another rule, without an estimate, are of the analysis that they are made of.
    found = [*compared(material, analysis)]
    whose = analysis if found else material.trial.plan.analyses.get(analysis.of or "", analysis)
    for one in found or compared(material, whose):
        same = _same(one.planned, row) if found else of_one_pair(one.estimate, row)
        parts = parting(material, whose, one.estimate) if same else None
        if parts is not None:
            other = material.trial.plan.analyses[parts["analysis_id"]]
            place = f"#{analysis_place(other.name)}"
            return f", but see “[{escape_markdown(other.label)}]({place})”: no effect is shown"
    return ""


def _adjusted_value(material: Material, row: ResultRow) -> float:
    """Infinite where there is none, or it could not be estimated."""
    adjusted = adjusted_of(material, row)
    value = adjusted["stat_value"] if adjusted is not None else None
    return inf if value is None else value


def _first(material: Material, family: str) -> Analysis:
    """The analysis of the report that comes first of those with p-values of a family."""
    return next(
        problem
        for problem in in_order(material.trial)
        if any(family_of(row) == family for row in material.of(problem.name))
    )


VALUE_WORDS = {
    "value": "",
    "change": " (change from baseline)",
    "percent_change": " (change in percent of baseline)",
}
STRATEGIES = {
    "treatment policy": "what happens after it counts as it is",
    "hypothetical": "the question is what would have happened without it",
    "composite": "it is part of the outcome",
    "while on treatment": "only what happens before it counts",
    "while alive": "only what happens before it counts",
    "principal stratum": "the question concerns strata of patients defined by whether it would "
    "happen to them under a treatment, whichever they had",
}
CHOSEN_LATE = "membership was decided after randomisation, which is not a strategy of ICH E9(R1), "
AS_RANDOMISED = "so that the arms are described and not compared as they were randomised"
OF_THOSE_LEFT = (
    "so that a comparison is of its members at that time and not of the arms as randomised; it "
    "is given because the plan asks for it in them alone"
)
WHATEVER = " Those that hold either way are primary, as the boundary of the stop is not known."
# Columns of derived data that a condition of the plan names, in words.
PLACES = {"LOC": "location", "LAT": "side", "AVISIT": "visit"}
MOST_NAMED = 6


def analysis_sentences(material: Material, analysis: Analysis) -> str:
    """The four answers, how it was later, and what was decided or noted beforehand."""
    parts = [f"**Estimand.** {_asked(material, analysis)}"]
    if analysis.role == "primary":
        parts.append(f"**Outcome.** {_rules(material, analysis)}")
    parts.append(f"**Analysed.** {analysed(material, analysis)}")
    leads = analysis.role in ("primary", "secondary")
    if leads and (assumed := available_cases(material, analysis)):
        parts[-1] += f" {assumed}"
    if analysis.role == "primary" and (lost := lost_sessions(material, analysis)):
        parts[-1] += f" {lost}"
    parts[-1] = " ".join([parts[-1], *undated(material, analysis)])
    if drawn := " ".join(imputations(material, analysis)):
        parts.append(f"**Imputation.** {drawn}")
    if used := arms_used(material, analysis):
        parts.append(f"**Models and tests.** {cited(material, analysis, escape_markdown(used))}")
    found = results_in_sentences(material, analysis)
    plan, rows = material.trial.plan, material.of(analysis.name)
    if without_p(plan, analysis, rows):
        found.append(unadjusted(material, analysis))
    elif without_p_within(plan, analysis, rows):
        found.append(unadjusted(material, analysis, within=True))
    if found and analysis.role == "primary":
        found += not_adjusted(material)
    found += few_at_risk(material, analysis)
    if found:
        parts.append(f"**Result.** {cited(material, analysis, ' '.join(found))}")
    parts.append(of_log_alone(material, analysis))
    if analysis.role == "primary":
        parts.append(other_readings_marked(material, analysis))
    parts += first_events(material, analysis)
    if analysis.role == "primary" and (
        groups := list(subgroups(material, analysis, lambda name: f"#{name}"))
    ):
        parts.append(f"**Subgroups.** {' '.join(groups)}")
    if later := over_time(material, analysis):
        parts.append(f"**Over time.** {later}")
    if early := decided_early(material, analysis):
        parts.append(f"**{escape_markdown(early)}**")
    if analysis.role == "primary" and (interim := material.trial.design.interim):
        parts.append(f"**Interim analyses.** {escape_markdown(interim)}")
    if analysis.note:
        parts.append(_noted(material, analysis.note))
    return "\n\n".join(part for part in parts if part)


def results_in_sentences(material: Material, analysis: Analysis) -> list[str]:
    """What an analysis found: of comparisons, else of arms, else how far its numbers go."""
    found = [*against_thresholds(material, analysis), *sentences(material, analysis)]
    if unlike := unlike_others(material, analysis):
        found.append(f"{_noted(material, unlike)}.")
    return found or described(material, analysis) or without_comparison(material, analysis)


def analysis_table(material: Material, analysis: Analysis) -> str:
    """The tables, families of p-values, other choices, and what could not be estimated."""
    said = [decided_early(material, analysis), *known_of_all(material, analysis)]
    said += _left_out(material, analysis)
    parts = [analysis_tables(material, analysis.name)]
    parts += families(material, analysis.name)
    parts.append(other_choices(material, analysis))
    told = [*remarks(material, analysis.name, " ".join(said)), *disagreeing(material, analysis)]
    parts.append("\n".join(f"- {remark}" for remark in told))
    return "\n\n".join(part for part in parts if part)


def _asked(material: Material, analysis: Analysis) -> str:
    """The question as Markdown; of an analysis that asks another's, a link to that one."""
    parent = material.trial.plan.analyses.get(analysis.of or "")
    if parent is None or parent.estimand != analysis.estimand or parent.value != analysis.value:
        return f"{asked(material, analysis)}{_primary_too(material, analysis)}"
    link_ = f"“[{escape_markdown(parent.label)}](#{analysis_place(parent.name)})”"
    summary = escape_markdown(f"{upper_first(analysis.estimand.summary)}, as for")
    return f"{summary} {link_}. {escape_markdown(_levels(material, analysis))}"


def _primary_too(material: Material, analysis: Analysis) -> str:
    """Which primary analyses of the same question a test of this one must not part from, and at
    which level the primary interval of a look is."""
    agree = [
        f"“[{escape_markdown(one.label)}](#{analysis_place(one.name)})”"
        for one in alongside(material, analysis)
    ]
    text = f" An effect is shown only where {in_a_row(agree)} agree{'s' * (len(agree) == 1)}."
    levels = escape_markdown(of_levels(material, [analysis]))
    levels += WHATEVER * (bool(levels) and assumes(material, analysis))
    return text * bool(agree) + f" {levels}" * bool(levels)


def _rules(material: Material, analysis: Analysis) -> str:
    """How the outcome is made, and at which visit; that no time is declared, where none is."""
    words = labels(material.trial)
    endpoints = parameters(material.trial, analysis)
    told = [with_names(rule_of(words, one)) for one in endpoints]
    told += [text for one in endpoints for text in norms(material, one)]
    if any(map(is_untimed, endpoints)):
        told.append("This analysis has no visit and no time of it.")
    return " ".join(told)


def _noted(material: Material, note: str) -> str:
    """A note as Markdown, in which the label of another analysis in quotes leads to it."""
    places = {one.label: analysis_place(one.name) for one in in_order(material.trial)}

    def linked(match: re.Match[str]) -> str:
        label = match[1]
        shown = escape_markdown(label)
        return f"“[{shown}](#{places[label]})”" if label in places else f"“{shown}”"

    return "".join(
        re.sub(r"“([^”]+)”", linked, part)
        if part.startswith("“")
        # Escaping takes the blanks at the ends.
        else re.sub(r"\S(?:.*\S)?", lambda text: escape_markdown(text[0]), part)
        for part in re.split(r"(“[^”]+”)", note)
    )


def _levels(material: Material, analysis: Analysis) -> str:
    """The level of intervals, and whether anything is decided by a test."""
    tests, decides = "", decides_anything(material.trial.plan, analysis, material.of(analysis.name))
    decides &= not explores(material)
    if decides and assumes(material, analysis):
        tests = "; as the trial's own boundary is not known, p decides nothing; what is given is "
        tests += f"whether p would have crossed the {level_words(material, analysis)}"
    elif decides:
        tests = f"; tests are decided at the {level_words(material, analysis)}"
    elif not without_p(material.trial.plan, analysis, material.of(analysis.name)) and any(
        row["stat_name"] in P_VALUES
        for row in (*material.printable(analysis.name), *tests_of_arms(material, analysis))
    ):
        tests = "; p-values are shown without a decision"
    every, plan_level = material.of(analysis.name), material.trial.plan.decision_level
    if any(row["stat_name"] == ADJUSTED for row in every) and any(row["ci_low"] for row in every):
        tests += "; p-values that are called adjusted allow for multiplicity, intervals do not"
    p_values = [row for row in every if row["stat_name"] == "p_value"]
    look = analysis.look
    if look and p_values and all(STAGE_WISE in row["method"] for row in p_values):
        tests += f", allow for the interim analyses, and compare with {look.alpha:g}"
    elif p_values and not decides and analysis.decision_level != plan_level:
        about = "about " * (look is not None)
        tests += f"; the level of p would be {about}{analysis.decision_level:.{2 if about else 3}g}"
    if every and not any(row["ci_level"] for row in every):
        return f"{upper_first(tests.removeprefix('; '))}." if tests else ""
    reason = f" Why such levels: {analysis.level_reason}" if analysis.level_reason else ""
    primary = "".join(
        f"The primary interval is at the {100 * one.confidence:g} % level, of “{one.label}”, which "
        f"the plan files under {one.role} analyses; other c"
        for one in of_look(material, analysis)[:1]
    )
    level = f"{100 * analysis.confidence:g} % level"
    return f"{primary or 'C'}onfidence intervals are at the {level}{tests}.{reason}"


def asked(material: Material, analysis: Analysis) -> str:
    """The estimand in the terms of ICH E9(R1), and what decides; Markdown. The variable is a link
    to its definition."""
    estimand = analysis.estimand
    arms = [material.arm_label(arm) for arm in estimand.treated]
    against = f", {' and '.join(arms)} against {material.arm_label(estimand.reference)}"
    against += f" ({estimand.reason.rstrip('.')})" if estimand.reason else ""
    rows = material.of(analysis.name)
    if not any(row["comparison"] for row in rows):
        against = ""
    if held := threshold_of(material, analysis):
        against = f", in each arm, against {held}{against.replace(', ', '; beside it ', 1)}"
    population = material.trial.populations[estimand.population]
    events = "; ".join(intercurrent_words(estimand.intercurrent)) or "none declared"
    if CHOSEN in population.label and not estimand.intercurrent:
        # Whom death or a missed visit keeps out of the population is no event of it.
        compares = any(row["comparison"] or row["stat_name"] in P_VALUES for row in rows)
        events += f"; {CHOSEN_LATE}{OF_THOSE_LEFT if compares else AS_RANDOMISED}"
    how = escape_markdown(VALUE_WORDS[analysis.value])
    variable = f"{_variables(material, analysis)} {how}".rstrip()
    before = escape_markdown(f"{upper_first(estimand.summary)}{against}. Variable:")
    who = f"population: {lower_first(population.label)}"
    after = escape_markdown(
        f"; {who}. Intercurrent events: {events}. {_levels(material, analysis)}"
    )
    return f"{before} {variable}{after}"


def intercurrent_words(events: Iterable[Intercurrent]) -> Iterator[str]:
    """Events by their strategy, in the plan's order."""
    by: dict[str, list[str]] = {}
    for event in events:
        by.setdefault(event.strategy, []).append(event.event)
    for strategy, named in by.items():
        each = "each " if len(named) > 1 else ""
        yield f"{', '.join(named)} ({each}{strategy}: {STRATEGIES[strategy]})"
    deaths = [event.death for event in events if event.death is not None]
    for death in deaths:
        yield (
            "patients who died have an outcome of the time before, which is unknown where it was "
            "not seen"
            if death.before
            else f"patients who had died by {_by_day(death)} count as dead at the visit, by that "
            "declared day and not by the date of the visit"
        )


def _by_day(death: Death) -> str:
    """Of one day "day 98", of several "day 98 (week 12) or day 180 (week 24)"."""
    if death.days is None:
        return f"day {number(death.day or 0)}"
    return " or ".join(f"day {number(day)} ({visit})" for visit, day in death.days.items())


def _variables(material: Material, analysis: Analysis) -> str:
    endpoints = parameters(material.trial, analysis)
    if len(endpoints) > MOST_NAMED:
        return f"{len(endpoints)} endpoints, the rows of the tables"
    return "; ".join(
        f"[{escape_markdown(lower_first(endpoint.label))}]"
        f"(#{endpoint_place(endpoint.family or endpoint.name)})"
        for endpoint in endpoints
    )


def analysed(material: Material, analysis: Analysis) -> str:
    """The population, by arm how many of it entered, of how few there is a record, and which models
    are of fewer. Markdown."""
    named = parameters(material.trial, analysis)
    few = [
        f"{escape_markdown(each.label)}: {record}." if len(named) > 1 else f"{upper_first(record)}."
        for each in named
        for record in records(material, analysis, each.name)
    ]
    return " ".join([_entered(material, analysis), *few, *models_left_out(material, analysis)])


def _entered(material: Material, analysis: Analysis) -> str:
    """The population and, by arm, how many of it entered; a range where that differs."""
    population = material.trial.populations[analysis.estimand.population]
    populations = population_rows(material, population.name)
    parts, lacking = [], False
    whole = all(
        of_patients(material.trial, endpoint) for endpoint in parameters(material.trial, analysis)
    )
    for arm in [ALL] if whole else material.trial.design.arms:
        of = populations.get(arm, populations.get(ALL))
        size = round(present(of["stat_value"])) if of else 0
        used = _used(material, analysis.name, arm, size)
        if used:
            least, most = min(used, key=_n_of), max(used, key=_n_of)
            n_link = _n_link(least)
            n_link += f" to {_n_link(most)}" if _n_of(most) > _n_of(least) else ""
            label = "patients" if arm == ALL else escape_markdown(material.arm_label(arm))
            lacking = lacking or _n_of(least) < size
            lost = hanging(material, analysis).get(arm)
            label += (
                f" ({_n_of(least) - lost} known, {lost} lost and counted as failure)"
                if lost
                else ""
            )
            parts.append(f"{n_link} of {link(of, str(size)) if of else 0} {label}")
    if not parts:
        arms = dict.fromkeys(arm for pair in analysis.pairs for arm in pair)
        several = len(arms) < len(material.trial.design.arms) and arms.keys() <= populations.keys()
        sizes = {
            arm: populations[arm] for arm in (arms if several else [ALL]) if arm in populations
        }
        used_of = _used_in_all(material, analysis.name, sizes)
        entered = f"{escape_markdown(population.label)}{used_of}."
        return " ".join([entered, *_why(material, analysis)])
    words = {PLACES.get(name, name): test for name, test in (analysis.where or {}).items()}
    where = f", where {describe(words)}" if words else ""
    known = "known in " if lacking else ""
    told = f"{escape_markdown(population.label + where)}: {known}{', '.join(parts)}"
    return f"{told}{_over_visits(material, analysis)}."


def _over_visits(material: Material, analysis: Analysis) -> str:
    """How many of each arm have a value at one visit at least, where an estimate over visits is of
    more patients than any visit has."""
    over = [r for r in material.of(analysis.name) if r["group2_level"] == "over_visits"]
    row = next((one for one in over if one["comparison"]), None)
    behind = material.tracer.members.get(row["result_id"], ()) if row else ()
    member = next((one for one in behind if one["role"] == "analysed"), None)
    if row is None or member is None:
        return ""
    chosen = material.tracer.frames.select(member["dataset"], json.loads(member["predicate"]))
    pairs = set(zip(chosen.column("TRTP").tolist(), chosen.column("USUBJID").tolist(), strict=True))
    counts = [sum(arm == one for one, _ in pairs) for arm in material.trial.design.arms]
    each = in_a_row([*map(str, counts)])
    return f"; at one visit at least in {each}, {_n_link(row)} in the arms together"


def _n_of(row: ResultRow) -> int:
    """Of how many subjects a description is made."""
    return row["denominator"] or row["n_used"] or 0


def _n_link(row: ResultRow) -> str:
    """That number as a link to the description that is made of so many."""
    part = "out-of" if row["denominator"] else "n"
    return f"[{_n_of(row)}]({trace_link(row['result_id'], part)})"


def _used(material: Material, name: str, arm: str, whole: int) -> list[ResultRow]:
    """The descriptions of an arm, each made of so many subjects.

    Means of a model over all arms are made of more than an arm has, and bounds of those without a
    value too: both are left out.
    """
    used = [
        row
        for row in material.of(name)
        if row["group1_level"] == arm
        and row["stratum"] is None
        and _n_of(row)
        and not row["stat_name"].endswith(("_lowest", "_highest"))
    ]
    of_all = {row["method"] for row in used if _n_of(row) > whole}
    return [row for row in used if row["method"] not in of_all]


def _left_out(material: Material, analysis: Analysis) -> list[str]:
    """Whom analyses of variance leave out for want of a value, a sentence each."""
    told = (test.rows["f"]["warning"] for test in f_tests(material, analysis.name))
    return list(dict.fromkeys(text for text in told if text))


def _why(material: Material, analysis: Analysis) -> list[str]:
    """The same where it is one sentence; of several endpoints how many is in their table."""
    told = _left_out(material, analysis)
    several = [
        "Patients without a value in any cell are left out; each line of the table has its number."
    ]
    return several if len(told) > 1 else [escape_markdown(text) for text in told]


def _used_in_all(material: Material, name: str, of: Mapping[str, ResultRow]) -> str:
    """Over all that compares groups: of how many it was made, with links to these results, and `of`
    how many in the population, by arm or in all.

    What describes a single arm compares nothing.
    """
    used = [
        row
        for row in material.of(name)
        if row["n_used"] and row["group1_level"] is None and row["error"] is None
    ]
    if not used:
        return ""
    by_size = sorted(used, key=lambda row: present(row["n_used"]))
    low, high = (
        f"[{row['n_used']}]({trace_link(row['result_id'], 'n')})"
        for row in (by_size[0], by_size[-1])
    )
    labels = {arm: "subjects" if arm == ALL else material.arm_label(arm) for arm in of}
    wholes = [f"{link(row)} {escape_markdown(labels[arm])}" for arm, row in of.items()]
    whole = f" of {' and '.join(wholes)}" if wholes else " subjects"
    if len(wholes) > 1:
        number = round(sum(present(row["stat_value"]) for row in of.values()))
        whole = f" of {number} ({' and '.join(wholes)})"
    if by_size[0]["n_used"] == by_size[-1]["n_used"]:
        return f", {low}{whole}"
    return f", {low} to {high}{whole} in a comparison"
