"""What R prints for its own example data: no alarm as printed, one with a number changed.

The outputs are those of R 4: t.test (sleep, mtcars, ToothGrowth), prop.test (smokers of its help
page), fisher.test (the lady's tea), chisq.test (party identification), lm and aov (PlantGrowth),
oneway.test, cor.test (mtcars), coxph (lung), quantile.
"""

import pytest
from paper import claim

SLEEP = {
    "training": {"label": "1", "randomised": "10"},
    "control": {"label": "2", "randomised": "10"},
}
BOTH = {"outcome": "age", "compare": ["training", "control"], "population": "itt"}


def of_group(printed, group, n, **about):
    return claim(printed, outcome="age", group=group, population="itt", patients=n, **about)


def of_sleep(first="mean (SD) 0.75 (1.79)", second="mean (SD) 2.33 (2.00)"):
    return {"a": of_group(first, "training", "10"), "b": of_group(second, "control", "10")}


@pytest.mark.parametrize(
    ("printed", "about", "component", "agreement"),
    [
        # t.test(extra ~ group, sleep)
        ("t = -1.8608, df = 17.776, p-value = 0.07939", {}, "p", "holds"),
        ("t = -1.8608, df = 17.776, p-value = 0.07393", {}, "p", "contradicts"),
        ("t(9) = -4.0621, p-value = 0.002833", {}, "p", "holds"),  # paired
        ("t(9) = -4.0621, p-value = 0.001416", {}, "p", "question"),
        ("t(9) = -4.0621, one-sided p-value = 0.001416", {}, "p", "holds"),
        # prop.test, chisq.test
        ("X-squared = 12.6, df = 3, p-value = 0.005585", {}, "p", "holds"),
        ("X-squared = 30.07, df = 2, p-value = 2.954e-07", {}, "p", "holds"),
        ("X-squared = 30.07, df = 3, p-value = 2.954e-07", {}, "p", "contradicts"),
        # summary(lm(weight ~ group, PlantGrowth)), oneway.test: aov prints 4.846 and 0.0159
        ("F-statistic: 4.846 on 2 and 27 DF, p-value: 0.01591", {}, "p", "holds"),
        ("F = 5.181, num df = 2.000, denom df = 17.128, p-value = 0.01739", {}, "p", "holds"),
        ("F(2, 27) = 4.846, p = .0159, ηp² = .264", {}, "effect", "holds"),  # R² 0.2641
        ("F(2, 27) = 4.846, p = .0159, ηp² = .246", {}, "effect", "contradicts"),
        ("F(2, 27) = 4.846, p = .0159, η² = .246", {}, "effect", "question"),
        ("F(2, 27) = 4.846, p = .0159, η² = .28", {}, "effect", "contradicts"),
        # cor.test(~ mpg + wt, mtcars)
        ("r(30) = -0.8677, p-value = 1.294e-10", {}, "p", "holds"),
        ("r(30) = -0.8677, p-value = 1.294e-09", {}, "p", "contradicts"),
        ("r(28) = .30, p = .11", {}, "p", "holds"),  # 2 * pt(-0.3 / sqrt(0.91 / 28), 28) = 0.1072
        # lm: a coefficient with its error, on 27 degrees of freedom
        ("coefficient -0.3710 (SE 0.2788), p = 0.1944", {}, "p", "holds"),
        ("coefficient -0.3710 (SE 0.2788), p = 0.0944", {}, "p", "question"),
        ("coefficient -0.5310 (SE 0.1672; 95% CI -0.859 to -0.203)", {}, "ci_low", "holds"),
        ("coefficient -0.5310 (SE 0.1672; 95% CI -0.699 to -0.363)", {}, "ci_low", "contradicts"),
        # coxph(Surv(time, status) ~ sex, lung)
        ("HR 0.588 (95% CI 0.4237 to 0.816), p = 0.00149", {}, "p", "holds"),
        ("HR 0.588 (95% CI 0.4237 to 0.816), p = 0.0149", {}, "p", "contradicts"),
        ("HR 0.588 (95% CI 0.4237 to 0.816)", {"interval": "log"}, "ci_low", "holds"),
        ("HR 0.588 (95% CI 0.4723 to 0.816)", {"interval": "log"}, "ci_low", "contradicts"),
        # quantile(sleep$extra)
        ("median (IQR) 0.95 (-0.025 to 3.4)", {}, "quartile_low", "holds"),
        ("median (IQR) 3.45 (-0.025 to 3.4)", {}, "value", "contradicts"),
        ("0.95 (range -1.6 to 5.5)", {}, "least", "holds"),
    ],
)
def test_a_line_of_output(judged, printed, about, component, agreement):
    assert judged("c", component, {"c": claim(printed, **about)})[0] == agreement


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        ("p = 0.079", {"test": "welch"}, "holds"),  # 0.07939
        ("p = 0.079", {}, "holds"),
        ("p = 0.040", {"sides": "less"}, "holds"),  # t.test(..., alternative = "less"): 0.0397
        ("p = 0.040", {"sides": "greater", "test": "t"}, "contradicts"),
        ("one-sided p = 0.040", {}, "holds"),
        ("p = 0.040", {"test": "welch"}, "question"),
        ("p = 0.040", {}, "question"),  # another test may give it
        ("p = 0.069", {"test": "mann_whitney"}, "not_checked"),  # wilcox.test: 0.06933
        ("p = 0.069", {"basis": "model"}, "not_checked"),
        ("p = 0.30 for interaction", {}, "not_checked"),
    ],
)
def test_a_p_of_means(judged, p, about, agreement):
    claims = of_sleep() | {"p": claim(p, **BOTH, **about)}
    assert judged("p", "p", claims, SLEEP)[0] == agreement


def test_a_p_of_means_with_standard_errors(judged):
    """sd / sqrt(10) is 0.566 and 0.633."""
    claims = of_sleep("mean (SE) 0.75 (0.566)", "mean (SE) 2.33 (0.633)")
    for p, agreement in (("p = 0.079", "holds"), ("p = 0.50", "contradicts")):
        assert judged("p", "p", claims | {"p": claim(p, **BOTH, test="t")}, SLEEP)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "component", "agreement"),
    [
        ("0.75 (SD 1.79; SE 0.57)", "se", "holds"),
        ("0.75 (SD 1.79; SE 0.75)", "se", "contradicts"),
        ("0.75 (SE 0.57; 95% CI -0.53 to 2.03)", "ci_low", "holds"),  # t.test of the group
        ("0.75 (SE 0.57; 95% CI 0.18 to 1.32)", "ci_low", "contradicts"),
        # 10 values from -1.6 to 3.7 have a deviation from 5.3 / sqrt(18) to 5.3 / 2 sqrt(10 / 9)
        ("0.75 (SD 1.79; range -1.6 to 3.7)", "sd", "holds"),
        ("0.75 (SD 2.90; range -1.6 to 3.7)", "sd", "contradicts"),
        ("0.75 (SD 1.10; range -1.6 to 3.7)", "sd", "contradicts"),
    ],
)
def test_a_group_with_error_or_range(judged, printed, component, agreement):
    claims = {"a": of_group(printed, "training", "10")}
    assert judged("a", component, claims, SLEEP)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "n", "agreement"),
    [
        ("2.5", "10", "holds"),
        ("2.5", "11", "contradicts"),
        ("2.4", "10", "contradicts"),
        ("2.0", "11", "holds"),
    ],
)
def test_a_median_of_whole_numbers(judged, printed, n, agreement):
    about = {"outcome": "score", "group": "training", "population": "itt", "patients": n}
    claims = {"a": claim(f"median {printed}", **about)}
    assert judged("a", "value", claims)[0] == agreement


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        ("p = 0.4857", {}, "holds"),  # fisher.test, two-sided
        ("p = 0.2429", {"sides": "greater", "test": "fisher"}, "holds"),
        ("one-sided p = 0.2429", {"test": "fisher"}, "holds"),
        ("p = 0.9857", {"sides": "less", "test": "fisher"}, "holds"),
        ("p = 0.2429", {"sides": "less", "test": "fisher"}, "contradicts"),
        # chisq.test(correct = FALSE): 0.1573, half of it for one side
        ("p = 0.0786", {"sides": "greater", "test": "chi_squared"}, "holds"),
        ("p = 0.0786", {"sides": "less", "test": "chi_squared"}, "contradicts"),
    ],
)
def test_the_sides_of_a_p_of_counts(judged, p, about, agreement):
    claims = {
        "a": claim("3 of 4", outcome="event", group="training"),
        "b": claim("1 of 4", outcome="event", group="control"),
        "p": claim(p, outcome="event", compare=["training", "control"], **about),
    }
    assert judged("p", "p", claims)[0] == agreement


@pytest.mark.parametrize(
    ("p", "about", "agreement"),
    [
        ("p = 0.049", {"test": "fisher"}, "question"),
        ("p = 0.049", {"test": "fisher", "sides": "less"}, "holds"),
        ("one-sided p = 0.049", {"test": "fisher"}, "holds"),
        ("p = 0.049", {"test": "fisher", "sides": "greater"}, "contradicts"),
    ],
)
def test_the_sides_of_a_p_of_percentages(judged, p, about, agreement):
    """fisher.test(matrix(c(5, 24, 12, 18), 2), alternative = "less") is 0.0494, two-sided 0.0840.

    17.24 % of 29 and 40.0 % of 30, which the name of the population promises.
    """
    groups = {
        "training": {"label": "a", "randomised": "29"},
        "control": {"label": "b", "randomised": "30"},
    }
    claims = {
        "a": claim("17.24%", outcome="event", group="training", population="itt"),
        "b": claim("40.0%", outcome="event", group="control", population="itt"),
        "p": claim(p, outcome="event", compare=["training", "control"], population="itt", **about),
    }
    assert judged("p", "p", claims, groups)[0] == agreement


def test_a_mean_without_decimals_is_no_count(judged):
    about = {"outcome": "age", "compare": ["training", "control"], "population": "itt"}
    claims = {
        "a": of_group("mean (SD) 12 (11)", "training", "432"),
        "b": of_group("mean (SD) 10 (11)", "control", "429"),
        "p": claim("P=0.007", **about),
    }
    found, said = judged("p", "p", claims)
    assert found == "holds"
    assert "On 12 of 432" not in said


@pytest.mark.parametrize(
    ("ratio", "agreement"),
    [("hazard ratio, 0.56", "holds"), ("hazard ratio, 0.65", "contradicts")],
)
def test_a_reduction_is_1_less_the_ratio_beside_it(judged, ratio, agreement):
    both = {"outcome": "event", "compare": ["training", "control"]}
    claims = {
        "ratio": claim(ratio, **both),
        "cut": claim("44% reduction", measure="relative_reduction", **both),
    }
    assert judged("cut", "percent", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("0.56 (95% CI 0.54 to 1.70), P<0.001", "contradicts"),
        ("0.56 (95% CI 0.54 to 0.90), P=0.20", "contradicts"),
        ("0.56 (95% CI 0.54 to 0.90), P=0.01", "not_checked"),
    ],
)
def test_an_interval_that_is_not_centred_still_says_which_p(judged, printed, agreement):
    assert judged("c", "p", {"c": claim(f"hazard ratio {printed}")})[0] == agreement


@pytest.mark.parametrize("method", ["holds", "clopper_pearson", "wald_cut", "log"])
def test_a_stated_interval_of_a_share_is_that_of_r(judged, method):
    """binom.test(4, 5): 0.2836 to 0.9949; Wald's of 12 of 40 is not cut: 0.158 to 0.442."""
    bounds, counts = ("28.4 to 99.5", "4 of 5 (80%)")
    if method == "wald_cut":
        bounds, counts = ("15.8 to 44.2", "12 of 40 (30%)")
    about = {"outcome": "event", "group": "training", "interval": method}
    found, _ = judged("a", "ci_low", {"a": claim(f"{counts} (95% CI {bounds})", **about)})
    assert found == "holds"


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("-20.0 percentage points (95% CI, -40.8 to 0.8)", "holds"),
        ("-20.0 percentage points (95% CI, -40.8 to 0.1)", "question"),
    ],
)
def test_what_prop_test_gives_unasked(judged, printed, agreement):
    """prop.test(c(15, 25), c(50, 50)), and each arm alone."""
    claims = {
        "a": claim("15 of 50 (30%; 95% CI, 18.3 to 44.8)", outcome="event", group="training"),
        "b": claim("25 of 50 (50%; 95% CI, 36.6 to 63.4)", outcome="event", group="control"),
        "d": claim(
            printed, outcome="event", compare=["training", "control"], measure="risk_difference"
        ),
    }
    assert judged("a", "ci_low", claims)[0] == judged("b", "ci_high", claims)[0] == "holds"
    assert judged("d", "ci_high", claims)[0] == agreement


def test_an_estimate_that_its_counts_give_is_exact_beside_a_centred_interval(judged):
    """11 / 61 over 21 / 59 is 0.5066; Katz's interval in R 0.2683 to 0.9567."""
    claims = {
        "a": claim("11 of 61 (18.0%)", outcome="event", group="training"),
        "b": claim("21 of 59 (35.6%)", outcome="event", group="control"),
        "r": claim(
            "risk ratio, 0.51; 95% CI, 0.27 to 0.96",
            outcome="event",
            compare=["training", "control"],
        ),
    }
    found, said = judged("r", "value", claims)
    assert found == "holds"
    assert "On 11 of 61 and 21 of 59 the risk ratio is 0.507" in said


@pytest.mark.parametrize(
    ("ratio", "change", "about", "agreement"),
    [
        # By hand: 1 - 0.75 is 25 %, 1 - 0.70 30 %, 1.4 - 1 40 %.
        (
            "hazard ratio 0.75 (95% CI 0.64 to 0.89)",
            "35% reduction",
            "hazard_ratio",
            "question",
        ),
        ("hazard ratio 0.75 (95% CI 0.64 to 0.89)", "25% reduction", "hazard_ratio", "holds"),
        ("hazard ratio 1.40", "30% higher", "hazard_ratio", "question"),
        ("hazard ratio 1.40", "40% reduction", "hazard_ratio", "question"),
        ("hazard ratio 1.40", "40% higher", "hazard_ratio", "holds"),
        ("odds ratio 0.70", "odds reduced by 20%", None, "contradicts"),
        ("odds ratio 0.70", "odds reduced by 30%", None, "holds"),
        ("risk ratio 0.70", "20% reduction", "risk_ratio", "contradicts"),
        # The words do not say of what; another measure; adjusted, and perhaps not.
        ("odds ratio 0.70", "20% reduction", None, "question"),
        ("odds ratio 0.70", "20% reduction", "risk_ratio", "not_checked"),
        ("adjusted odds ratio 0.70", "odds reduced by 20%", None, "not_checked"),
    ],
)
def test_a_reduction_and_the_ratio_beside_it(judged, ratio, change, about, agreement):
    both = {"outcome": "event", "compare": ["training", "control"]}
    claims = {
        "ratio": claim(ratio, **both),
        "change": claim(change, **both, **({"measure": about} if about else {})),
    }
    assert judged("change", "percent", claims)[0] == agreement


@pytest.mark.parametrize(
    ("printed", "first", "test", "agreement"),
    [
        # scipy's fisher_exact: 1 v 12 of 30 .0011, 9 v 12 of 30 .588
        ("P = n.s.", "1 of 30", "fisher", "contradicts"),
        ("P>0.05", "1 of 30", "fisher", "contradicts"),
        ("not significant", "1 of 30", "fisher", "contradicts"),
        ("P = n.s.", "9 of 30", "fisher", "holds"),
        ("n.s.", "9 of 30", None, "holds"),
        ("n.s.", "1 of 30", None, "question"),
    ],
)
def test_no_significance_is_a_p_above_the_level(judged, printed, first, test, agreement):
    claims = {
        "a": claim(first, outcome="event", group="training"),
        "b": claim("12 of 30", outcome="event", group="control"),
        "p": claim(
            printed,
            outcome="event",
            compare=["training", "control"],
            **({"test": test} if test else {}),
        ),
    }
    found, text = judged("p", "p", claims)
    assert found == agreement and ".." not in text
