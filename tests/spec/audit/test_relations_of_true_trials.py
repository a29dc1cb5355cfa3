"""True trials, drawn and analysed by scipy and numpy, in the forms of the newer relations.

No number of them is contradicted; the share of alarms over all is what a reader would meet.
"""

from math import exp, log, sqrt

import numpy as np
import pytest
from paper import claim
from scipy import stats
from test_relations import OUTCOMES, PAIR, audited, event

TRIALS = 120
ARMS = ("training", "control")
SCORE = {"outcome": "score", "compare": list(ARMS)}


def shown(value, places):
    return f"{np.floor(value * 10**places + 0.5) / 10**places:.{places}f}"


def p_of(value):
    return "p < 0.001" if value < 0.001 else f"p = {shown(value, 3)}"


def two(n1, n0):
    return {
        "training": {"label": "training", "randomised": str(n1)},
        "control": {"label": "control", "randomised": str(n0), "control": True},
    }


def coefficient(rng, n):
    """A log odds ratio with error, z and p; the ratio with its interval; the difference and NNT."""
    risks = [rng.uniform(0.2, 0.5), rng.uniform(0.5, 0.8)]
    x = [int(rng.binomial(m, p)) for m, p in zip(n, risks, strict=True)]
    if min(*x, *(m - k for m, k in zip(n, x, strict=True))) < 5:
        return {}
    (a, c), (b, d) = x, (m - k for m, k in zip(n, x, strict=True))
    value, error = log(a * d / (b * c)), sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    places = int(rng.integers(2, 5))
    z, ends = value / error, [exp(value + s * 1.959964 * error) for s in (-1, 1)]
    made = {
        "log": claim(
            f"log odds ratio {shown(value, places)} (SE {shown(error, places)}), "
            f"z = {shown(z, 2)}, {p_of(2 * stats.norm.sf(abs(z)))}",
            **PAIR,
        ),
        "ratio": claim(
            f"odds ratio {shown(exp(value), 2)} (95% CI {shown(ends[0], 2)} to "
            f"{shown(ends[1], 2)}), z = {shown(z, 2)}",
            **PAIR,
        ),
    }
    p1, p0 = a / n[0], c / n[1]
    gap, spread = p0 - p1, 1.959964 * sqrt(p1 * (1 - p1) / n[0] + p0 * (1 - p0) / n[1])
    if gap - spread > 0.02:
        low, high = gap - spread, gap + spread
        up = rng.random() < 0.5
        made |= {
            "less": claim(
                f"absolute risk reduction {shown(100 * gap, 1)}% (95% CI {shown(100 * low, 1)} to "
                f"{shown(100 * high, 1)})",
                **PAIR,
                basis="model",
            ),
            "needed": claim(
                f"number needed to treat {int(np.ceil(1 / gap) if up else round(1 / gap))} "
                f"(95% CI {round(1 / high)} to {round(1 / low)})",
                **PAIR,
                basis="model",
            ),
        }
    return made


def means(rng, n):
    """Means, t with Cohen's d, the difference with its interval and t; medians and p of ranks."""
    values = [rng.normal(mean, 8, m) for mean, m in zip(rng.normal(50, 3, 2), n, strict=True)]
    made = {
        arm: claim(
            f"mean (SD) {shown(x.mean(), 1)} ({shown(x.std(ddof=1), 1)})",
            outcome="score",
            group=arm,
        )
        for arm, x in zip(ARMS, values, strict=True)
    }
    found = stats.ttest_ind(*values)
    pooled = sqrt(
        sum((m - 1) * x.var(ddof=1) for m, x in zip(n, values, strict=True)) / (sum(n) - 2)
    )
    gap = values[0].mean() - values[1].mean()
    half = stats.t.ppf(0.975, sum(n) - 2) * pooled * sqrt(1 / n[0] + 1 / n[1])
    name, factor = ("d", 1.0) if rng.random() < 0.5 else ("g", 1 - 3 / (4 * (sum(n) - 2) - 1))
    made["t"] = claim(
        f"t({sum(n) - 2}) = {shown(found.statistic, 2)}, {p_of(found.pvalue)}, "
        f"{name} = {shown(gap / pooled * factor, 2)}",
        **SCORE,
    )
    made["gap"] = claim(
        f"mean difference {shown(gap, 2)} (95% CI {shown(gap - half, 2)} to "
        f"{shown(gap + half, 2)}), t({sum(n) - 2}) = {shown(found.statistic, 2)}",
        **SCORE,
    )
    ends = [
        np.quantile(x, [0.5, 0.25, 0.75], method=rng.choice(["linear", "weibull"])) for x in values
    ]
    for arm, (middle, low, high) in zip(ARMS, ends, strict=True):
        made[f"{arm}_median"] = claim(
            f"median (IQR) {shown(middle, 1)} ({shown(low, 1)}–{shown(high, 1)})",
            outcome="rank",
            group=arm,
        )
    ranks = stats.mannwhitneyu(*values, method="auto").pvalue
    about = {"outcome": "rank", "compare": list(ARMS), "test": "mann_whitney"}
    made["ranks"] = claim(p_of(ranks), **about)
    made["words"] = claim(
        "significantly different" if ranks < 0.05 else "no significant difference", **about
    )
    return made


def times(rng, n):
    """Kaplan and Meier's shares, medians and numbers at risk; events and rates over time."""
    made = {}
    rates = []
    for arm, m in zip(ARMS, n, strict=True):
        t = rng.exponential(rng.uniform(1.0, 3.0), m)
        end = rng.uniform(0.5, 4.0, m)
        seen, died = np.minimum(t, end), t <= end
        order = np.argsort(seen)
        left = np.arange(m, 0, -1)
        curve = np.cumprod(1 - died[order] / left)
        for visit, at in (("1 year", 1.0), ("2 years", 2.0), ("3 years", 3.0)):
            k = int((seen[order] <= at).sum())
            about = {"visit": visit}
            made[f"{arm}_{visit[0]}_risk"] = event(
                str(int((seen >= at).sum())), arm, size="at_risk", **about
            )
            share = 100 * (curve[k - 1] if k else 1.0)
            made[f"{arm}_{visit[0]}"] = event(
                f"{shown(share, 1)}%", arm, basis="curve", curve="living", **about
            )
        below = np.flatnonzero(curve <= 0.5)
        if below.size:
            made[f"{arm}_middle"] = event(
                f"median {shown(seen[order][below[0]], 1)} years", arm, basis="curve"
            )
        made[f"{arm}_died"] = event(f"{died.sum()} ({shown(100 * died.mean(), 1)}%)", arm)
        events = int(rng.poisson(0.8 * seen.sum()))
        per = int(rng.choice([1, 100, 1000]))
        rate = shown(events / seen.sum() * per, {1: 2, 100: 1, 1000: 0}[per])
        made[f"{arm}_rate"] = claim(
            f"{events} events in {shown(seen.sum(), 1)} person-years "
            f"({rate} per {per} person-years)",
            outcome="falls",
            group=arm,
        )
        rates.append((events, seen.sum()))
    (e1, t1), (e0, t0) = rates
    ratio, error = e1 / t1 / (e0 / t0), sqrt(1 / e1 + 1 / e0)
    low, high = (ratio * exp(s * 1.959964 * error) for s in (-1, 1))
    made["rates"] = claim(
        f"rate ratio {shown(ratio, 2)} (95% CI {shown(low, 2)} to {shown(high, 2)})",
        outcome="falls",
        compare=list(ARMS),
    )
    return made


@pytest.mark.parametrize("draw", [coefficient, means, times])
def test_no_number_of_a_true_trial_is_contradicted(draw):
    rng = np.random.default_rng(20)
    outcomes = OUTCOMES | {name: {"label": name} for name in ("rank", "falls")}
    alarms, claims = [], 0
    for _ in range(TRIALS):
        n = tuple(int(m) for m in rng.integers(20, 150, 2))
        made = draw(rng, n)
        rows, found = audited(made, two(*n), outcomes)
        claims += len(made)
        alarms += [(one.check, one.sentence) for one in found if one.agreement == "inconsistent"]
        assert all(row["on_print"] != "differs" for row in rows.values())
    assert claims > 3 * TRIALS
    assert alarms == []
