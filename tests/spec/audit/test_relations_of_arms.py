"""What is printed of all, of the arms and of their difference: true, false and borderline cases.

What is true comes from scipy, rounded here.
"""

from math import sqrt

import numpy as np
import pytest
from paper import TWO, claim
from scipy import stats
from test_relations import OUTCOMES, audited, verdict

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.one_group.mean_intervals import of_interval

SCORE = {"outcome": "score", "compare": ["training", "control"]}
N1, N0 = (int(TWO[name]["randomised"]) for name in ("training", "control"))


@pytest.mark.parametrize(
    ("flow", "abstract", "told"),
    [
        (N1 + N0, N1 + N0, {}),
        (N1 + N0 + 1, N1 + N0, {"flow"}),  # one patient too many is one
        (N1 + N0, N1 + N0 - 10, {"abstract"}),
        (N1 + N0 + 10, N1 + N0 + 10, {"flow", "abstract"}),
    ],
)
def test_every_number_of_all_randomised_is_the_sum_of_the_arms(flow, abstract, told):
    about = {"size": "randomised", "group": "all"}
    claims = {
        "flow": claim(str(flow), "figure 1", **about),
        "abstract": claim(str(abstract), "abstract", **about),
    }
    _, found = audited(claims)
    wrong = {one.claim for one in found if one.agreement == "inconsistent"}
    assert wrong == set(told)


@pytest.mark.parametrize(("abstract", "agreement"), [("60", "exact"), ("61", "inconsistent")])
def test_all_randomised_are_one_number_where_the_arms_are_not_told(abstract, agreement):
    about = {"size": "randomised", "group": "all"}
    claims = {"flow": claim("60", **about), "abstract": claim(abstract, "abstract", **about)}
    groups = {name: {"label": name} for name in TWO}
    whole = {"papers": {"main": "A paper"}, "groups": groups, "claims": claims}
    from trialtrace.audit.prints.wholes.sizes import check_sizes

    assert [one.agreement for one in check_sizes.held(ledger(whole))] == [agreement]


def mean(value, half, group):
    ends = f"{value - half:.1f} to {value + half:.1f}"
    return claim(f"mean {value:.1f} (95% CI {ends})", outcome="score", group=group)


def interval_of_difference(s1, s0):
    """Student's, by scipy, as it is printed."""
    found = stats.ttest_ind_from_stats(24.0, s1, N1, 20.0, s0, N0)
    half = stats.t.ppf(0.975, N1 + N0 - 2) * 4.0 / found.statistic
    return f"4.0 (95% CI {4 - half:.1f} to {4 + half:.1f})"


@pytest.mark.parametrize(
    ("factor", "agreement"),
    [(1.0, "compatible"), (1.01, "compatible"), (2.0, "inconsistent"), (sqrt(30), "inconsistent")],
)
def test_the_interval_of_a_difference_is_that_of_the_arms_intervals(factor, agreement):
    """An interval of the deviation in the place of the error is √n times as wide."""
    spreads = {"training": (24.0, 8.0, N1), "control": (20.0, 7.0, N0)}
    claims = {"d": claim(interval_of_difference(8.0, 7.0), **SCORE, measure="mean_difference")}
    for name, (value, sd, n) in spreads.items():
        half = stats.t.ppf(0.975, n - 1) * sd / sqrt(n)
        claims[name] = mean(value, half * (factor if name == "training" else 1), name)
    assert verdict(claims, "d", "ci_low", "difference.interval") == [agreement]


@pytest.mark.parametrize(
    ("half", "p", "agreement"),
    [
        (3.0, "p = 0.046", "compatible"),
        (3.0, "p = 0.9", "inconsistent"),
        (12.0, "p = 0.046", "inconsistent"),
    ],
)
def test_p_of_the_t_test_is_that_of_the_arms_intervals(half, p, agreement):
    claims = {
        "training": mean(24.0, half, "training"),
        "control": mean(20.0, 2.5, "control"),
        "p": claim(p, **SCORE, test="t"),
    }
    assert verdict(claims, "p", "p", "p.means") == [agreement]


def test_deviations_behind_an_interval_hold_the_one_that_made_it():
    rng = np.random.default_rng(17)
    for _ in range(50):
        n, sd = int(rng.integers(5, 200)), float(rng.uniform(2, 20))
        t = bool(rng.integers(2))
        q = stats.t.ppf(0.975, n - 1) if t else stats.norm.ppf(0.975)
        entry = audited_entry(mean(50.0, q * sd / sqrt(n), "training"))
        found = of_interval(entry, n)
        assert found is not None
        assert float(found.low) <= sd <= float(found.high)


def audited_entry(one):
    whole = {"papers": {"main": "A paper"}, "groups": TWO, "outcomes": OUTCOMES}
    return ledger({**whole, "claims": {"m": one}}).entries["m"]


def test_an_interval_of_a_model_has_no_deviation():
    one = mean(24.0, 3.0, "training")
    one["about"]["basis"] = "model"
    assert of_interval(audited_entry(one), 30) is None
    one = claim("mean (SD) 24.0 (8.0)", outcome="score", group="training")
    assert of_interval(audited_entry(one), 30) is None


@pytest.mark.parametrize(
    ("printed", "ordered", "agreement"),
    [
        ("-4.0 (95% CI -7.8 to -0.2)", True, "inconsistent"),
        ("4.0 (95% CI 0.2 to 7.8)", True, "compatible"),
        ("4.0 (95% CI 0.2 to 7.8)", False, None),
        ("-4.0 (95% CI -7.8 to -0.2)", False, None),  # carries its sign: by another choice
    ],
)
def test_a_difference_has_the_sign_that_its_order_gives(printed, ordered, agreement):
    claims = {
        "training": claim("mean (SD) 24.0 (8.0)", outcome="score", group="training"),
        "control": claim("mean (SD) 20.0 (7.0)", outcome="score", group="control"),
        "d": claim(printed, **SCORE, measure="mean_difference", ordered=ordered),
    }
    found = verdict(claims, "d", "value", "difference.sign")
    assert found == ([agreement] if agreement else [])


def test_a_sign_that_lacks_beside_others_is_a_remark():
    claims = {
        "a": claim("8 (27%)", outcome="event", group="training"),
        "b": claim("16 (53%)", outcome="event", group="control"),
        "d": claim("27 percentage points", outcome="event", compare=["training", "control"]),
    }
    assert verdict(claims, "d", "percent", "difference.sign") == []
    claims["other"] = claim("-4.0", **SCORE, measure="mean_difference")
    assert verdict(claims, "d", "percent", "difference.sign") == ["not_checkable"]
    # Where the means may be equal no sign is wrong.
    claims["b"]["printed"] = "8 (27%)"
    assert verdict(claims, "d", "percent", "difference.sign") == []
    claims["d"]["about"]["basis"] = "model"
    claims["b"]["printed"] = "16 (53%)"
    assert verdict(claims, "d", "percent", "difference.sign") == []


@pytest.mark.parametrize(
    ("shares", "agreement"),
    [
        (("82.3%", "61.6%"), []),
        (("61.6%", "82.3%"), ["inconsistent"]),
        (("61.6%", "62%"), []),  # 61.55 up to 62.5: may be one number
    ],
)
def test_survival_at_times_in_words_only_falls(shares, agreement):
    about = {"outcome": "score", "group": "training", "basis": "curve", "category": "alive"}
    claims = {
        time: claim(printed, **about, visit=time)
        for time, printed in zip(("6 weeks", "12 months"), shares, strict=True)
    }
    _, found = audited(claims)
    told = [one.agreement for one in found if one.check == "curve.order"]
    assert told == agreement
    # Of a curve that nobody names, both ways may be.
    for one in claims.values():
        del one["about"]["category"]
    _, found = audited(claims)
    assert [one for one in found if one.check == "curve.order"] == []


@pytest.mark.parametrize(
    ("words", "interval", "agreement"),
    [
        ("no significant difference", "(95% CI -24.97 to -8.89)", "inconsistent"),
        ("no significant difference", "(95% CI -31.9 to -1.9)", "not_checkable"),
        ("no significant difference", "(95% CI -36.9 to 3.1)", "compatible"),
        ("significantly lower with training", "(95% CI -24.97 to -8.89)", "compatible"),
        ("significantly lower with training", "(95% CI -50.0 to 16.1)", "inconsistent"),
        ("significantly lower with training", "(95% CI -35.9 to 2.1)", "not_checkable"),
    ],
)
def test_words_on_significance_are_those_of_the_interval(words, interval, agreement):
    claims = {
        "words": claim(words, **SCORE),
        "d": claim(f"-16.93 {interval}", **SCORE, measure="mean_difference", basis="model"),
    }
    _, found = audited(claims)
    assert [one.agreement for one in found if one.check == "significance.words"] == [agreement]
    claims["p"] = claim("p = 0.03", **SCORE)
    _, found = audited(claims)
    beside = [one.beside for one in found if one.check == "significance.words"]
    assert beside in ([("p",)], [])
