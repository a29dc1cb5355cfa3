"""What is true of each result under a truth: exactly where it follows, else by one large trial."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite

import numpy as np

from trialtrace.base.words import P_VALUES, RATIOS, no_effect
from trialtrace.run.methods.analysing.rows import Result
from trialtrace.run.simulation import by_plan
from trialtrace.run.simulation.replicates import Trials, Work, results_of
from trialtrace.run.tables.contracts.rows import ResultRow

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


def is_null(trials: Trials, row: ResultRow) -> bool | None:
    """Whether there is nothing to find for a result under a truth; None where nobody can say: of
    what tests no difference between arms."""
    if not trials.trial.stated.no_effect:
        return None
    if (effect := row["group2_level"]) is not None:
        of_treatment = not set(OF_TREATMENT).isdisjoint(effect.split("_"))
        return True if row["group2"] == "effect" and of_treatment else None
    if row["comparison"] is not None:
        return True
    over_arms = row["group1"] is None and trials.trial.design.kind == "parallel"
    return True if over_arms and row["stat_name"] in P_VALUES else None


def known_of(work: Work, truth: str, results: Mapping[str, ResultRow]) -> dict[str, Known]:
    """What is true of the estimates among these results."""
    trials = work.trials(truth)
    found: dict[str, Known] = {}
    left = []
    for name, row in results.items():
        if row["stat_name"] in P_VALUES:
            continue
        if row["comparison"] is not None and is_null(trials, row):
            found[name] = Known(no_effect(row["stat_name"]), 0.0, EXCHANGEABLE)
        elif (value := _stated(trials, row)) is not None:
            found[name] = Known(value, 0.0, STATED)
        else:
            left.append(name)
    if left:
        large = _large(work, truth)
        lacking = Known(None, None, f"{LARGE} gives no value")
        found |= {name: large.get(name, lacking) for name in left}
    return found


def _stated(trials: Trials, row: ResultRow) -> float | None:
    """The value that a stated truth gives to a share, or to what compares two; None of others."""
    if trials.analyses[row["analysis_id"]].where is not None or row["stratum"] is not None:
        return None
    shares, stat = _shares(trials, row), row["stat_name"]
    if stat == "proportion" and row["group1_level"] is not None:
        return shares.get(row["group1_level"])
    if stat in OF_SHARES and row["comparison"] is not None and row["reference"] is not None:
        p1, p0 = shares.get(row["comparison"]), shares.get(row["reference"])
        if p1 is not None and p0 is not None and 0 < p0 < 1 and p1 < 1:
            return float(OF_SHARES[stat](p1, p0))
    return None


def _shares(trials: Trials, row: ResultRow) -> dict[str, float]:
    """The share of each arm with an event of a trial without a script; of one with a script nobody
    states how a parameter becomes a result."""
    if trials.trial.drawn:
        return {}
    stated = trials.trial.stated.endpoints or {}
    entry = stated.get(row["parameter"] or trials.analyses[row["analysis_id"]].estimand.variable)
    if entry is None or entry.sd is not None or entry.follow_up is not None:
        return {}
    return by_plan.levels(trials.trial, entry)


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
    patients = sum(trials.sizes.values())
    frames = next(iter(trials.derived([0], ceil(PATIENTS / patients))))
    found: dict[str, Known] = {}
    for analysis in trials.analyses.values():
        untested = replace(analysis, tests=(), interaction=None)
        for result in results_of(trials.trial, untested, frames):
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
