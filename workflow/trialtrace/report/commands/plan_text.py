"""`trialtrace plan TRIAL --text`: the plan as the prose of an analysis plan, before any data.

Every sentence follows from a key of the configuration, and of plan.yaml has the line of its entry
behind it: what is signed is what runs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.store import sha256_file
from trialtrace.base.words import LABELS, number, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.sections.endpoints_section import direction
from trialtrace.report.sections.estimand import VALUE_WORDS, intercurrent_words
from trialtrace.report.sections.models import adjusting
from trialtrace.report.sections.sections import design_line
from trialtrace.run.endpoints.populations import told_rule
from trialtrace.run.tables.conditions import describe, lower_first
from trialtrace.run.trace.words import labels, rule_of, subject_words, variable_label
from trialtrace.run.trial.endpoints.shared import DatedRecords, Entry, InTable, Labels
from trialtrace.run.trial.endpoints.wide import VisitWindows
from trialtrace.run.trial.frozen import FILES
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.card import TEST
from trialtrace.run.trial.plan.multiplicity import AdjustedTogether
from trialtrace.run.trial.plan.references import ADJUSTMENTS, by, method_of
from trialtrace.run.trial.plan.steps import Step
from trialtrace.run.trial.reported import ROLES, in_order

# Options whose values are variables of patients, or what stands for one.
OF_VARIABLES = {"strata": "stratified by", "cluster": "clusters by"}
OTHERS = {"baseline": "the value at baseline", "treated_side": "the treated side"}
SIDES = {
    "two_sided": "two-sided",
    "less": "one-sided, less",
    "greater": "one-sided, greater",
}
PARTS = {
    "describe": "By arm",
    "estimates": "Comparison",
    "tests": "Tests",
}


def plan_text(trial: Trial) -> str:
    """The analysis plan as Markdown."""
    references: dict[str, None] = {}
    config = trial.at.trial_config(trial.name)
    hashes = [f"- {name}: {sha256_file(config / name)}" for name in FILES]
    parts = [
        f"# Analysis plan: {trial.title}",
        trial.reanalysis or "",
        trial.question,
        unescape(design_line(trial)),
        "## Populations",
        *_populations(trial),
        "## Outcomes",
        *_outcomes(trial),
        "## Analyses",
        f"Confidence intervals are at the {number(100 * trial.plan.confidence)} % level and tests "
        f"are decided at {trial.plan.decision_level:g}, two-sided, unless stated otherwise.",
        *_analyses(trial, references),
        *_families(trial, references),
        *_designs(trial),
        "## References",
        "\n".join(f"- {reference}" for reference in references if re.search(r"\d{4}", reference)),
        "## What is signed",
        "This text says what is analysed, of whom and how. What it leaves to the files: cleaning, "
        "missing codes and ranges, columns of subgroups and covariates, tables and figures. Files, "
        "by their SHA-256:",
        "\n".join(hashes),
        "Name, date, signature:",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _populations(trial: Trial) -> Iterator[str]:
    arms, named = trial.design.arms, subject_words(trial)
    for population in trial.populations.values():
        rule = told_rule(population, lambda arm: arms[arm].label, named)
        yield f"**{population.label}** ({population.flag}): {rule}."


def _outcomes(trial: Trial) -> Iterator[str]:
    words = labels(trial)
    for endpoint in trial.endpoints.values():
        better = [f"{upper_first(direction(endpoint))}."] if endpoint.higher else []
        sentences = rule_of(words, endpoint), *better, *_windows(words, endpoint)
        yield f"**{endpoint.label}** ({endpoint.code}). {' '.join(sentences)}"


def _windows(words: Labels, endpoint: Endpoint[Entry]) -> Iterator[str]:
    """The days of each visit, from when they count, and which records these are."""
    entry, since = endpoint.entry, ""
    if entry.start:
        since = f" after {lower_first(words.variable(entry.start))}, 0 on that day"
    if isinstance(entry, DatedRecords) and entry.windows:
        days = [f"{visit} from {low:g} to {high:g}" for visit, (low, high) in entry.windows.items()]
        value = "" if entry.outside == "flag" else " without its value"
        yield f"Days{since}: {in_a_row(days)}. A record of another day is listed and kept{value}."
    if isinstance(entry, InTable) and isinstance(entry.visit, VisitWindows):
        day, windows = entry.visit.day, entry.visit.windows.items()
        if day:
            unit = words.column_units.get(entry.table, {}).get(day)
            since = f" by {words.column(entry.table, day)}" + (f" ({unit})" if unit else "")
        days = [
            f"{visit} from {window.from_:g} to {window.to:g}"
            + ("" if window.target is None else f" (planned {window.target:g})")
            for visit, window in windows
        ]
        tie = f", of two as near the {entry.visit.tie}" if entry.visit.tie else ""
        yield (
            f"Days{since}: {in_a_row(days)}. Of several records of a visit the {entry.visit.take} "
            f"counts{tie}; those of no visit are listed and not used."
        )


def _analyses(trial: Trial, references: dict[str, None]) -> Iterator[str]:
    role = ""
    lines = trial.lines("plan")
    for analysis in in_order(trial):
        if analysis.role != role:
            role = analysis.role
            yield f"### {ROLES[role]}"
        line = lines.get(("analyses", analysis.name), "")
        of = trial.plan.analyses.get(analysis.of or "")
        after = f", after {of.label}" if of else ""
        yield f"**{analysis.label}** (`{analysis.name}`, plan.yaml:{line}{after})"
        yield " ".join(_sentences(trial, analysis))
        for part, words in PARTS.items():
            steps = [_step(trial, step, references) for step in getattr(analysis, part)]
            if steps:
                yield f"{words}: {'; '.join(steps)}."
        if analysis.interaction is not None:
            yield f"Interaction: {_step(trial, analysis.interaction, references)}."
        if analysis.note:
            yield f"Note: {analysis.note}"


def _sentences(trial: Trial, analysis: Analysis) -> Iterator[str]:
    """Question, population, variable, intercurrent events, visits, strata, level."""
    estimand, arms = analysis.estimand, trial.design.arms
    against = ""
    if analysis.estimates or analysis.tests:
        treated = in_a_row([arms[arm].label for arm in estimand.treated])
        against = f", {treated} against {arms[estimand.reference].label}"
    yield f"{upper_first(estimand.summary)}{against}."
    if estimand.reason:
        yield upper_first(f"{estimand.reason.rstrip('.')}.")
    yield f"Population: {lower_first(trial.populations[estimand.population].label)}."
    if analysis.where:
        yield f"Only where {describe(analysis.where, subject_words(trial))}."
    of = [endpoint.label for name in estimand.variables for endpoint in trial.family(name)]
    yield f"Variable: {in_a_row(of)}{VALUE_WORDS[analysis.value]}."
    if analysis.visits:
        yield f"Visits: {in_a_row(list(analysis.visits))}."
    if analysis.by:
        whole = ", and in all of them" if analysis.overall else ""
        yield f"In each level of {lower_first(variable_label(trial, analysis.by))}{whole}."
    events = "; ".join(intercurrent_words(estimand.intercurrent))
    yield f"Intercurrent events: {events or 'none declared'}."
    yield from _level(trial, analysis)


def _level(trial: Trial, analysis: Analysis) -> Iterator[str]:
    if analysis.confidence != trial.plan.confidence:
        yield f"Confidence intervals at the {number(100 * analysis.confidence)} % level."
    if analysis.look is not None:
        yield f"A look of a group-sequential design, at the level {analysis.decision_level:.4g}."
    elif analysis.decision_level != trial.plan.decision_level:
        yield f"Decided at the level {analysis.decision_level:g}."
    if analysis.level_reason:
        yield f"Why such levels: {analysis.level_reason}"


def _step(trial: Trial, step: Step[object], references: dict[str, None]) -> str:
    """A statistic by its method with every option that the plan has; a test by its name."""
    about = method_of(step.key)
    options = dict(mapping_of(step.options))
    if about.reference:
        references.setdefault(about.reference)
    if step.statistic == "summary":
        return in_a_row([LABELS.get(one, one) for one in options["statistics"]])
    statistic = LABELS.get(step.statistic, step.statistic.replace("_", " "))
    name = about.title if step.statistic == TEST else f"{statistic} {by(about.title)}"
    return ", ".join([name, *_options(trial, options)])


def _options(trial: Trial, options: Mapping[str, object]) -> Iterator[str]:
    for name, value in options.items():
        if value in ([], (), None):
            continue
        if name == "sides":
            yield SIDES.get(str(value), _value(value))
        elif name in ("covariates", *OF_VARIABLES):
            names = [value] if isinstance(value, str) else value
            how = OF_VARIABLES.get(name) or adjusting(options)
            yield f"{how} {_variables(trial, names)}"
        else:
            yield f"{name.replace('_', ' ')}: {_value(value)}"


def _variables(trial: Trial, names: object) -> str:
    assert isinstance(names, Iterable)
    return in_a_row(
        [OTHERS.get(name) or lower_first(variable_label(trial, str(name))) for name in names]
    )


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return in_a_row([_value(one) for one in value])
    return str(value).replace("_", " ")


def _families(trial: Trial, references: dict[str, None]) -> Iterator[str]:
    """What is adjusted together, and how."""
    if trial.plan.multiplicity:
        yield "## Several tests"
    for family in trial.plan.multiplicity.values():
        how = ADJUSTMENTS[family.adjust]
        if how.reference:
            references.setdefault(how.reference)
        options = family.options if isinstance(family, AdjustedTogether) else {}
        told = ", ".join([how.title, *_options(trial, options)])
        members = "; ".join(
            dict.fromkeys(trial.plan.analyses[test.analysis].label for test in family.tests)
        )
        yield f"**{family.label}**: {told}. Tests of {members}."


def _designs(trial: Trial) -> Iterator[str]:
    """What sizes and power the plan states."""
    if trial.plan.planning:
        yield "## Sample size, power and precision"
    for design in trial.plan.planning.values():
        left_out = ("name", "label", "note", "level_reason")
        stated = {name: one for name, one in mapping_of(design).items() if name not in left_out}
        yield f"**{design.label}**: {'; '.join(_options(trial, stated))}."
