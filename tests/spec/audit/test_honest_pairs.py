"""Numbers that a reader who compares them may take for the same, and that differ in honest papers.

They were printed by somebody else from simulated patients, whose true results are in the comments;
each stands beside the error that the same check has to find.
"""

import pytest
from paper import claim, read
from scipy import stats

from trialtrace.audit.relations.solvers.pairs import _range_of_pairs
from trialtrace.audit.verdicts.audit import audit_ledger

BOTH = ["training", "control"]
PAIRED = {"compare": BOTH, "design": ["paired"], "ordered": True}


def verdicts(claims, groups=None, populations=None):
    """By claim and component the verdict on print."""
    whole = read(claims, groups)
    rows = audit_ledger(whole).rows
    return {(row["claim_id"], row["component"]): row["on_print"] for row in rows}


def rate(printed, **about):
    beside = claim("130 events in 186.1 patient-years", outcome="event", group="training")
    one = claim(printed, outcome="event", group="training", **about)
    return verdicts({"crude": beside, "one": one})["one", "value"]


@pytest.mark.parametrize(
    ("about", "verdict"),
    [
        ({}, "contradicts"),
        # A negative binomial model's, with the log of the time as its offset.
        ({"basis": "model"}, "not_checked"),
        ({"design": ["adjusted"]}, "not_checked"),
    ],
)
def test_the_rate_of_a_model_need_not_be_events_over_time(about, verdict):
    assert rate("annualized rate 0.72 (95% CI 0.55 to 0.94)", **about) == verdict
    assert rate("annualized rate 0.70 (95% CI 0.55 to 0.94)", **about) == "holds"


def test_the_interval_of_a_rate_is_not_held_against_a_deviation():
    """R: poisson.test(77, 66) gives 0.92 to 1.46; the deviation is that of events a patient."""
    beside = claim("mean (SD) 1.17 (1.54)", outcome="event", group="training")
    for unit, verdict in (("annualized relapse rate", "not_checked"), ("mean", "contradicts")):
        one = claim(f"{unit} 1.17 (95% CI 0.93 to 1.47)", outcome="event", group="training")
        assert verdicts({"sd": beside, "one": one})["one", "ci_low"] == verdict


@pytest.mark.parametrize(("test", "verdict"), [("other", "question"), ("fisher", "contradicts")])
def test_two_tests_that_are_called_other_need_not_be_the_same(test, verdict):
    """An exact conditional p of two rates and its mid-p."""
    one, two = (
        claim(p, outcome="event", compare=BOTH, test=test) for p in ("P = 0.44", "P = 0.35")
    )
    assert verdicts({"one": one, "two": two})["two", "p"] == verdict


@pytest.mark.parametrize(("level", "verdict"), [(90, "not_checked"), (95, "contradicts")])
def test_an_interval_of_a_number_needed_is_that_of_the_same_level(level, verdict):
    of = {"outcome": "event", "compare": BOTH, "ordered": True, "basis": "model"}
    risk = claim(f"difference 9.3 percentage points ({level}% CI 5.3 to 14.1)", **of)
    needed = claim("11 (95% CI 7 to 22)", measure="number_needed_to_treat", **of)
    rows = verdicts({"risk": risk, "needed": needed})
    assert rows["needed", "ci_low"] == verdict and rows["needed", "value"] == "holds"


SEQUENCES = {
    "ab": {"label": "Sequence AB", "randomised": "30"},
    "ba": {"label": "Sequence BA", "randomised": "30"},
    "a": {"label": "Drug A"},
    "b": {"label": "Placebo", "control": True},
}


@pytest.mark.parametrize(("total", "verdict"), [("60", "holds"), ("61", "contradicts")])
def test_treatments_of_a_crossover_are_no_further_patients(total, verdict):
    sizes = {"ab": "30", "ba": "30", "a": "59", "b": "58"}
    claims = {
        name: claim(size, size="analysed", group=name, population="itt")
        for name, size in [*sizes.items(), ("all", total)]
    }
    assert verdicts(claims, SEQUENCES)["all", "value"] == verdict


def means(n1, n0, patients):
    """Means of 34 and 33 patients, of whom 31 took both: their difference is another one."""
    values = {
        "a": claim("mean (SD) 53.5 (13.1)", outcome="age", group="training", patients=n1),
        "b": claim("mean (SD) 50.7 (12.1)", outcome="age", group="control", patients=n0),
        "d": claim("mean difference 3.5", outcome="age", patients=patients, **PAIRED),
    }
    return verdicts(values)["d", "value"]


def test_the_difference_of_those_measured_twice_may_be_another_than_that_of_the_means():
    """Their sign is held against each other all the same."""
    assert means("30", "29", "28") == means("30", "30", "28") == "question"
    assert means("30", "30", "30") == "contradicts"


def test_shares_of_those_measured_twice_may_have_another_difference():
    def share(patients, second="10 of 29"):
        values = {
            "a": claim("15 of 30", outcome="event", group="training"),
            "b": claim(second, outcome="event", group="control"),
            "d": claim(
                "difference 13.0 percentage points",
                outcome="event",
                measure="risk_difference",
                patients=patients,
                **PAIRED,
            ),
        }
        return verdicts(values)["d", "percent"]

    assert share("28") == "question"
    assert share("30", "10 of 30") == "contradicts"


@pytest.mark.parametrize(
    ("p", "verdict"), [("0.63", "question"), ("0.31", "holds"), ("0.03", "contradicts")]
)
def test_an_exact_p_of_few_pairs_is_far_from_their_usual_interval(p, verdict):
    """Of 27 patients 3 and 1 differ: R's binom.test(3, 4) gives .625, mcnemar.test .317."""
    one = claim(
        f"difference 7.4 percentage points (95% CI −6.8 to 21.7), P={p}",
        outcome="event",
        patients="27",
        test="other",
        measure="risk_difference",
        **PAIRED,
    )
    assert verdicts({"one": one})["one", "p"] == verdict


@pytest.mark.parametrize(("b", "c", "n"), [(3, 1, 27), (9, 2, 40), (20, 4, 60), (1, 0, 12)])
def test_p_of_pairs_is_that_of_all_usual_ones(b, c, n):
    """The oracle is scipy's binomial test and the formula of McNemar's χ²."""
    d, error = (b - c) / n, ((b + c - (b - c) ** 2 / n) ** 0.5) / n
    low, high = 100 * (d - 1.959964 * error), 100 * (d + 1.959964 * error)
    one = claim(
        f"difference {100 * d:.4f} percentage points (95% CI {low:.4f} to {high:.4f})",
        outcome="event",
        patients=str(n),
        measure="risk_difference",
        **PAIRED,
    )
    ledger = read({"one": one})
    least, most = _range_of_pairs(ledger, ledger.entries["one"])
    exact = stats.binomtest(c, b + c).pvalue
    middle = exact - stats.binom.pmf(c, b + c, 0.5)
    corrected = stats.chi2.sf((abs(b - c) - 1) ** 2 / (b + c), 1)
    plain = stats.chi2.sf((b - c) ** 2 / (b + c), 1)
    every = (exact, middle, corrected, plain)
    assert (least, most) == pytest.approx((min(every), max(every)), rel=1e-9)


@pytest.mark.parametrize(
    ("printed", "test"),
    [
        ("P = 0.03 by McNemar's test", "other"),
        ("P = 0.03 by the Kruskal-Wallis test", "other"),
        ("P = 0.03 (Wilcoxon signed-rank test)", "other"),
        ("P = 0.03 (Wilcoxon test)", "mann_whitney"),
    ],
)
def test_a_p_may_name_its_test_behind_it(printed, test):
    ledger = read({"one": claim(printed, outcome="event", compare=BOTH)})
    assert ledger.entries["one"].about.test == test
