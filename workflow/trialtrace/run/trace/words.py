"""Predicates, strata and variables in the words of a trace."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from trialtrace.base.words import NUMBER_NEEDED, value_text
from trialtrace.run.endpoints.kinds.occurrence import Occurrence
from trialtrace.run.tables.conditions import Named, describe, lower_first, plain
from trialtrace.run.tables.contracts.rows import (
    CheckRow,
    ClaimRow,
    ResultRow,
    present,
    values_of,
)
from trialtrace.run.tables.frames import COMPLETE, LACKING
from trialtrace.run.trial.endpoints.shared import Labels
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, Variable
from trialtrace.run.trial.plan.build import Plan
from trialtrace.run.trial.plan.methods import BINARY
from trialtrace.run.trial.plan.multiplicity import Closed, Holm
from trialtrace.run.trial.plan.origins import CURVES, time_unit
from trialtrace.run.trial.plan.references import method_of


def in_words(predicate: dict[str, Any]) -> str:
    """A predicate read aloud, with its completeness and what its subjects lack."""
    plain = {k: v for k, v in predicate.items() if k not in (COMPLETE, LACKING)}
    words = describe(plain)
    if COMPLETE in predicate:
        each = [f"each {name} of {', '.join(v)}" for name, v in predicate[COMPLETE].items()]
        words += f" and a value at {' and '.join(each)}"
    for other in predicate.get(LACKING, ()):
        words += f" and no row of {other['dataset']} where {in_words(other['where'])}"
    return words


def stratum_words(trial: Trial, stratum: str) -> str:
    """A stratum by the label of its variable: "Pancreatic stent: No"."""
    name, level = stratum.split("=", 1)
    return f"{variable_label(trial, name)}: {level}"


def variable_label(trial: Trial, name: str) -> str:
    """The label of a subject variable: the dictionary's for its column."""
    variable = trial.subjects.described(name, trial.dictionary)
    return variable.label if variable is not None else name


def rule_of(words: Labels, endpoint: Endpoint) -> str:
    """How the values of an endpoint are made, as a sentence, in the words of its trial."""
    text = endpoint.entry.rule(words)
    return text[:1].upper() + text[1:] + "."


def labels(trial: Trial) -> Labels:
    """The words of a trial's endpoints, of its subjects' variables and of its tables' columns."""
    return Labels(
        trial.at,
        {name: lower_first(declared.label) for name, declared in trial.endpoints.items()},
        {name: variable_label(trial, name) for name in trial.subjects.origins},
        {
            table: {name: words_of(column) for name, column in columns.items()}
            for table, columns in trial.dictionary.items()
        },
        {
            name: _occurrence_words(trial, endpoint.entry)
            for name, endpoint in trial.endpoints.items()
            if isinstance(endpoint.entry, Occurrence)
        },
        {name: unit for name in trial.endpoints if (unit := _unit(trial, name)) is not None},
        {table: rules.unit_of for table, rules in trial.cleaning.tables.items()},
        frozenset(name for name, one in trial.endpoints.items() if one.kind in BINARY),
    )


def _unit(trial: Trial, name: str) -> str | None:
    """The unit that an endpoint declares, or that of its time."""
    declared = trial.endpoints[name]
    return time_unit(trial, name) if declared.kind in CURVES else declared.entry.unit


def subject_words(trial: Trial) -> Named:
    """The words of all that a population is told by: columns of the subjects' table, their
    variables, and endpoints."""
    columns = trial.dictionary.get(trial.subjects.table, {}).items()
    named = {name: plain(endpoint.label) for name, endpoint in trial.endpoints.items()}
    variables = {name: plain(variable_label(trial, name)) for name in trial.subjects.origins}
    return {**named, **variables, **{name: words_of(one) for name, one in columns}}


def words_of(variable: Variable) -> tuple[str, dict[str, str]]:
    return variable.label or variable.name, variable.choices


def _occurrence_words(trial: Trial, entry: Occurrence) -> Named:
    """By the names that an entry gives to columns of its table."""
    known = trial.dictionary.get(entry.table, {})
    named = {name: known[column] for name, column in (entry.columns or {}).items()}
    return {name: words_of(variable) for name, variable in named.items()}


ADJUSTED = "p_adjusted"
TEST = "p_value."
PLACE = (
    "analysis_id",
    "parameter",
    "comparison",
    "reference",
    "visit",
    "stratum",
    "group1_level",
    "group2",
    "group2_level",
)


def family_of(row: ResultRow) -> str | None:
    """The family of an adjusted p-value; None of any other result."""
    if row["stat_name"] != ADJUSTED:
        return None
    return json.loads(row["options"])["family"]


def members(plan: Plan, results: Mapping[str, ResultRow], name: str) -> list[ResultRow]:
    """The p-values of a family in the order of its results; the test of all arms stands first."""
    of_family = [row for row in results.values() if family_of(row) == name]
    family = plan.multiplicity[name]
    tests = {
        (row["method"], *values_of(row, PLACE)): row
        for row in results.values()
        if row["method"].startswith(TEST)
    }
    found = [tests[_own(row, family.adjust)] for row in of_family]
    if isinstance(family, Holm) and (place := family.in_place):
        rest = members(plan, results, place.family)
        return [*found, *(row for row in rest if row["analysis_id"] != place.of)]
    if not isinstance(family, Closed):
        return found
    named, cuts = family.global_, ("visit", "stratum", "parameter")
    at = {values_of(row, cuts) for row in of_family}
    return [
        *(
            row
            for row in _of_all(results.values(), named.analysis, named.test)
            if values_of(row, cuts) in at
        ),
        *found,
    ]


def before_pairs(plan: Plan, rows: Iterable[ResultRow], analysis: str) -> list[ResultRow]:
    """Of the rows of an analysis the tests of all arms with which closed tests begin."""
    named = {
        family.global_.test
        for family in plan.multiplicity.values()
        if isinstance(family, Closed) and family.global_.analysis == analysis
    }
    every = list(rows)
    return [row for test in sorted(named) for row in _of_all(every, analysis, test)]


def _own(adjusted: ResultRow, procedure: str) -> tuple[str | None, ...]:
    short = adjusted["method"].removeprefix(f"{ADJUSTED}.{procedure}_")
    return (f"{TEST}{short}", *values_of(adjusted, PLACE))


def _of_all(rows: Iterable[ResultRow], analysis: str, test: str) -> Iterable[ResultRow]:
    return (
        row
        for row in rows
        if row["comparison"] is None
        and (row["analysis_id"], row["method"]) == (analysis, f"p_value.{test}")
    )


# Conversion of a claim (`as`) -> the step from the value as its page shows it.
STEPS = {
    "percent_reduction": "1 \N{MINUS SIGN} {}",
    "percent_decrease": "{} with the other sign",
    "opposite_sign": "{} with the other sign",
    "inverse": "1 / {}",
    "log": "log {}",
    "years_from_days": "{} days / 365.25",
    "months_from_days": "{} days / 30.4375",
}


def step(selects: Mapping[str, Any] | None, claim: ClaimRow, result: ResultRow) -> str:
    """ "1 − 0.54", "2352 days / 365.25", "12.8, rounded up"; nothing where the page of the result
    shows the number itself.

    `selects` is what the configuration says of the claim, `claim` its row of the claims contract.
    """
    how, component = (selects or {}).get("as"), claim["component"]
    stat, value = result["stat_name"], result["stat_value"]
    if component == "denominator" or value is None:
        return ""
    if how in STEPS and component in ("value", "percent"):
        shown = f"{value:.0f}" if how.endswith("_from_days") else value_text(stat, value)
        return STEPS[how].format(shown)
    if stat == NUMBER_NEEDED and component == "value" and not _shows(claim, result):
        up = " up" if float(claim["recomputed_text"] or 0) > value else ""
        return f"{value_text(stat, value)}, rounded{up}"
    return ""


def _shows(claim: ClaimRow, result: ResultRow) -> bool:
    value = present(result["stat_value"])
    return claim["recomputed_text"] == value_text(result["stat_name"], value)


def method(row: ResultRow) -> dict[str, Any]:
    """How a result was computed: its method by name, title and reference, with the options."""
    about = method_of(row["method"])
    return {
        "name": row["method"],
        "title": about.title,
        "reference": about.reference,
        "options": json.loads(row["options"]),
    }


def checked(check: CheckRow) -> dict[str, Any]:
    """A check without the result that it stands with."""
    return {key: value for key, value in check.items() if key != "result_id"}
