"""What is true of each result under a truth: exactly where it follows, else by one large trial."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite

import numpy as np

from trialtrace.base.words import P_VALUES, RATIOS, no_effect
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.simulation.replicates import Looked, Work, results_of
from trialtrace.run.simulation.trials import Trials

# Patients of the large trial, at least.
PATIENTS = 10_000
PREFIX = "true-"
EXCHANGEABLE, STATED, LARGE = "arms alike", "stated shares", "large trial"
# What a share of each of two arms makes.
OF_SHARES = {
    "risk_difference": lambda p1, p0: p1 - p0,
    "risk_ratio": lambda p1, p0: p1 / p0,
    "odds_ratio": lambda p1, p0: p1 / (1 - p1) / (p0 / (1 - p0)),
}
# Parts of the name of an effect that is one of treatment.
OF_TREATMENT = ("arm", "treatment")


@dataclass(frozen=True)
class Known:
    """What is true, with its standard error, and by what it is known; or why it is not."""

    value: float | None
    error: float | None
    by: str


def is_null(trials: Trials, looked: Looked) -> bool | None:
    """Whether there is nothing to find for a result under a truth; None where nobody can say: of
    what tests no difference between arms."""
    if not trials.trial.stated.no_effect:
        return None
    if looked["second"] is not None:
        kind, effect = looked["second"]
        of_treatment = not set(OF_TREATMENT).isdisjoint(effect.split("_"))
        return True if kind == "effect" and of_treatment else None
    if looked["pair"] is not None:
        return True
    over_arms = looked["group"] is None and trials.trial.design.kind == "parallel"
    return True if over_arms and looked["stat"] in P_VALUES else None


def known_of(work: Work, truth: str, results: Mapping[str, Looked]) -> dict[str, Known]:
    """What is true of the estimates among these results."""
    trials = work.trials(truth)
    found: dict[str, Known] = {}
    left = []
    for name, looked in results.items():
        if looked["stat"] in P_VALUES:
            continue
        if looked["pair"] is not None and is_null(trials, looked):
            found[name] = Known(no_effect(looked["stat"]), 0.0, EXCHANGEABLE)
        elif (value := _stated(trials, looked)) is not None:
            found[name] = Known(value, 0.0, STATED)
        else:
            left.append(name)
    if left:
        large = _large(work, truth)
        lacking = Known(None, None, f"{LARGE} gives no value")
        found |= {name: large.get(name, lacking) for name in left}
    return found


def _stated(trials: Trials, looked: Looked) -> float | None:
    """The value that the shares of a margin give, where its `check` says that it is the result's
    endpoint; None where none does."""
    analysis = trials.trial.plan.analyses[looked["analysis"]]
    if analysis.where is not None or looked["stratum"] is not None:
        return None
    shares = _shares(trials, looked)
    if looked["stat"] == "proportion" and looked["group"] is not None:
        return shares.get(looked["group"])
    if looked["stat"] in OF_SHARES and looked["pair"] is not None:
        p1, p0 = (shares.get(arm) for arm in looked["pair"])
        if p1 is not None and p0 is not None and 0 < p0 < 1 and p1 < 1:
            return float(OF_SHARES[looked["stat"]](p1, p0))
    return None


def _shares(trials: Trials, looked: Looked) -> dict[str, float]:
    """The share of each arm, by the manifest of what a trial is drawn from."""
    place = (looked["parameter"], looked["population"], looked["visit"])
    found: dict[str, float] = {}
    for row in trials.whole.truth:
        check = row["check"] or {}
        at = tuple(check.get(key) for key in ("endpoint", "population", "visit"))
        if at != place or row["what"] != "share" or not isinstance(row["value"], float):
            continue
        if check.get("value") is None and row["group"] == f"arm = {row['arm']}":
            found[row["arm"]] = row["value"]
        elif not row["group"]:
            found |= dict.fromkeys(trials.trial.design.arms, row["value"])
    return found


def large_name(work: Work, truth: str) -> str:
    """The name of the block with the estimates of the large trial."""
    return PREFIX + work.key(truth, str(PATIENTS))


def _large(work: Work, truth: str) -> dict[str, Known]:
    """The estimates of one trial of very many patients, drawn as trial 0, kept as a block."""
    name = large_name(work, truth)
    arrays = work.blocks.read(name)
    if arrays is not None:
        return {key: Known(*each) for key, each in json.loads(str(arrays["text"])).items()}
    trials = work.trials(truth)
    patients = trials.drawn(0).levels[trials.trial.cohort.root.name].size
    frames = next(trials.derived([trials.drawn(0, ceil(PATIENTS / patients))]))
    found: dict[str, Known] = {}
    for each in trials.trial.analyses:
        analysis = replace(trials.trial.plan.analyses[each], tests=(), interaction=None)
        for result in results_of(trials.trial, analysis, frames):
            if isinstance(result, Result) and (known := _by_large(result)) is not None:
                found[result.result_id] = known
    text = json.dumps({key: [each.value, each.error, each.by] for key, each in found.items()})
    work.blocks.write(name, {"text": np.array(text)})
    return found


def _by_large(result: Result) -> Known | None:
    """An estimate with the standard error that its interval implies."""
    if result.stat in P_VALUES or not isfinite(result.value) or result.interval is None:
        return None
    low, high = result.interval
    width = high - low
    return (
        Known(result.value, width / (2 * normal(result.level)), LARGE) if isfinite(width) else None
    )


def normal(level: float | None) -> float:
    """The normal quantile of a two-sided interval of this confidence."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + (0.95 if level is None else level) / 2))


def on_scale(stat: str, value: float) -> float:
    """A value as bias and spread are told: the logarithm of a ratio, else itself."""
    if stat not in RATIOS:
        return value
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(value))
