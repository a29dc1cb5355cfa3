"""plan.yaml of a draft: standard methods for each kind of endpoint, and for each design."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.run.drafting.design import CLUSTER, CROSSOVER
from trialtrace.run.drafting.draft import Draft
from trialtrace.run.drafting.endpoints import YEAR, Planned
from trialtrace.run.drafting.names import words_apart
from trialtrace.run.drafting.outcomes import (
    COUNT,
    EVENT,
    MEAN,
    MEASURE,
    RECURRENT,
    REPEATED,
    REPEATED_EVENT,
    TIME,
    Outcome,
    is_coded,
    label_of,
    levels,
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
PROPORTIONAL = {"proportional_hazards": {"ties": "efron", "transform": "km"}}
TIMES: dict[str, object] = {
    "describe": [
        {"events": "count"},
        {"median_time": {"method": "kaplan_meier", "interval": "log_log"}},
    ],
    "estimates": [{"hazard_ratio": {"method": "cox", "ties": "efron"}}],
    # A hazard ratio is one number where hazards are proportional.
    "tests": [{"log_rank": {"groups": "pairs", "sides": "two_sided"}}, PROPORTIONAL],
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
    "risk_difference": "difference in the risk of {}",
    "odds_ratio": "ratio of the odds of {}",
    "mean_difference": "difference in the mean of {}",
    "probability_of_superiority": "probability that a patient of one arm has more of {} than one "
    "of the other",
    "hazard_ratio": "hazard ratio of {}",
    "rate_ratio": "ratio of the rates of {}",
}


def plan_file(draft: Draft, chosen: Sequence[Planned], who: People) -> dict[str, object]:
    """The content of plan.yaml."""
    treated = [arm for arm in draft.arms if arm != draft.control]
    treatment = {"of": treated[0] if len(treated) == 1 else treated, "to": draft.control}
    estimands: dict[str, object] = {}
    analyses: dict[str, object] = {}
    covariates = [who.named(name) for name in draft.covariates]
    # The value before, where there is one, whatever else (ICH E9, 5.7).
    before = chosen[0].outcome.kind == REPEATED and chosen[0].baseline
    given = list(dict.fromkeys([*(["baseline"] if before else []), *covariates]))
    for place, one in enumerate(chosen):
        role = (
            "primary" if not place else "secondary" if place <= draft.secondary else "exploratory"
        )
        for name, label, standard in _analysed(one):
            plain_steps = designed(draft, who, one.outcome, standard)
            steps = plain_steps
            if not place:
                if steps is standard:
                    steps = _adjusted(one, steps, given)
                elif given:
                    steps = designed(draft, who, one.outcome, standard, given)
            estimands[f"{name}_itt"] = {
                "treatment": treatment,
                "population": "itt",
                "variable": name,
                "intercurrent": [],
                "summary": SUMMARIES[_estimated(steps) or _estimated(standard)].format(label),
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
        analyses |= dict(_also(draft, who, one, covariates if not place else None))
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
    groups = [column for column in draft.home.columns if column.name == draft.design.cluster]
    numbered = {who.named(group.name) for group in groups if not is_coded(group)}
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
    """The steps of the primary analysis with covariates, where a step of its kind takes some."""
    kind, names = item.outcome.kind, list(covariates)
    ordered = item.outcome.codes and kind in (MEASURE, REPEATED)
    if not names or ordered or kind == COUNT:
        return steps
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
        model = {"covariates": names, "strata": [], "variance": "model"}
        estimates = [{"mean_difference": {"method": "ancova", **model}}]
    return {"describe": steps["describe"], "estimates": estimates}


def _analysed(item: Planned) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Endpoint, label, steps."""
    kind = item.outcome.kind
    if kind in (EVENT, REPEATED_EVENT):
        yield item.name, item.label, PROPORTIONS
    elif kind == TIME:
        yield item.name, item.label, TIMES
    elif kind == RECURRENT:
        yield item.name, item.label, _rates(item)
    elif kind == COUNT:
        yield item.name, f"{item.label}, number", MEANS
        yield f"{item.name}_any", f"{item.label}, any", PROPORTIONS
    elif item.outcome.codes and kind != MEAN:
        yield item.name, item.label, RANKS
    else:
        yield item.name, item.label, MEANS


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


def _also(
    draft: Draft, who: People, item: Planned, covariates: Sequence[str] | None
) -> Iterator[tuple[str, object]]:
    """Analyses beside the one of an endpoint with visits; `covariates` are of the primary one."""
    clusters = draft.design.kind == CLUSTER
    estimates: dict[str, tuple[str, list[dict[str, object]]]] = {}
    if item.outcome.kind == REPEATED_EVENT and len(item.after) > 1 and not clusters:
        step = GEE | {"covariates": list(covariates or [])}
        estimates["gee"] = "one odds ratio over the visits", [{"odds_ratio": step}]
    if item.outcome.kind == RECURRENT:
        step = {"method": "andersen_gill", "ties": "efron", "covariates": []}
        words = "its events taken as independent of each other"
        estimates["andersen_gill"] = words, [{"rate_ratio": step}]
    other = covariates is None and not item.outcome.codes
    if item.outcome.kind == REPEATED and item.baseline and other:
        step = {"method": "ancova", "covariates": ["baseline"], "strata": [], "variance": "model"}
        model = _clustered(draft, who, "mean_difference", ["baseline"]) if clusters else []
        estimates["ancova"] = "given the value before", model or [{"mean_difference": step}]
    for method, (words, each) in estimates.items():
        beside = {"label": f"{item.label}, {words}", "role": "supportive", "of": item.name}
        yield f"{item.name}_{method}", {**beside, "estimates": each}


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


def designed(
    draft: Draft, who: People, outcome: Outcome, steps: Steps, covariates: Sequence[str] = ()
) -> Steps:
    """The steps of an endpoint where the design asks for others than those of a parallel one, which
    take the covariates where it is one of clusters."""
    if draft.design.own_treatment:
        return _within(draft, who, outcome, steps)
    if draft.design.kind != CLUSTER:
        return steps
    allowed = _clustered(draft, who, _estimated(steps), covariates)
    tests = {"tests": [PROPORTIONAL]} if outcome.kind == TIME else {}
    return {"describe": steps["describe"], "estimates": allowed, **tests} if allowed else steps


def _within(draft: Draft, who: People, outcome: Outcome, steps: Steps) -> Steps:
    """Two periods by their sequence, where that is known; else the treatments of a patient."""
    given = {"describe": steps["describe"]}
    if draft.design.kind == CROSSOVER and draft.design.sequence:
        column = draft.home.column(draft.design.sequence)
        arms = {code: arm for arm, (_, code) in draft.arms.items()}
        codes = levels(column)
        words = words_apart([label_of(column, code) for code in codes])
        starts = {
            Quoted(word): arms[draft.design.starts[code]]
            for code, word in zip(codes, words, strict=True)
            if code in draft.design.starts
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


def _clustered(
    draft: Draft, who: People, statistic: str, covariates: Sequence[str]
) -> list[dict[str, object]]:
    """Estimates whose errors allow for clusters, corrected for few of them, and clusters as wholes;
    of hazards where the clusters are the sites. Nothing where no step allows for them."""
    cluster = who.named(draft.design.cluster)
    model: dict[str, object] = {"covariates": list(covariates)}
    if statistic == "hazard_ratio" and cluster == "site":
        model |= {"ties": "efron", "strata": [], "variance": "robust_by_site"}
        return [{"hazard_ratio": {"method": "cox_adjusted", **model}}]
    if statistic in ("hazard_ratio", "rate_ratio"):
        return []
    model |= {"working": "independence", "variance": "kauermann_carroll", "reference": "t"}
    name, whole = (
        ("odds_ratio", "risk_difference")
        if statistic == "risk_difference"
        else ("mean_difference",) * 2
    )
    means = {"method": "cluster_means", "cluster": cluster}
    return [{name: {"method": "clustered", "cluster": cluster, **model}}, {whole: means}]


def _estimated(steps: Steps) -> str:
    """The statistic of the first estimate; nothing where there is none."""
    first = steps.get("estimates")
    return next(iter(first[0])) if isinstance(first, list) else ""
