"""plan.yaml of a draft: standard methods for each kind of endpoint, and for each design."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.run.drafting.design import CLUSTER, CROSSOVER
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.endpoints import YEAR, Planned
from trialtrace.run.drafting.names import words_of
from trialtrace.run.drafting.outcomes import (
    COUNT,
    EVENT,
    MEASURE,
    RECURRENT,
    REPEATED,
    REPEATED_EVENT,
    TIME,
    Outcome,
    is_coded,
    label_of,
)
from trialtrace.run.drafting.people import People
from trialtrace.run.drafting.profile import Column
from trialtrace.run.drafting.yaml_text import Quoted
from trialtrace.run.tables.measures import parts

# A time from which it is rounded to whole numbers.
LONG = 10
Steps = Mapping[str, object]
TWO_SIDED = {"sides": "two_sided"}
PROPORTIONS: dict[str, object] = {
    "describe": [{"proportion": "wilson"}],
    "estimates": [
        {"risk_difference": "newcombe"},
        {"risk_ratio": "katz_log"},
        {"odds_ratio": "woolf"},
    ],
    "tests": [{"fisher": {"sides": "two_sided"}}],
}
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
        {"events": "count"},
        {"median_time": {"method": "kaplan_meier", "interval": "log_log"}},
    ],
    "estimates": [{"hazard_ratio": {"method": "cox", "ties": "efron"}}],
    # A hazard ratio is one number where hazards are proportional.
    "tests": [
        {"log_rank": {"groups": "pairs", "sides": "two_sided"}},
        {"proportional_hazards": {"ties": "efron", "transform": "km"}},
    ],
}
GEE: dict[str, object] = {
    "method": "gee",
    "effect": "over_visits",
    "working": "exchangeable",
    "variance": "robust",
    "reference": "normal",
    "covariates": [],
}
SUMMARIES = {
    "risk": "difference in the risk of {}",
    "mean": "difference in the mean of {}",
    "rank": "probability that a patient of one arm has more of {} than one of the other",
    "time": "hazard ratio of {}",
    "rate": "ratio of the rates of {}",
}


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
            if draft.design.kind == CROSSOVER and draft.design.sequence:
                # CONSORT asks for each sequence and period.
                cells = {"label": f"{label}, each sequence", "role": "supportive", "of": name}
                by = {"report": "main", "by": who.named(draft.design.sequence)}
                analyses[f"{name}_cells"] = {**cells, **by, "describe": steps["describe"]}
            if steps is not plain_steps:
                beside = {k: each for k, each in plain_steps.items() if k != "describe"}
                crude = {"label": f"{label}, not adjusted", "role": "supportive", "of": name}
                analyses[f"{name}_crude"] = {**crude, **beside}
        analyses |= dict(_also(one, covariates if not place else [], primary=not place))
    displays: dict[str, object] = {"flow": {"analysed": [chosen[0].name]}}
    if shown := baseline_variables(draft, who):
        baseline = {"population": "itt", "overall": True, "variables": shown}
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


def baseline_variables(draft: Draft, who: People) -> list[str]:
    """What the baseline table shows: groups by their numbers or names describe no patient."""
    groups = [one for one in draft.home.columns if one.name == draft.design.cluster]
    numbered = {who.named(one.name) for one in groups if not is_coded(one)}
    return [name for name in who.shown if name not in numbered]


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
    """The steps of the primary analysis with covariates, where a step of its kind takes some; with
    the value before, where there is one, whatever else (ICH E9, 5.7)."""
    kind, names = item.outcome.kind, list(covariates)
    before = ["baseline"] if kind == REPEATED and item.baseline else []
    clustered = "clustered" in str(steps.get("estimates"))
    if (
        not (names or before)
        or (item.outcome.codes and kind in (MEASURE, REPEATED))
        or kind == COUNT
    ):
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
        model = {
            "covariates": list(dict.fromkeys([*before, *names])),
            "strata": [],
            "variance": "model",
        }
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
    """Rates and mean numbers of events; the ratio with errors that hold however they cluster. Of an
    event that comes once a mean number says nothing, and the ratio is the hazard ratio."""
    mean = {"method": "lawless_nadeau", "interval": "log", "times": _fifths(item.stop)[1:-1]}
    means = [] if item.outcome.once else [{"mean_events": mean}]
    return {
        "describe": [
            {"events": {"method": "recurrent", "per": YEAR[item.time_unit or "days"]}},
            *means,
        ],
        "estimates": [{"rate_ratio": {"method": "lwyy", "ties": "efron", "covariates": []}}],
    }


def _fifths(time: Column | None) -> list[float]:
    """The start and the ends of five equal parts of a time."""
    last = float(time.high) if time else 0.0
    return [round(last * share / 5, 0 if last >= LONG else 2) for share in range(6)]


def _also(item: Planned, covariates: Sequence[str], primary: bool) -> Iterator[tuple[str, object]]:
    """Analyses beside the one of an endpoint with visits."""
    estimates: dict[str, tuple[str, dict[str, object]]] = {}
    if item.outcome.kind == REPEATED_EVENT and len(item.after) > 1:
        step = GEE | {"covariates": list(covariates)}
        estimates["gee"] = "one odds ratio over the visits", {"odds_ratio": step}
    if item.outcome.kind == RECURRENT:
        step = {"method": "andersen_gill", "ties": "efron", "covariates": []}
        words = "its events taken as independent of each other"
        estimates["andersen_gill"] = words, {"rate_ratio": step}
    if item.outcome.kind == REPEATED and item.baseline and not (item.outcome.codes or primary):
        step = {"method": "ancova", "covariates": ["baseline"], "strata": [], "variance": "model"}
        estimates["ancova"] = "given the value before", {"mean_difference": step}
    for method, (words, estimate) in estimates.items():
        beside = {"label": f"{item.label}, {words}", "role": "supportive", "of": item.name}
        yield f"{item.name}_{method}", {**beside, "estimates": [estimate]}


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
    if kind == RECURRENT and item.time_unit in ("", "days") and not item.outcome.once:
        figures = {
            "endpoint": item.name,
            "population": "itt",
            "unit": "days",
            "at": _fifths(item.stop),
        }
        return {"mean_cumulative": [{"title": item.label, **figures}]}
    return {}


def designed(draft: Draft, who: People, outcome: Outcome, steps: Steps) -> Steps:
    """The steps of an endpoint where the design asks for others than those of a parallel one."""
    if outcome.kind not in (MEASURE, EVENT):
        return steps
    if draft.design.own_treatment:
        return _within(draft, who, outcome, steps)
    if draft.design.kind == CLUSTER:
        return _clustered(who.named(draft.design.cluster), outcome, steps)
    return steps


def _within(draft: Draft, who: People, outcome: Outcome, steps: Steps) -> Steps:
    """Two periods by their sequence, where that is known; else the treatments of a patient."""
    given = {"describe": steps["describe"]}
    if draft.design.kind == CROSSOVER and draft.design.sequence:
        column = draft.home.column(draft.design.sequence)
        arms = {code: arm for arm, (_, code) in draft.arms.items()}
        starts = {
            Quoted(words_of(label_of(column, code)) or code): arms[first]
            for code, first in draft.design.starts.items()
        }
        by = {"sequence": who.named(draft.design.sequence), "starts_with": starts}
        if outcome.kind == EVENT:
            return {**given, "tests": [{"mainland_gart": {**by, **TWO_SIDED}}]}
        test = {"crossover_t": {**by, "compared": "treatment", **TWO_SIDED}}
        effects = ("mean_difference", "period_difference", "carry_over")
        return {
            **given,
            "estimates": [{effect: {"method": "crossover", **by}} for effect in effects],
            "tests": [test],
        }
    if outcome.kind == EVENT:
        return {
            **given,
            "estimates": [{"risk_difference": "newcombe_paired"}],
            "tests": [{"mcnemar_exact": {**TWO_SIDED, "mid_p": "none"}}],
        }
    return {
        **given,
        "estimates": [{"mean_difference": "paired_t"}],
        "tests": [{"paired_t": TWO_SIDED}],
    }


def _clustered(cluster: str, outcome: Outcome, steps: Steps) -> Steps:
    """Errors that allow for clusters, corrected for few of them; clusters as wholes."""
    model = {
        "method": "clustered",
        "cluster": cluster,
        "working": "independence",
        "variance": "kauermann_carroll",
        "reference": "t",
        "covariates": [],
    }
    name, whole = (
        ("odds_ratio", "risk_difference") if outcome.kind == EVENT else ("mean_difference",) * 2
    )
    means = {"method": "cluster_means", "cluster": cluster}
    return {"describe": steps["describe"], "estimates": [{name: model}, {whole: means}]}
