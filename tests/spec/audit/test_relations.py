"""Relations between printed numbers: of each a true, a false and a borderline case.

What is true comes from scipy and numpy, or from all cases of few patients; the printed numbers are
rounded here, half up.
"""

from itertools import permutations, product
from math import exp, log, sqrt

import numpy as np
import pytest
from paper import TWO, claim, read
from scipy import stats

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.factorial.effects import effects
from trialtrace.audit.prints.many_groups.baseline import Row, place, stouffer
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.prints.times.curves import least_and_greatest
from trialtrace.audit.prints.two_groups.medians import greatest_p, likely_z
from trialtrace.audit.verdicts.audit import verdicts

PAIR = {"outcome": "event", "compare": ["training", "control"]}
FOUR = {name: {"label": name, "randomised": "20"} for name in ("a", "b", "c", "d")}
OUTCOMES = {
    "event": {"label": "Event", "visits": ["1 year", "2 years", "3 years"]},
    "score": {"label": "Score"},
}


def audited(claims, groups=TWO, outcomes=OUTCOMES):
    """By (claim, component): the verdict on print, and its words."""
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "populations": {
                "everyone": {
                    "label": "everyone",
                    "everyone": True,
                    "sizes": {name: one["randomised"] for name, one in groups.items()},
                }
            },
            "outcomes": outcomes,
            "claims": claims,
        }
    )
    found = list(findings(whole))
    rows = verdicts(whole, found)
    return {(row["claim_id"], row["component"]): row for row in rows}, found


def verdict(claims, name, component, check, groups=TWO, outcomes=OUTCOMES):
    """The verdicts of one check on a component."""
    _, found = audited(claims, groups, outcomes)
    return [
        one.agreement
        for one in found
        if one.check == check and one.claim == name and component in (one.component, *one.covers)
    ]


def event(printed, group, **more):
    return claim(printed, outcome="event", group=group, **more)


# Log odds ratio 1.30: a ratio of 3.65 to 3.69.
@pytest.mark.parametrize(
    ("ratio", "agreement"),
    [
        ("3.67", "compatible"),
        ("3.69", "compatible"),
        ("3.70", "inconsistent"),
        ("0.27", "inconsistent"),
    ],
)
def test_a_coefficient_is_the_log_of_its_ratio(ratio, agreement):
    claims = {
        "log": claim("log odds ratio 1.30 (SE 0.24)", **PAIR, basis="model"),
        "ratio": claim(f"odds ratio {ratio}", **PAIR, basis="model"),
    }
    assert verdict(claims, "log", "value", "coefficient.ratio") == [agreement]


@pytest.mark.parametrize(
    ("se", "agreement"),
    [
        ("0.35", "compatible"),
        ("0.30", "not_checkable"),  # of a profile, or robust
        ("0.2368", "inconsistent"),  # the model's beside a robust interval
    ],
)
def test_the_error_of_a_coefficient_is_that_of_the_interval(se, agreement):
    low, high = (exp(1.2992 + sign * 1.959964 * 0.351) for sign in (-1, 1))
    claims = {
        "log": claim(f"log odds ratio 1.2992 (SE {se})", **PAIR, basis="model"),
        "ratio": claim(f"odds ratio 3.666 (95% CI {low:.2f} to {high:.2f})", **PAIR, basis="model"),
    }
    assert verdict(claims, "log", "se", "coefficient.error") == [agreement]


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("log odds ratio 1.2992 (SE 0.2368), z = 5.486, p < 0.001", "compatible"),
        ("log odds ratio 1.2992 (SE 0.2368), z = 5.488, p < 0.001", "compatible"),
        ("log odds ratio 1.2992 (SE 0.2368), z = 5.49, p < 0.001", "compatible"),
        ("log odds ratio 1.2992 (SE 0.2368), z = 5.51, p < 0.001", "inconsistent"),
        ("log odds ratio 1.2992 (SE 0.2368), χ²(1) = 30.10, p < 0.001", "compatible"),
        ("log odds ratio 1.2992 (SE 0.2368), χ²(1) = 5.49, p = 0.019", "inconsistent"),
        ("mean difference 2.0 (95% CI 0.4 to 3.6), t(98) = 2.48, p = 0.015", "compatible"),
        ("mean difference 2.0 (95% CI 0.4 to 3.6), t(98) = 2.32, p = 0.022", "compatible"),
        ("mean difference 2.0 (95% CI 0.4 to 3.6), t(98) = 2.30, p = 0.024", "inconsistent"),
        ("mean difference 2.0 (95% CI 0.4 to 3.6), t(98) = 4.80, p < 0.001", "inconsistent"),
        ("hazard ratio 0.62 (95% CI 0.41 to 0.94), z = -2.26, p = 0.024", "compatible"),
        ("hazard ratio 0.62 (95% CI 0.41 to 0.94), z = -2.60, p = 0.009", "not_checkable"),
        ("hazard ratio 0.62 (95% CI 0.41 to 0.94), z = -4.60, p < 0.001", "inconsistent"),
    ],
)
def test_a_statistic_is_that_of_its_estimate(printed, agreement):
    claims = {"one": claim(printed, **PAIR, basis="model")}
    assert verdict(claims, "one", "statistic", "estimate.statistic") == [agreement]


@pytest.mark.parametrize(
    ("difference", "needed", "value", "interval"),
    [
        ("8.0% (95% CI 2.0 to 14.0)", "13 (95% CI 7 to 50)", "compatible", "compatible"),
        ("8.0% (95% CI 2.0 to 14.0)", "11 (95% CI 7 to 50)", "inconsistent", None),
        ("8.0% (95% CI 2.0 to 14.0)", "13 (95% CI 8 to 50)", "compatible", "compatible"),  # up
        ("8.0% (95% CI 2.0 to 14.0)", "13 (95% CI 7 to 40)", "compatible", "inconsistent"),
        ("8.0% (95% CI -2.0 to 18.0)", "13 (95% CI 6 to 50)", "compatible", None),
    ],
)
def test_a_number_needed_is_one_over_the_difference(difference, needed, value, interval):
    claims = {
        "d": claim(f"absolute risk reduction {difference}", **PAIR, basis="model"),
        "n": claim(f"number needed to treat {needed}", **PAIR, basis="model"),
    }
    assert verdict(claims, "n", "value", "needed.difference") == [value]
    assert verdict(claims, "n", "ci_low", "needed.interval") == ([interval] if interval else [])


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("45 events in 1,234 person-years (3.6 per 100 person-years)", "compatible"),
        ("45/1,234 patient-years (36.5 per 1000 patient-years)", "compatible"),
        ("45 in 1,234 person-years (3.7 per 100 person-years)", "inconsistent"),
        ("45 in 14,808 person-months (3.6 per 100 person-years)", "compatible"),
        ("1 in 18 person-years (5.7 per 100 person-years)", "compatible"),  # 17.5 to 18.5 years
        ("1 in 18 person-years (5.8 per 100 person-years)", "inconsistent"),
    ],
)
def test_a_rate_is_events_over_time(printed, agreement):
    claims = {"one": event(printed, "training")}
    assert verdict(claims, "one", "value", "rate.time") == [agreement]


@pytest.mark.parametrize(
    ("ratio", "agreement"),
    [
        ("0.60", "compatible"),
        ("0.70", "not_checkable"),
        ("0.90", "inconsistent"),
        ("1.67", "inconsistent"),
    ],
)
def test_a_ratio_of_rates_is_near_that_of_the_groups(ratio, agreement):
    claims = {
        "a": event("3.0 per 100 person-years", "training"),
        "b": event("50 in 1000 person-years (5.0 per 100 person-years)", "control"),
        "r": claim(f"rate ratio {ratio}", **PAIR),
    }
    assert verdict(claims, "r", "value", "rate.ratio") == [agreement]


@pytest.mark.parametrize(
    ("events", "agreement"),
    [
        ("415", "compatible"),
        ("200", "compatible"),
        ("170", "not_checkable"),
        ("90", "inconsistent"),
    ],
)
def test_the_interval_of_a_rate_ratio_needs_events(events, agreement):
    """0.59 to 0.83 is an error of at most 0.090; 200 and 400 events have 0.087, 170 0.092."""
    claims = {
        "a": event(f"{events} events", "training"),
        "b": event("400 events", "control"),
        "r": claim("rate ratio 0.70 (95% CI 0.59 to 0.83)", **PAIR),
    }
    assert verdict(claims, "r", "ci_low", "rate.interval") == [agreement]


def shares(n, d, at_risk):
    """Every Kaplan-Meier share of n patients, by every order of events and censorings."""
    marks = [1] * d + [0] * (n - d - at_risk)
    for order in set(permutations(marks)):
        left, share = n, 1.0
        for mark in order:
            share *= 1 - mark / left
            left -= 1
        yield share


def test_the_bounds_of_a_curve_are_those_of_every_order():
    for n, d, r in product(range(1, 8), range(7), range(7)):
        if d + r > n:
            continue
        every = list(shares(n, d, r))
        assert least_and_greatest(n, r, d, d) == pytest.approx((min(every), max(every)))


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("80%", "compatible"),
        ("69%", "compatible"),
        ("66%", "inconsistent"),
        ("20%", "inconsistent"),
    ],
)
def test_a_share_of_the_living_lies_between_its_bounds(printed, agreement):
    """20 at risk of 30, 9 events: at least 20 of 29 live, with one patient of slack 19 of 28."""
    claims = {
        "risk": event("20", "training", size="at_risk", visit="2 years"),
        "events": event("9", "training"),
        "share": event(printed, "training", basis="curve", curve="living", visit="2 years"),
    }
    assert verdict(claims, "share", "percent", "curve.share") == [agreement]


def test_a_curve_and_the_numbers_at_risk_only_fall():
    def claims(*printed, **more):
        return {
            f"c{k}": event(one, "training", visit=visit, **more)
            for k, (one, visit) in enumerate(
                zip(printed, ("1 year", "2 years", "3 years"), strict=False)
            )
        }

    curve = {"basis": "curve"}
    for made, wrong in (
        (claims("80%", "70%", "61%", **curve), False),
        (claims("80%", "80%", "61%", **curve), False),
        (claims("80%", "85%", **curve), False),  # may be of events
        (claims("80%", "85%", **curve, curve="living"), True),
        (claims("80%", "85%", "61%", **curve), True),
        (claims("20", "15", "8", size="at_risk"), False),
        (claims("20", "25", "8", size="at_risk"), True),
    ):
        _, found = audited(made)
        assert any(one.check == "curve.order" for one in found) == wrong, made


@pytest.mark.parametrize(
    ("p", "test", "agreement"),
    [
        ("P = .85", "mann_whitney", "inconsistent"),
        ("P = .85", None, "not_checkable"),
        ("P = .60", "mann_whitney", "not_checkable"),
        ("P < .001", "mann_whitney", None),
        ("P = .60", "t", None),
    ],
)
def test_medians_far_apart_have_a_small_p(p, test, agreement):
    claims = {
        "a": claim("median (IQR) 10 (8-12)", outcome="score", group="training"),
        "b": claim("median (IQR) 30 (28-32)", outcome="score", group="control"),
        "p": claim(p, outcome="score", compare=["training", "control"], test=test)
        if test
        else claim(p, outcome="score", compare=["training", "control"]),
    }
    assert verdict(claims, "p", "p", "median.p") == ([agreement] if agreement else [])


def test_no_drawn_groups_have_a_greater_p_than_their_quartiles_allow():
    rng = np.random.default_rng(3)
    tight = 0
    for _ in range(400):
        n1, n0 = rng.integers(8, 60, size=2)
        x = np.round(rng.normal(0, 1, n1), 1)
        y = np.round(rng.normal(rng.choice([0, 1, 2, 3]), 1, n0), 1)
        method = rng.choice(["linear", "weibull", "hazen", "median_unbiased"])
        made = []
        for values in (x, y):
            ends = np.quantile(values, [0.25, 0.5, 0.75], method=method)
            made.append(
                list(
                    zip(
                        [-np.inf, *(ends - 0.005)],
                        [*(ends + 0.005), np.inf],
                        strict=True,
                    )
                )
            )
        most = greatest_p(*made, int(n1), int(n0))
        p = stats.mannwhitneyu(x, y, use_continuity=True, method="asymptotic").pvalue
        assert p <= most + 1e-12
        tight += most < 0.5
    assert tight > 20


def test_quartiles_about_one_median_that_are_even_let_no_test_tell():
    """P(X < Y) is 1/2 where both lie evenly about the same value, however far apart they lie."""
    made = read(
        {
            name: claim(printed, outcome="age", group=name)
            for name, printed in (
                ("training", "median 20 (IQR 18 to 22)"),
                ("control", "median 20 (IQR 11 to 29)"),
            )
        }
    )
    assert likely_z(list(made.entries.values()), (30, 30)) == pytest.approx(0, abs=1e-12)


def test_percentages_of_categories_are_not_more_than_100_together():
    for printed, agreement in (
        (("40%", "35%", "25%"), "compatible"),
        (("33.3%", "33.3%", "33.3%"), "compatible"),
        (("34%", "34%", "33%"), "compatible"),  # of 33.5, 33.5, 32.5
        (("40%", "35%", "35%"), "inconsistent"),
        (("40%", "35%", "15%"), "not_checkable"),
        (("60%", "55%"), "inconsistent"),
    ):
        claims = {
            f"c{k}": event(one, "training", category=name, population="everyone")
            for k, (one, name) in enumerate(zip(printed, "xyz", strict=False))
        }
        assert verdict(claims, "c0", "percent", "total.percentages") == [agreement], printed


def test_percentages_of_the_row_are_told_as_such():
    claims = {"a": event("12 (60%)", "training"), "b": event("8 (40%)", "control")}
    _, found = audited(claims)
    said = [one for one in found if one.check == "share.percent"]
    assert {one.agreement for one in said} == {"alternative"}
    assert "of the 20 of all groups" in said[0].sentence
    claims = {"a": event("12 (60%)", "training"), "b": event("8 (41%)", "control")}
    assert verdict(claims, "a", "percent", "share.percent") == ["inconsistent"]


@pytest.mark.parametrize(
    ("interval", "events", "agreement"),
    [
        ("0.41 to 0.94", "100", "compatible"),
        ("0.41 to 0.94", "86", "compatible"),
        ("0.41 to 0.94", "85", "inconsistent"),
        ("0.55 to 0.70", "80", "inconsistent"),
    ],
)
def test_an_interval_of_a_hazard_ratio_needs_events_in_all(interval, events, agreement):
    claims = {
        "h": claim(f"hazard ratio 0.62 (95% CI {interval})", **PAIR),
        "d": event(events, "all", patients="200"),
    }
    assert verdict(claims, "h", "ci_low", "hazard.interval") == [agreement]


def test_no_drawn_factorial_trial_is_contradicted():
    """Against the general linear test of scipy's least squares, of equal and of unequal cells."""
    rng = np.random.default_rng(5)
    for k in range(40):
        n = np.full(4, 12) if k % 2 else rng.integers(6, 20, size=4)
        samples = [rng.normal(rng.normal(0, 1), 1, m) for m in n]
        a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
        y = np.concatenate(samples)
        fa, fb = (np.repeat(one, n) for one in (a, b))
        means = [(x.mean(), x.mean()) for x in samples]
        spreads = [(x.std(ddof=1), x.std(ddof=1)) for x in samples]
        spans = [low for low, _ in effects(means, spreads, n.tolist())]
        full = _residual(y, [fa, fb, fa * fb])
        error = full / (len(y) - 4)
        sums = {
            "interaction": _residual(y, [fa, fb]) - full,
            "a, type II": _residual(y, [fb]) - _residual(y, [fa, fb]),
            "b, type I": _residual(y, []) - _residual(y, [fb]),
            "a, type III": _residual(y, [2 * fb - 1, (2 * fa - 1) * (2 * fb - 1)]) - full,
        }
        for name, value in sums.items():
            assert min(abs(span - value / error) for span in spans) < 1e-6 * (1 + value), name


def _residual(y, columns):
    x = np.column_stack([np.ones(len(y)), *columns])
    fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(((y - fitted) ** 2).sum())


@pytest.mark.parametrize(
    ("f", "agreement"),
    [
        ("F(1, 76) = 10.00", "compatible"),
        ("F(1, 76) = 2.40", "inconsistent"),
        ("F(1, 74) = 2.40", "not_checkable"),
    ],
)
def test_f_of_a_two_by_two_design_is_that_of_its_means(f, agreement):
    """Means 1, 1, 2, 2 with deviations of 1.4142 of 20 each: F = 80 × 0.25 / 2 = 10 and 0."""
    means = {"a": "1.00", "b": "1.00", "c": "2.00", "d": "2.00"}
    claims = {
        name: claim(f"mean (SD) {mean} (1.41)", outcome="score", group=name)
        for name, mean in means.items()
    }
    claims["f"] = claim(f, outcome="score", compare="all", test="anova")
    assert verdict(claims, "f", "statistic", "statistic.factorial", FOUR) == [agreement]


def drawn_cells(rng, n):
    """Values of four cells, and the claims of their means and deviations as a paper prints them."""
    samples = [rng.normal(rng.normal(0, 1), 1, m) + 10 for m in n]
    claims = {
        name: claim(
            f"mean (SD) {x.mean():.3f} ({x.std(ddof=1):.3f})",
            outcome="score",
            group=name,
            patients=str(len(x)),
        )
        for name, x in zip("abcd", samples, strict=True)
    }
    return samples, claims


def f_by_type(samples, kind, pairing):
    """F of both factors and their interaction, by the general linear test of least squares."""
    one, two = pairing
    y, n = np.concatenate(samples), [len(x) for x in samples]
    a, b = (np.repeat(np.array(side), n) for side in (one, two))
    full = _residual(y, [a, b, a * b])
    error = full / (len(y) - 4)
    both = _residual(y, [a, b])
    sums = {
        "I": (_residual(y, []) - _residual(y, [a]), _residual(y, [a]) - both),
        "II": (_residual(y, [b]) - both, _residual(y, [a]) - both),
        "III": (_residual(y, [b, a * b]) - full, _residual(y, [a, a * b]) - full),
    }[kind]
    return [s / error for s in (*sums, both - full)]


def f_claims(values, degrees, labels=("sex", "company", "interaction")):
    """The claims of the F of one outcome, the groups in the order of their names."""
    return {
        f"f{k}": claim(f"F(1, {degrees}) = {value:.2f}", outcome="score", compare="all")
        | {"label": label}
        for k, (value, label) in enumerate(zip(values, labels, strict=True))
    }


def factorial_verdicts(claims):
    found = audited(claims, FOUR)[1]
    return {
        one.claim: (one.agreement, one.sentence)
        for one in found
        if one.check == "statistic.factorial"
    }


PAIRINGS = (
    ((1, 1, -1, -1), (1, -1, 1, -1)),
    ((1, -1, 1, -1), (1, -1, -1, 1)),
    ((1, -1, -1, 1), (1, 1, -1, -1)),
)


@pytest.mark.parametrize("kind", ["I", "II", "III"])
@pytest.mark.parametrize("pairing", PAIRINGS)
def test_all_f_of_one_drawn_analysis_are_explained_together(kind, pairing):
    rng = np.random.default_rng(17)
    for _ in range(8):
        n = rng.integers(6, 40, size=4)
        samples, claims = drawn_cells(rng, n)
        claims |= f_claims(f_by_type(samples, kind, pairing), n.sum() - 4)
        found = factorial_verdicts(claims)
        assert {agreement for agreement, _ in found.values()} == {"compatible"}, found


def test_f_of_another_type_or_pairing_than_its_neighbours_is_wrong():
    """A true interaction under a main effect's name, and types mixed in one row."""
    samples, claims = drawn_cells(np.random.default_rng(3), [40, 20, 35, 10])
    third, second = (f_by_type(samples, kind, PAIRINGS[0]) for kind in ("III", "II"))
    true = factorial_verdicts(claims | f_claims(third, 101))
    assert {agreement for agreement, _ in true.values()} == {"compatible"}
    mixed = factorial_verdicts(claims | f_claims([third[0], second[1], third[2]], 101))
    assert "inconsistent" in {agreement for agreement, _ in mixed.values()}
    assert any("not together with" in said for _, said in mixed.values())
    named = factorial_verdicts(claims | f_claims([third[0], third[1], second[0]], 101))
    agreement, said = named["f2"]
    assert agreement == "inconsistent"
    assert "It could be a main effect by type I or type II, not the interaction." in said
    unnamed = factorial_verdicts(
        claims | f_claims([third[0], third[1], second[0]], 101, ("sex", "company", "both"))
    )
    assert "not the interaction" not in unnamed["f2"][1]


@pytest.mark.parametrize(
    ("label", "agreement"),
    [("sex", "compatible"), ("Sex × company", "inconsistent"), ("interaction", "inconsistent")],
)
def test_what_is_called_an_interaction_is_no_main_effect(label, agreement):
    """A main effect by type II, which no pairing has as its interaction."""
    samples, claims = drawn_cells(np.random.default_rng(3), [40, 20, 35, 10])
    f = f_claims(f_by_type(samples, "II", PAIRINGS[0])[:1], 101, (label,))["f0"]
    f = f | {"about": f["about"] | {"test": "anova"}}
    assert factorial_verdicts(claims | {"f": f})["f"][0] == agreement


def test_levels_of_factors_tell_which_contrast_is_the_interaction():
    samples, claims = drawn_cells(np.random.default_rng(3), [40, 20, 35, 10])
    groups = FOUR | {
        "ab": {"label": "men", "randomised": "40", "of": ["a", "b"]},
        "ac": {"label": "mixed", "randomised": "40", "of": ["a", "c"]},
    }
    for pairing in PAIRINGS:
        own = claims | {
            name: one | {"about": one["about"] | {"compare": ["a", "b", "c", "d"]}}
            for name, one in f_claims(f_by_type(samples, "II", pairing), 101).items()
        }
        found = [one for one in audited(own, groups)[1] if one.check == "statistic.factorial"]
        true = pairing == PAIRINGS[0]
        assert len(found) == 3 and true == all(one.agreement == "compatible" for one in found)
        if true:
            assert "“men” against the others by type II" in found[0].sentence
            assert "for the interaction by" in found[2].sentence


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("Cohen's d 0.69", "compatible"),
        ("Hedges' g 0.68", "compatible"),
        ("standardised mean difference -0.69", "compatible"),
        ("Cohen's d 0.50", "inconsistent"),
        ("Cohen's d 0.94", "inconsistent"),
    ],
)
def test_a_standardised_difference_is_that_of_the_means(printed, agreement):
    claims = {
        "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training"),
        "b": claim("mean (SD) 56.1 (8.5)", outcome="score", group="control"),
        "d": claim(printed, outcome="score", compare=["training", "control"]),
    }
    assert verdict(claims, "d", "value", "standardised.means") == [agreement]


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("t(58) = 2.69, p = 0.009, d = 0.69", "compatible"),
        ("t(58) = 2.69, p = 0.009, d = 0.71", "compatible"),  # 2 t / √df
        ("t(58) = 2.69, p = 0.009, d = 0.95", "inconsistent"),
    ],
)
def test_a_standardised_difference_is_that_of_t(printed, agreement):
    claims = {"t": claim(printed, outcome="score", compare=["training", "control"])}
    assert verdict(claims, "t", "effect", "standardised.t") == [agreement]


@pytest.mark.parametrize(
    ("interval", "agreement"),
    [
        ("-1.2 to 1.9", "compatible"),
        ("-1.2 to 2.0", "not_checkable"),
        ("-1.2 to 2.6", "inconsistent"),
    ],
)
def test_non_inferiority_needs_an_interval_without_the_margin(interval, agreement):
    claims = {
        "words": claim("X was noninferior to Y", **PAIR, concludes="non_inferiority"),
        "d": claim(
            f"0.4 percentage points (95% CI {interval})",
            **PAIR,
            margin="2.0",
            measure="risk_difference",
        ),
    }
    assert verdict(claims, "words", "words", "statement.non_inferiority") == [agreement]


def table(rng, rows, apart=1.0):
    """Rows of a baseline table of two groups of 100, means with one decimal."""
    made = []
    for _ in range(rows):
        sd = float(rng.choice([1.0, 5.0, 12.0]))
        means = np.round(rng.normal(50, apart * sd / 10, 2), 1)
        made.append(Row((), (100, 100), tuple(means), sd, 0.1))
    return made


def test_true_baseline_tables_have_a_z_of_deviation_one():
    rng, draws = np.random.default_rng(11), np.random.default_rng(1)
    found = [stouffer([place(row, draws) for row in table(rng, 12)]) for _ in range(120)]
    assert abs(np.mean(found)) < 0.3
    assert 0.8 < np.std(found) < 1.2


def test_a_table_of_groups_too_alike_is_a_remark():
    rng = np.random.default_rng(2)
    outcomes = {f"x{k}": {"label": f"X{k}", "baseline": True} for k in range(12)}
    for apart, said in ((0.05, "more alike"), (1.0, "as random groups do"), (4.0, "more unlike")):
        claims = {}
        for name in outcomes:
            middle = rng.normal(50, 1)
            for group in TWO:
                mean = rng.normal(middle, apart * 10 / sqrt(30))
                claims[f"{name}_{group}"] = claim(
                    f"mean (SD) {mean:.2f} (10.00)", outcome=name, group=group
                )
        _, found = audited(claims, outcomes=outcomes)
        (one,) = [one for one in found if one.check == "baseline.chance"]
        assert said in one.sentence
        assert (one.agreement, one.remark) == ("compatible", True)
    fewer = {name: one for name, one in claims.items() if not name.startswith("x1")}
    _, found = audited(fewer, outcomes=outcomes)
    assert not [one for one in found if one.check == "baseline.chance"]


def test_equal_rows_are_a_remark():
    outcomes = {name: {"label": name} for name in ("age", "weight")}
    claims = {
        f"{name}_{group}": claim(f"mean (SD) {mean} (8.81)", outcome=name, group=group)
        for name in outcomes
        for group, mean in (("training", "62.13"), ("control", "56.14"))
    }
    _, found = audited(claims, outcomes=outcomes)
    (one,) = [one for one in found if one.check == "baseline.rows"]
    assert "age and weight" in one.sentence
    # What a sentence tells of a row is that row again.
    told_again = {
        name: one | {"place": "results, paragraph 2, sentence 1"} if "weight" in name else one
        for name, one in claims.items()
    }
    _, found = audited(told_again, outcomes=outcomes)
    assert not [one for one in found if one.check == "baseline.rows"]
    claims["age_control"] = claim("mean (SD) 56.15 (8.81)", outcome="age", group="control")
    _, found = audited(claims, outcomes=outcomes)
    assert not [one for one in found if one.check == "baseline.rows"]


def test_a_claim_without_population_is_of_the_first():
    claims = {
        "a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training"),
        "b": claim("mean (SD) 56.1 (8.5)", outcome="score", group="control"),
        "t": claim(
            "t(58) = 1.20, p = 0.235",
            outcome="score",
            compare=["training", "control"],
            population="everyone",
        ),
    }
    assert verdict(claims, "t", "statistic", "statistic.means") == ["inconsistent"]
    claims["t"]["about"]["visit"] = "week 4"
    rows, _ = audited(claims)
    assert "of another visit" in rows["t", "statistic"]["print_finding"]


def test_patients_are_asked_for_where_none_are_known():
    groups = {name: {"label": name} for name in ("training", "control")}
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "outcomes": OUTCOMES,
            "claims": {"a": claim("mean (SD) 62.1 (8.8)", outcome="score", group="training")},
        }
    )
    rows = verdicts(whole, list(findings(whole)))
    assert any("How many patients" in row["print_finding"] for row in rows)


@pytest.mark.parametrize(("first", "second", "told"), [("12", "9", True), ("9", "12", False)])
def test_the_longer_median_with_the_higher_hazard_is_told(first, second, told):
    claims = {
        "a": event(f"median {first} months", "training"),
        "b": event(f"median {second} months", "control"),
        "h": claim("hazard ratio 1.40 (95% CI 1.10 to 1.78)", **PAIR),
    }
    _, found = audited(claims)
    assert any(one.check == "hazard.medians" and one.remark for one in found) == told


def test_a_difference_of_medians_need_not_be_that_of_the_medians():
    claims = {
        "a": claim("median (IQR) 10 (8-12)", outcome="score", group="training"),
        "b": claim("median (IQR) 30 (28-32)", outcome="score", group="control"),
        "d": claim("median difference -20", outcome="score", compare=["training", "control"]),
    }
    assert verdict(claims, "d", "value", "median.difference") == ["compatible"]
    claims["d"]["printed"] = "median difference -18"
    assert verdict(claims, "d", "value", "median.difference") == ["not_checkable"]


def test_the_log_of_a_geometric_mean_ratio_is_in_the_middle():
    middle = sqrt(0.70 * 0.95)
    assert abs(log(middle)) > 0
    claims = {
        "g": claim(f"geometric mean ratio {middle:.2f} (95% CI 0.70 to 0.95), p = 0.009", **PAIR)
    }
    rows, _ = audited(claims)
    assert rows["g", "p"]["on_print"] == "compatible"
    claims["g"]["printed"] = f"geometric mean ratio {middle:.2f} (95% CI 0.70 to 0.95), p = 0.09"
    rows, _ = audited(claims)
    assert rows["g", "p"]["on_print"] == "inconsistent"
