"""The rule of each kind of endpoint in words, from its options as the configuration gives them."""

from collections.abc import Callable
from typing import Any

from trialtrace.ground.conditions import describe
from trialtrace.ground.words import lower_first, number
from trialtrace.report.material import Material
from trialtrace.report.sections import made_rules
from trialtrace.trial.endpoints.conversions import read_conversions
from trialtrace.trial.endpoints.families import instrument_of
from trialtrace.trial.endpoints.norms import read_norms
from trialtrace.trial.model import Endpoint

Options = dict[str, Any]
AGGREGATES = {
    "sd": "standard deviation",
    "min": "lowest",
    "max": "highest",
    "distinct": "number of values",
}
VALUES = {"change": "the change from baseline of ", "percent_change": "the change in percent of "}


def rule_of(material: Material, endpoint: Endpoint) -> str:
    """A sentence; of a kind without words of its own, the kind."""
    told = RULES.get(endpoint.kind)
    text = told(material, endpoint.options) if told else endpoint.kind.replace("_", " ")
    return text[:1].upper() + text[1:] + "."


def _label(material: Material, name: str) -> str:
    known = material.trial.endpoints
    return lower_first(known[name].label) if name in known else name


def _labels(material: Material, names: list[str]) -> str:
    return ", ".join(_label(material, name) for name in names)


def _event(material: Material, options: Options) -> str:
    if "of" in options:
        what = VALUES.get(options.get("value", ""), "") + _label(material, options["of"])
        return f"yes where {describe({what: options['event']})}"
    return f"yes where {describe(options['event'])}"


def _measure(material: Material, options: Options) -> str:
    return f"value of {options['column']}"


def _repeated(material: Material, options: Options) -> str:
    given = options.get("visits") or options.get("visit", {}).get("labels", {})
    visits = ", ".join(given.values())
    text = f"value at {visits}" if visits else "value at each visit"
    baseline = options.get("baseline")
    return text + (f"; baseline is {baseline}" if baseline else "")


def _occurrence(material: Material, options: Options) -> str:
    where = options.get("where")
    return f"every row of {options['table']}" + (f" where {describe(where)}" if where else "")


def _any_occurrence(material: Material, options: Options) -> str:
    where = options.get("where")
    told = f"yes where there is any {_label(material, options['of'])}"
    return told + (f" with {describe(where)}" if where else "")


def _time_to_event(material: Material, options: Options) -> str:
    if "first_of" in options:
        return f"time to the first of {_labels(material, options['first_of'])}"
    if "seen" in options:
        told = f"the first visit with the event of {_label(material, options['seen'])}"
    elif "occurrence" in options:
        told = f"the first {_label(material, options['occurrence'])}"
    else:
        told = describe(options["event"])
    text = f"time until {told}"
    text += f" (rows where {describe(options['where'])})" if "where" in options else ""
    start = options.get("start") or options.get("origin")
    text += f", from {start}" if start else ""
    text += f", to day {number(options['horizon'])}" if "horizon" in options else ""
    if options.get("competing"):
        text += f"; competing: {_labels(material, options['competing'])}"
    return text


def _instrument(material: Material, options: Options) -> str:
    return f"scored as {instrument_of(options).title}, below"


def _finding(material: Material, options: Options) -> str:
    text = made_rules.finding(lambda name: _label(material, name), options)
    if "norm" in options and read_norms(material.trial.at, options["norm"]["table"]).unverified:
        text += "; the norms are not verified: a source was not at hand"
    return text


def _made(rule: made_rules.Rule) -> Callable[[Material, Options], str]:
    """A rule that needs no more than the labels of other endpoints."""
    return lambda material, options: rule(lambda name: _label(material, name), options)


def _aggregate(material: Material, options: Options) -> str:
    statistic = AGGREGATES.get(options["statistic"], options["statistic"])
    statistic += f" {options['quantile']:g}" if "quantile" in options else ""
    return f"{statistic} of {options['column']} over the rows of {options['table']}"


def _graded(material: Material, options: Options) -> str:
    what = VALUES.get(options.get("value", ""), "") + _label(material, options["of"])
    told = "; ".join(
        f"{value} {grade}, {describe({'': test}).strip()}"
        for value, (grade, test) in enumerate(options["grades"].items())
    )
    return f"grade of {what}: {told}"


def _dose_intensity(material: Material, options: Options) -> str:
    plan = {
        "given_cycles": "the plan ends at the last cycle given",
        "whole_plan": "against the whole plan",
    }[options["convention"]]
    last = "counts" if options["last_interval"] == "counted" else "does not count"
    text = (
        "delivered dose in the elapsed time over planned dose in the planned time, by drug, then "
        f"their mean; {plan}; the last cycle's interval {last}"
    )
    return text + ("; cut at 1" if options["above_one"] == "cut" else "")


def _dose_change(material: Material, options: Options) -> str:
    parts = []
    if "reduced" in options:
        share = 100 * options["reduced"]["tolerance"]
        parts.append(f"a dose more than {number(share)} % below the planned one")
    if "delayed" in options:
        parts.append(f"a dose more than {number(options['delayed']['more_than'])} days late")
    if "stopped" in options:
        parts.append(f"treatment stopped ({describe(options['stopped'])})")
    return f"every row of {options['table']} with {' or '.join(parts)}"


def _attendance(material: Material, options: Options) -> str:
    given, where = options["planned"], options.get("where")
    done = describe(options["done"])
    among = f", of those where {describe(where)}" if where else ""
    if given == "rows":
        text = f"share of the rows where {done}{among}"
    else:
        told = number(given) if isinstance(given, int | float) else f"number in {given['variable']}"
        text = f"rows where {done}{among}, over the planned {told}"
    unknown = "counts as not done" if options["unknown"] == "not_done" else "makes it missing"
    text += f"; an unknown session {unknown}"
    if "end" in options:
        after = "is not done" if options["end"]["after"] == "not_done" else "is not planned"
        text += f"; a session after the event ({_label(material, options['end']['event'])}) {after}"
    return text


def _oral_morphine(material: Material, options: Options) -> str:
    table = options["conversion"]
    text = f"dose times the factor of drug and route, summed; factors: {table}"
    unverified = read_conversions(material.trial.at, table).unverified
    return text + (", not verified: a source was not at hand" if unverified else "")


def _occurrence_count(material: Material, options: Options) -> str:
    where = options.get("where")
    text = f"number of {_label(material, options['of'])}"
    return text + (f" where {describe(where)}" if where else "")


RULES: dict[str, Callable[[Material, Options], str]] = {
    "event": _event,
    "measure": _measure,
    "repeated": _repeated,
    "instrument": _instrument,
    "instrument_event": _instrument,
    "occurrence": _occurrence,
    "any_occurrence": _any_occurrence,
    "time_to_event": _time_to_event,
    "finding": _finding,
    "composite_event": _made(made_rules.composite),
    "interval_time": _made(made_rules.interval_time),
    "event_by": _made(made_rules.event_by),
    "aggregate": _aggregate,
    "graded": _graded,
    "dose_intensity": _dose_intensity,
    "dose_change": _dose_change,
    "attendance": _attendance,
    "oral_morphine": _oral_morphine,
    "occurrence_count": _occurrence_count,
}
