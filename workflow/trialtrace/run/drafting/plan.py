"""endpoints.yaml and plan.yaml of a draft: standard methods for each kind of endpoint."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.run.drafting.design import place_labels
from trialtrace.run.drafting.design_steps import Steps, designed
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.outcomes import (
    COUNT,
    EVENT,
    MEASURE,
    RECURRENT,
    REPEATED,
    REPEATED_EVENT,
    TIME,
    Outcome,
    label_of,
    levels,
)
from trialtrace.run.drafting.people import People
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.yaml_text import Quoted
from trialtrace.run.tables.measures import parts

# A time from which it is rounded to whole numbers.
LONG = 10
RESERVED = {"flow", "baseline", "adverse_events", "planning"}
BASELINE = re.compile(
    r"0|[tmdvw]0|.*(baseline|screen|before|pre|entry).*|bl|base|vor(her)?|avant|prima|antes",
    re.IGNORECASE,
)
PROPORTIONS: dict[str, object] = {
    "describe": [{"proportion": "wilson"}],
    "estimates": [
        {"risk_difference": "newcombe"}, {"risk_ratio": "katz_log"}, {"odds_ratio": "woolf"},
    ],
    "tests": [{"fisher": {"sides": "two_sided"}}],
}  # fmt: skip
NUMBERS = ["mean", "sd", "median", "quartiles"]
MEANS: dict[str, object] = {
    "describe": [{"summary": NUMBERS}],
    "estimates": [{"mean_difference": "welch"}],
    "tests": [{"welch_t": {"sides": "two_sided"}}],
}
RANKS: dict[str, object] = {
    "describe": [{"categories": "count"}],
    "estimates": [{"probability_of_superiority": "brunner_munzel"}],
    "tests": [{"mann_whitney": {"sides": "two_sided", "correction": "none"}}],
}
TIMES: dict[str, object] = {
    "describe": [
        {"events": "count"}, {"median_time": {"method": "kaplan_meier", "interval": "log_log"}},
    ],
    "estimates": [{"hazard_ratio": {"method": "cox", "ties": "efron"}}],
    "tests": [{"log_rank": {"groups": "pairs", "sides": "two_sided"}}],
}  # fmt: skip
GEE: dict[str, object] = {
    "method": "gee",
    "effect": "over_visits",
    "working": "exchangeable",
    "variance": "robust",
    "reference": "normal",
    "covariates": [],
}
# A year in the units of time; a rate is of one.
YEAR = {"days": 365.25, "weeks": 52.18, "months": 12, "years": 1}
SUMMARIES = {
    "risk": "difference in the risk of {}",
    "mean": "difference in the mean of {}",
    "rank": "probability that a patient of one arm has more of {} than one of the other",
    "time": "hazard ratio of {}",
    "rate": "ratio of the rates of {}",
}


@dataclass(frozen=True)
class Planned:
    """An endpoint with its name and what is drafted of it."""

    name: str
    outcome: Outcome
    column: Column
    label: str
    visits: dict[str, str]
    baseline: str
    stop: Column | None = None

    @property
    def time_unit(self) -> str:
        """What is told of the unit of an interval; nothing where nothing is."""
        words = (self.stop.unit, *parts(self.stop.name)) if self.stop else ()
        return next((word for word in words if word in YEAR), "")

    @property
    def after(self) -> list[str]:
        """The visits at which it is analysed."""
        return [label for label in self.visits.values() if label != self.baseline]


def planned(draft: Draft) -> list[Planned]:
    """The primary endpoint, then the others."""
    taken: set[str] = set(RESERVED)
    made = []
    for one in (draft.primary, *draft.others):
        column = draft.table(one.table).column(one.source)
        name = _name(_named(one), taken)
        visits = _visits(draft.table(one.table).column(one.visit), one) if one.visit else {}
        visits |= {Quoted(code): _in_columns(one, code) for code, _ in one.columns}
        first = next((label for code, label in visits.items() if BASELINE.fullmatch(code)), "")
        first = first if len(visits) > 1 else ""
        named = _words(one.column.replace("{visit}", "")) if one.columns else _words(column.name)
        label = (
            one.label
            or (named if one.columns else "")
            or (column.label if column.label != column.name else named)
        )
        stop = draft.table(one.table).column(one.stops) if one.stops else None
        made.append(Planned(name, one, column, label, visits, first, stop))
    return made


def _named(outcome: Outcome) -> str:
    """What an endpoint is named after: its column, or the parameter in whose rows it is."""
    code = outcome.where[0][1] if outcome.label else outcome.column.replace("{visit}", "")
    return code if re.search("[A-Za-z]", code) else outcome.label or code


def _name(text: str, taken: set[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:30]
    name = name if re.match("[a-z]", name) else f"e_{name}".rstrip("_")
    while name in taken:
        name = f"{name}_2"
    taken.add(name)
    return name


def _words(name: str) -> str:
    text = " ".join(re.sub(r"[._]+", " ", name).split())
    return (text[:1].upper() + text[1:]) or name


def _in_columns(outcome: Outcome, code: str) -> str:
    """The label of a visit that has a column of its own."""
    if code.isdecimal():
        return f"{outcome.visit_word} {int(code)}"
    return re.sub(r"[;@/=\n]+", " ", code).strip()[:40] or code


def _visits(column: Column, of: Outcome) -> dict[str, str]:
    """Code to label, in the order of their numbers where they have some."""
    word = (parts(column.name) or [column.name])[-1]

    def order(code: str) -> tuple[float, str]:
        number = re.search(r"-?[0-9]+(\.[0-9]+)?", code)
        return (float(number[0]) if number else -1.0, code)

    made: dict[str, str] = {}
    for code in sorted(of.visits or levels(column), key=order):
        label = label_of(column, code)
        label = f"{word} {label}" if re.fullmatch(r"-?[0-9.]+", label) else label
        label = re.sub(r"[;@/=\n]+", " ", label).strip()[:40].strip() or code
        made[Quoted(code)] = label if label not in made.values() else f"{label} ({code})"
    return made


def endpoints_file(draft: Draft, chosen: Sequence[Planned]) -> dict[str, object]:
    """The content of endpoints.yaml."""
    codes: set[str] = set()
    return {name: entry for one in chosen for name, entry in _entries(draft, one, codes)}


def _entries(draft: Draft, item: Planned, codes: set[str]) -> Iterator[tuple[str, object]]:
    made = item.outcome
    head: dict[str, object] = {"label": item.label, "code": _code(item.name, codes)}
    if made.kind == COUNT:
        occurred = {"kind": "occurrence", "table": made.table}
        where = {made.column: {"is": Quoted(made.event)} if made.event else "present"}
        each = {"label": f"{item.label}, each", "code": _code(f"{item.name}each", codes)}
        yield f"{item.name}_each", {**each, **occurred, "where": where, "term": item.label}
        yield item.name, {**head, "kind": "occurrence_count", "of": f"{item.name}_each"}
        any_ = {"label": f"{item.label}, any", "code": _code(f"{item.name}any", codes)}
        yield f"{item.name}_any", {**any_, "kind": "any_occurrence", "of": f"{item.name}_each"}
        return
    head |= {"kind": _KIND.get(made.kind, made.kind), "table": made.table}
    if made.where:
        head["where"] = {name: {"is": Quoted(code)} for name, code in made.where}
    if made.kind == EVENT and not draft.design.own_treatment:
        yield item.name, head | {"event": {made.column: {"is": Quoted(made.event)}}}
        return
    if made.kind == TIME:
        status = draft.table(made.table).column(made.status)
        other = f"{item.name}_competing"
        if made.competing:
            label = f"{_words(label_of(status, made.competing))} ({made.status})"
            entry = {**head, "label": label, "code": _code(other, codes), "time": made.column}
            event = {made.status: {"is": Quoted(made.competing)}}
            ended = {"event_label": label, "censored_label": "Last contact without it"}
            yield other, {**entry, "event": event, **ended}
        yield (
            item.name,
            head
            | {
                **({"competing": [other]} if made.competing else {}),
                "time": made.column,
                "event": {made.status: {"is": Quoted(made.event)}},
                "event_label": _words(label_of(status, made.event)) + f" ({made.status})",
                "censored_label": "Last contact without the event",
            },
        )
        return
    if made.kind == RECURRENT:
        yield (
            item.name,
            head
            | {
                "starts": made.starts,
                "stops": made.stops,
                "event": {made.column: {"is": Quoted(made.event)}},
                "event_label": _words(label_of(item.column, made.event)) + f" ({made.column})",
                "censored_label": "End of the interval without the event",
            },
        )
        return
    if made.columns and all(made.column.replace("{visit}", c) == n for c, n in made.columns):
        head["visits"] = {"pattern": made.column, "labels": item.visits}
    elif made.columns:
        head["visits"] = {name: item.visits[Quoted(code)] for code, name in made.columns}
    else:
        head["column"] = made.column
    if draft.design.own_treatment:
        place = draft.table(made.table).column(draft.design.place)
        labels = {
            Quoted(k): label for k, label in place_labels(draft.treated, draft.design).items()
        }
        head["kind"], head["location"] = "measure", {"column": place.name, "labels": labels}
    if made.visit:
        head["visit"] = {"column": made.visit, "labels": item.visits}
    if item.baseline:
        head["baseline"] = item.baseline
    if made.kind in (REPEATED_EVENT, EVENT):
        worth = sorted((code == made.event, code) for code in levels(item.column))
        head["codes"] = {Quoted(code): int(yes) for yes, code in worth}
    elif made.codes:
        head["codes"] = {Quoted(code): value for code, value in made.codes}
    if item.column.unit:
        head["unit"] = item.column.unit
    yield item.name, head


_KIND = {REPEATED_EVENT: "repeated"}


def _code(name: str, taken: set[str]) -> str:
    code = re.sub(r"[^A-Z0-9]+", "", name.upper())[:8] or "E"
    code = code if code[0].isalpha() else f"E{code}"[:8]
    number = 2
    while code in taken:
        code = f"{code[:6]}{number}"
        number += 1
    taken.add(code)
    return code


def plan_file(draft: Draft, chosen: Sequence[Planned], who: People) -> dict[str, object]:
    """The content of plan.yaml."""
    treated = [arm for arm in draft.arms if arm != draft.control]
    treatment = {"of": treated[0] if len(treated) == 1 else treated, "to": draft.control}
    estimands: dict[str, object] = {}
    analyses: dict[str, object] = {}
    covariates = [who.named(name) for name in draft.covariates]
    for place, one in enumerate(chosen):
        role = (
            "primary" if not place else "secondary" if place <= draft.secondary else "exploratory"
        )
        for name, label, words, standard in _analysed(one):
            plain_steps = designed(draft, who, one.outcome, standard)
            steps = plain_steps if place else _adjusted(one, plain_steps, covariates)
            estimands[f"{name}_itt"] = {
                "treatment": treatment,
                "population": "itt",
                "variable": name,
                "intercurrent": [],
                "summary": SUMMARIES[words].format(label),
            }
            own = role if name == one.name else "exploratory"
            visits = {"visits": one.after} if one.after else {}
            analyses[name] = {
                "label": label,
                "role": own,
                "estimand": f"{name}_itt",
                **visits,
                **steps,
            }
            if steps is not plain_steps:
                beside = {k: each for k, each in plain_steps.items() if k != "describe"}
                crude = {"label": f"{label}, not adjusted", "role": "supportive", "of": name}
                analyses[f"{name}_crude"] = {**crude, **beside}
        analyses |= dict(_also(one, covariates if not place else []))
    displays: dict[str, object] = {"flow": {"analysed": [chosen[0].name]}}
    if who.shown:
        baseline = {"population": "itt", "overall": True, "variables": who.shown}
        displays = {"baseline": baseline, **displays}
    displays |= {} if draft.design.own_treatment else _figures(chosen[0])
    return {
        "decision_level": 0.05,
        "confidence": 0.95,
        "estimands": estimands,
        "analyses": analyses,
        **({"multiplicity": family} if (family := _family(analyses)) else {}),
        "displays": displays,
    }


def _family(analyses: Mapping[str, object]) -> dict[str, object]:
    """The tests of the secondary outcomes, as one family."""
    tests = [
        {"analysis": name, "test": next(iter(analysis["tests"][0]))}
        for name, analysis in analyses.items()
        if isinstance(analysis, dict) and analysis["role"] == "secondary" and analysis.get("tests")
    ]
    label = {"label": "Secondary outcomes", "adjust": "holm"}
    return {"secondary": {**label, "tests": tests}} if tests else {}


def _adjusted(item: Planned, steps: Steps, covariates: Sequence[str]) -> Steps:
    """The steps of the primary analysis with covariates, where a step of its kind takes some."""
    kind, names = item.outcome.kind, list(covariates)
    clustered = "clustered" in str(steps.get("estimates"))
    if not names or (item.outcome.codes and kind in (MEASURE, REPEATED)) or kind == COUNT:
        return steps
    data = steps.get("estimates")
    if clustered and isinstance(data, list):
        whole: list[object] = list(data[1:])
        ((name, options),) = dict(data[0]).items()
        return {**steps, "estimates": [{name: {**options, "covariates": names}}, *whole]}
    if kind in (EVENT, REPEATED_EVENT):
        risks = {"method": "standardised", "covariates": names, "variance": "sandwich"}
        odds = {"method": "logistic", "covariates": names}
        estimates = [{"risk_difference": risks}, {"risk_ratio": risks}, {"odds_ratio": odds}]
    elif kind == TIME:
        model = {"ties": "efron", "covariates": names, "strata": [], "variance": "model"}
        estimates = [{"hazard_ratio": {"method": "cox_adjusted", **model}}]
    elif kind == RECURRENT:
        estimates = [{"rate_ratio": {"method": "lwyy", "ties": "efron", "covariates": names}}]
    else:
        first = ["baseline"] if item.baseline else []
        model = {"covariates": [*first, *names], "strata": [], "variance": "model"}
        estimates = [{"mean_difference": {"method": "ancova", **model}}]
    return {"describe": steps["describe"], "estimates": estimates}


def _analysed(item: Planned) -> Iterator[tuple[str, str, str, dict[str, object]]]:
    """Endpoint, label, words of its summary, steps."""
    kind = item.outcome.kind
    if kind in (EVENT, REPEATED_EVENT):
        yield item.name, item.label, "risk", PROPORTIONS
    elif kind == TIME:
        yield item.name, item.label, "time", TIMES
    elif kind == RECURRENT:
        yield item.name, item.label, "rate", _rates(item)
    elif kind == COUNT:
        yield item.name, f"{item.label}, number", "mean", MEANS
        yield f"{item.name}_any", f"{item.label}, any", "risk", PROPORTIONS
    elif item.outcome.codes:
        yield item.name, item.label, "rank", RANKS
    else:
        yield item.name, item.label, "mean", MEANS


def _rates(item: Planned) -> dict[str, object]:
    """Rates and mean numbers of events; the ratio with errors that hold however they cluster."""
    mean = {"method": "lawless_nadeau", "interval": "log", "times": _fifths(item.stop)[1:-1]}
    return {
        "describe": [
            {"events": {"method": "recurrent", "per": YEAR[item.time_unit or "days"]}},
            {"mean_events": mean},
        ],
        "estimates": [{"rate_ratio": {"method": "lwyy", "ties": "efron", "covariates": []}}],
    }


def _fifths(time: Column | None) -> list[float]:
    """The start and the ends of five equal parts of a time."""
    last = float(time.high) if time else 0.0
    return [round(last * share / 5, 0 if last >= LONG else 2) for share in range(6)]


def _also(item: Planned, covariates: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Analyses beside the one of an endpoint with visits."""
    if item.outcome.kind == REPEATED_EVENT and len(item.after) > 1:
        label = f"{item.label}, one odds ratio over the visits"
        yield (
            f"{item.name}_gee",
            {
                "label": label,
                "role": "supportive",
                "of": item.name,
                "estimates": [{"odds_ratio": GEE | {"covariates": list(covariates)}}],
            },
        )
    if item.outcome.kind == RECURRENT:
        step = {"method": "andersen_gill", "ties": "efron", "covariates": []}
        yield (
            f"{item.name}_andersen_gill",
            {
                "label": f"{item.label}, its events taken as independent of each other",
                "role": "supportive",
                "of": item.name,
                "estimates": [{"rate_ratio": step}],
            },
        )
    if item.outcome.kind == REPEATED and item.baseline and not (item.outcome.codes or covariates):
        step = {"method": "ancova", "covariates": ["baseline"], "strata": [], "variance": "model"}
        label = f"{item.label}, given the value before"
        yield (
            f"{item.name}_ancova",
            {
                "label": label,
                "role": "supportive",
                "of": item.name,
                "estimates": [{"mean_difference": step}],
            },
        )


def _figures(item: Planned) -> dict[str, object]:
    """A figure of the primary endpoint."""
    kind = item.outcome.kind
    if kind in (EVENT, REPEATED_EVENT):
        return {"bars": [{"title": item.label, "of": [item.name], "estimate": "proportion.wilson"}]}
    if kind == REPEATED:
        return {"profile": [{"title": item.label, "endpoint": item.name, "population": "itt"}]}
    if kind == TIME and "days" in (item.column.unit, *parts(item.column.name)):
        last = float(item.column.high)
        at = [round(last * share / 5) for share in range(6)]
        figures = {"endpoint": item.name, "population": "itt", "unit": "days", "at": at}
        return {"kaplan_meier": [{"title": f"Free of: {item.label}", **figures}]}
    if kind == RECURRENT and item.time_unit in ("", "days"):
        figures = {
            "endpoint": item.name,
            "population": "itt",
            "unit": "days",
            "at": _fifths(item.stop),
        }
        return {"mean_cumulative": [{"title": item.label, **figures}]}
    return {}
