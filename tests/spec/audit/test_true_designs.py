"""Made papers of 2×2 designs and of equivalence: what is true contradicts nothing, and a number
exchanged for another is found. The numbers are scipy's and numpy's."""

from collections import Counter
from math import exp, sqrt

import numpy as np
import pytest
from paper import claim
from scipy import stats

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

CELLS = ("ab", "b", "a", "none")
GROUPS = {name: {"label": name} for name in CELLS}
GROUPS |= {
    "any": {"label": "any A", "of": ["ab", "a"]},
    "no": {"label": "no A", "of": ["b", "none"]},
}
Z = 1.959964
ROUNDS = range(30)
CHECKED = ("factorial", "margin", "statement")


def said(claims, outcomes=None, equivalence=()):
    """How often each check says what, of the checks of these designs."""
    document = {
        "papers": {"main": "A paper"},
        "groups": GROUPS,
        "populations": {},
        "outcomes": outcomes or {"o": {"label": "O"}},
        "claims": claims,
    }
    if equivalence:
        document["reported"] = {"main": {"equivalence": list(equivalence)}}
    every = findings(ledger(document))
    return Counter(
        (one.check, one.agreement) for one in every if one.check.split(".")[0] in CHECKED
    )


def effect(printed, *compare, **about):
    return claim(printed, outcome="o", compare=list(compare), **about)


def both(printed, **about):
    return effect(printed, "ab", "b", versus=["a", "none"], **about)


def contradictions(found):
    return {check for check, agreement in found if agreement in ("inconsistent", "alternative")}


def of_ratios(rng, odds):
    """A paper of four counts, and an interaction that is three times its own."""
    n = rng.integers(60, 300, 4)
    x = np.clip(rng.binomial(n, rng.uniform(0.1, 0.9, 4)), 3, n - 3)

    def of(events, patients):
        return events / (patients - events if odds else patients)

    name = "odds ratio" if odds else "risk ratio"
    v = of(x, n)
    error = sqrt(np.sum(1 / x + (1 / (n - x) if odds else -1 / n)))
    ratio = v[0] / v[1] / (v[2] / v[3])
    ends = [ratio * exp(side * Z * error) for side in (-1, 1)]
    whole = of(x[0] + x[2], n[0] + n[2]) / of(x[1] + x[3], n[1] + n[3])
    claims = {
        cell: claim(f"{events} of {size}", outcome="o", group=cell)
        for cell, events, size in zip(CELLS, x, n, strict=True)
    }
    wrong = both(f"{name} {3 * ratio + 0.05:.2f}")
    return wrong, claims | {
        "with": effect(f"{name} {v[0] / v[1]:.2f}", "ab", "b"),
        "without": effect(f"{name} {v[2] / v[3]:.2f}", "a", "none"),
        "whole": effect(f"{name} {whole:.2f}", "any", "no"),
        "one": both(f"{name} {ratio:.2f} (95% CI {ends[0]:.2f} to {ends[1]:.2f})"),
    }


@pytest.mark.parametrize("odds", [False, True])
def test_true_interactions_of_counts_contradict_nothing(odds):
    rng = np.random.default_rng(7)
    for _ in ROUNDS:
        wrong, claims = of_ratios(rng, odds)
        found = said(claims)
        assert not contradictions(found), claims
        for check in ("interaction", "cells"):
            assert found[f"factorial.{check}", "compatible"] == 1
        found = contradictions(said(claims | {"one": wrong}))
        assert {"factorial.interaction", "factorial.cells"} <= found, claims


def test_true_interactions_of_means_contradict_nothing():
    rng = np.random.default_rng(8)
    for _ in ROUNDS:
        n = int(rng.integers(8, 60))
        values = [rng.normal(rng.normal(10, 2), rng.uniform(1, 5), n) for _ in CELLS]
        m = [one.mean() for one in values]
        claims = {
            cell: claim(
                f"mean (SD) {one.mean():.1f} ({one.std(ddof=1):.1f})",
                outcome="o",
                group=cell,
                patients=str(n),
            )
            for cell, one in zip(CELLS, values, strict=True)
        }
        error = sqrt(4 * np.mean([one.var(ddof=1) for one in values]) / n)
        d, half = m[0] - m[1] - m[2] + m[3], error * stats.t.ppf(0.975, 4 * n - 4)
        name = "mean difference"
        claims |= {
            "with": effect(f"{name} {m[0] - m[1]:.2f}", "ab", "b"),
            "without": effect(f"{name} {m[2] - m[3]:.2f}", "a", "none"),
            "whole": effect(f"{name} {(m[0] + m[2] - m[1] - m[3]) / 2:.2f}", "any", "no"),
            "one": both(f"{name} {d:.2f} (95% CI {d - half:.2f} to {d + half:.2f})", ordered=True),
        }
        assert not contradictions(said(claims)), claims


def test_true_tests_of_equivalence_contradict_nothing():
    rng = np.random.default_rng(9)
    for _ in ROUNDS:
        n, limit = int(rng.integers(10, 60)), float(np.round(rng.uniform(0.5, 5), 1))
        a, b = rng.normal(0, 3, n), rng.normal(rng.normal(0, 0.7), 3, n)
        d, error = a.mean() - b.mean(), sqrt((a.var(ddof=1) + b.var(ddof=1)) / n)
        half = error * stats.t.ppf(0.95, 2 * n - 2)
        p = max(
            stats.ttest_ind(a - limit, b, alternative="less").pvalue,
            stats.ttest_ind(a + limit, b, alternative="greater").pvalue,
        )
        printed = "P < 0.001" if p < 0.001 else f"P = {p:.3f}"
        words = "were equivalent" if p < 0.05 else "equivalence was not shown"
        interval = f"(90% CI {d - half:.2f} to {d + half:.2f})"
        claims = {
            "d": effect(f"mean difference {d:.2f} {interval}", "a", "b"),
            "p": effect(f"{printed} for equivalence", "a", "b", test="t"),
            "c": effect(words, "a", "b", concludes="equivalence"),
        }
        told = {"outcome": "o", "compare": ["a", "b"], "lower": str(-limit), "upper": str(limit)}
        told |= {"scale": "mean_difference", "level": "0.05"}
        found = said(claims, equivalence=[told])
        assert not contradictions(found), claims
        assert found["margin.p", "compatible"] == 1
        other = "equivalence was not shown" if p < 0.05 else "were equivalent"
        claims["c"] = effect(other, "a", "b", concludes="equivalence")
        found = contradictions(said(claims, equivalence=[told]))
        assert "statement.equivalence" in found or abs(p - 0.05) < 0.01
