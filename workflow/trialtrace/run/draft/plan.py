"""plan.yaml of a draft: for each kind of outcome and design an estimate, its interval and a test,
as the table of docs/new-trial.md lists them."""

from collections.abc import Mapping, Sequence

import numpy as np

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.run.draft import names
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.outcomes import DATES, EVENT, MEASURE, ORDERED, TIME, Outcome

Steps = dict[str, object]
TWO_SIDED = {"sides": "two_sided"}
DESCRIBE: Mapping[str, list[object]] = {
    EVENT: [{"proportion": "wilson"}],
    MEASURE: [{"summary": ["mean", "sd", "median", "quartiles"]}],
    ORDERED: [{"categories": "count"}],
    TIME: [
        {"events": "count"},
        {"median_time": {"method": "kaplan_meier", "interval": "log_log"}},
    ],
}
PROPORTIONAL = {"proportional_hazards": {"ties": "efron", "transform": "km"}}
STEPS: Mapping[str, Steps] = {
    EVENT: {
        "estimates": [
            {"risk_difference": "newcombe"},
            {"risk_ratio": "katz_log"},
            {"odds_ratio": "woolf"},
        ],
        "tests": [{"fisher": TWO_SIDED}],
    },
    MEASURE: {"estimates": [{"mean_difference": "welch"}], "tests": [{"welch_t": TWO_SIDED}]},
    ORDERED: {
        "estimates": [{"probability_of_superiority": "brunner_munzel"}],
        "tests": [{"mann_whitney": {**TWO_SIDED, "correction": "none"}}],
    },
    TIME: {
        "estimates": [{"hazard_ratio": {"method": "cox", "ties": "efron"}}],
        "tests": [{"log_rank": {"groups": "pairs", **TWO_SIDED}}, PROPORTIONAL],
    },
}
# Where another event can come first; hazards are those of the cause.
COMPETING: Steps = {
    "estimates": [
        {"hazard_ratio": {"method": "cox", "ties": "efron"}},
        {"subdistribution_hazard_ratio": {"method": "fine_gray", "covariates": []}},
    ],
    "tests": [{"gray": {"rho": 0, "groups": "pairs"}}, PROPORTIONAL],
}
SUMMARIES = {
    EVENT: "difference in the risk of {}",
    MEASURE: "difference in the mean of {}",
    ORDERED: "probability that a patient of one arm has more of {} than one of the other",
    TIME: "hazard ratio of {}",
}
PARTS = 5
LONG = 10


def plan_file(draft: Draft, known: Mapping[str, str]) -> dict[str, object]:
    """The content of plan.yaml. `known` are the names of variables by their columns."""
    arms = names.arm_names(draft)
    treated = [arm for code, arm in arms.items() if code != draft.control]
    treatment = {"of": treated[0] if len(treated) == 1 else treated, "to": arms[draft.control]}
    estimands: dict[str, object] = {}
    analyses: dict[str, object] = {}
    for one in (draft.primary, *draft.secondary):
        first = one is draft.primary
        kind = _kind(draft, one)
        estimands[f"{one.name}_itt"] = {
            "treatment": treatment,
            "population": "itt",
            "variable": one.name,
            "intercurrent": [],
            "summary": SUMMARIES[kind].format(one.label),
        }
        head: dict[str, object] = {
            "label": one.label,
            "role": "primary" if first else "secondary",
            "estimand": f"{one.name}_itt",
        }
        if one.visit and not draft.own_treatment:
            head["visits"] = names.visits_after(one)
        covariates = [known[column] for column in draft.covariates] if first else []
        steps = steps_of(draft, one, known, covariates)
        analyses[one.name] = {**head, "describe": _describe(one, kind), **steps}
        if covariates and (plain := steps_of(draft, one, known, [])) != steps:
            words = {"label": f"{one.label}, not adjusted", "role": "supportive", "of": one.name}
            analyses[f"{one.name}_crude"] = {**words, **plain}
    made: dict[str, object] = {
        "decision_level": 0.05,
        "confidence": 0.95,
        "estimands": estimands,
        "analyses": analyses,
    }
    family = [
        {"analysis": name, "test": next(iter(one["tests"][0]))}
        for name, one in analyses.items()
        if isinstance(one, dict) and one["role"] == "secondary" and one.get("tests")
    ]
    if family:
        entry = {"label": "Secondary outcomes", "adjust": "holm", "tests": family}
        made["multiplicity"] = {"secondary": entry}
    return made | {"displays": _displays(draft, known)}


def _describe(one: Outcome, kind: str) -> list[object]:
    if not one.competing:
        return DESCRIBE[kind]
    incidence = {"method": "aalen_johansen", "variance": "aalen", "times": _times(one)[1:-1]}
    return [{"events": "count"}, {"incidence": incidence}]


def _kind(draft: Draft, one: Outcome) -> str:
    """The kind by which an outcome is analysed: levels of patients who have every treatment, or of
    clusters, are compared by their mean."""
    if one.kind == ORDERED and (draft.own_treatment or draft.cluster):
        return MEASURE
    return TIME if one.kind == DATES else one.kind


def steps_of(
    draft: Draft, one: Outcome, known: Mapping[str, str], covariates: Sequence[str]
) -> Steps:
    """The estimates and tests of an outcome in the design of the draft."""
    kind = _kind(draft, one)
    if draft.own_treatment:
        return _within(draft, one, known)
    if draft.cluster:
        return _clustered(kind, known[draft.cluster], covariates)
    strata = [known[draft.factor]] if draft.factor else []
    if one.visit and one.before and kind == MEASURE:
        covariates = ["baseline", *covariates]
    if strata or covariates:
        return _adjusted(kind, strata, covariates)
    return COMPETING if one.competing else STEPS[kind]


def _adjusted(kind: str, strata: Sequence[str], covariates: Sequence[str]) -> Steps:
    """Models given covariates, and given another factor within whose levels arms are compared, with
    a test of the interaction of both."""
    given, within = list(covariates), list(strata)
    if kind == EVENT and within and not given:
        return {
            "estimates": [
                {
                    "risk_difference": {
                        "method": "mantel_haenszel",
                        "strata": within,
                        "variance": "sato",
                    }
                },
                {"odds_ratio": {"method": "mantel_haenszel", "strata": within}},
            ],
            "tests": [
                {"cochran_mantel_haenszel": {"strata": within, "correction": "none", **TWO_SIDED}},
                {"breslow_day": {"strata": within, "correction": "tarone"}},
            ],
        }
    if kind == EVENT:
        risks = {"method": "standardised", "covariates": [*given, *within], "variance": "sandwich"}
        odds = {"method": "logistic", "covariates": [*given, *within]}
        return {
            "estimates": [{"risk_difference": risks}, {"risk_ratio": risks}, {"odds_ratio": odds}]
        }
    if kind == TIME:
        model = {"ties": "efron", "covariates": given, "strata": within, "variance": "model"}
        estimates = [{"hazard_ratio": {"method": "cox_adjusted", **model}}]
        tests = [{"cox_interaction": {"strata": within, "groups": "all", "ties": "efron"}}]
        return {"estimates": estimates, **({"tests": tests} if within else {})}
    if kind == MEASURE:
        model = {"covariates": given, "strata": within, "variance": "model"}
        estimates = [{"mean_difference": {"method": "ancova", **model}}]
        effect = {"strata": within, "covariates": given, "groups": "all"}
        tests = [{"ancova_interaction": effect}]
        return {"estimates": estimates, **({"tests": tests} if within else {})}
    return STEPS[kind]


def _clustered(kind: str, cluster: str, covariates: Sequence[str]) -> Steps:
    """Estimates whose errors allow for clusters, corrected for few of them, and clusters as
    wholes; of hazards errors that allow for them."""
    if kind == TIME:
        robust = {"method": "cox_adjusted", "ties": "efron", "covariates": list(covariates)}
        robust |= {"strata": [], "variance": "robust_by_site"}
        return {"estimates": [{"hazard_ratio": robust}]}
    model: dict[str, object] = {"cluster": cluster, "covariates": list(covariates)}
    model |= {"working": "independence", "variance": "kauermann_carroll", "reference": "t"}
    means = {"method": "cluster_means", "cluster": cluster}
    if kind == EVENT:
        odds = {"odds_ratio": {"method": "clustered", **model}}
        return {"estimates": [odds, {"risk_difference": means}]}
    mean = {"mean_difference": {"method": "clustered", **model}}
    return {"estimates": [mean, {"mean_difference": means}]}


def _within(draft: Draft, one: Outcome, known: Mapping[str, str]) -> Steps:
    """Two periods by their sequence, where that is known; else the treatments of a patient."""
    found = names.sequences(draft, one)
    if found and draft.design == "crossover":
        arms, column = names.arm_names(draft), draft.home.column(found[0])
        starts = {Quoted(column.label_of(code)): arms[arm] for code, arm in found[1].items()}
        by = {"sequence": known[found[0]], "starts_with": starts}
        if one.kind == EVENT:
            return {"tests": [{"mainland_gart": {**by, **TWO_SIDED}}]}
        effects = ("mean_difference", "period_difference", "carry_over")
        return {
            "estimates": [{effect: {"method": "crossover", **by}} for effect in effects],
            "tests": [{"crossover_t": {**by, "compared": "treatment", **TWO_SIDED}}],
        }
    if one.kind == EVENT:
        return {
            "estimates": [{"risk_difference": "newcombe_paired"}],
            "tests": [{"mcnemar_exact": {**TWO_SIDED, "mid_p": "none"}}],
        }
    return {"estimates": [{"mean_difference": "paired_t"}], "tests": [{"paired_t": TWO_SIDED}]}


def _displays(draft: Draft, known: Mapping[str, str]) -> dict[str, object]:
    """The flow, the baseline table of what was named, and a figure of the primary outcome."""
    one = draft.primary
    made: dict[str, object] = {}
    if draft.baseline:
        shown = [known[column] for column in draft.baseline]
        made["baseline"] = {"population": "itt", "overall": True, "variables": shown}
    made["flow"] = {"analysed": [one.name]}
    if draft.own_treatment:
        return made
    if one.timed:
        figure = {
            "title": one.label if one.competing else f"Free of: {one.label}",
            "endpoint": one.name,
            "population": "itt",
            "unit": one.unit,
            "at": _times(one),
        }
        made["cumulative_incidence" if one.competing else "kaplan_meier"] = [figure]
    elif one.kind == EVENT:
        bars = {"title": one.label, "of": [one.name], "estimate": "proportion.wilson"}
        made["bars"] = [bars]
    elif one.visit and one.kind == MEASURE:
        made["profile"] = [{"title": one.label, "endpoint": one.name, "population": "itt"}]
    return made


def _times(one: Outcome) -> list[float]:
    """The start and the ends of five equal parts of the longest time."""
    last = float(np.nanmax(one.column.numbers))
    if one.kind == DATES:
        last_day = np.nanmax(one.table.column(one.last_contact).numbers)
        first = np.nanmin(one.origin.numbers) if one.origin else last_day
        last = float(max(last, last_day) - first)
    digits = 0 if last >= LONG else 2
    return [round(last * part / PARTS, digits) for part in range(PARTS + 1)]
