"""t, F and χ² beside the numbers of their groups; means and deviations on their scale.

The true, the false and the borderline cases are scipy's, of samples or of summaries; the printed
numbers are rounded here, half up, by `decimal`.
"""

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import numpy as np
import pytest
from paper import THREE, TWO, claim
from scipy import stats

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.many_groups.group_statistics import welch_degrees
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.summaries.printed import read
from trialtrace.audit.verdicts.audit import verdicts
from trialtrace.cli import main

PAIR = {"outcome": "age", "compare": ["training", "control"]}
ARMS = {
    "a": claim("mean (SD) 62.1 (8.8)", outcome="age", group="training"),
    "b": claim("mean (SD) 56.1 (8.5)", outcome="age", group="control"),
}
ALL = {"outcome": "age", "compare": "all"}


def rounded(value, places=1):
    return str(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def test_the_t_of_two_groups_is_that_of_their_means(judged):
    t = stats.ttest_ind_from_stats(62.1, 8.8, 27, 56.1, 8.5, 29).statistic
    for printed, agreement in (
        (f"t(54) = {rounded(t, 2)}, p = 0.012", "compatible"),
        (f"t(54) = -{rounded(t, 2)}, p = 0.012", "compatible"),  # the other group first
        ("t(54) = 2.54, p = 0.014", "compatible"),  # of means that print so
        ("t(54) = 2.50, p = 0.016", "inconsistent"),
        ("t(54) = 1.20, p = 0.235", "inconsistent"),
    ):
        found, said = judged("t", "statistic", ARMS | {"t": claim(printed, **PAIR)})
        assert found == agreement, said


def test_the_least_t_is_that_of_the_nearest_means():
    """What the border above rests on: 62.05 − 56.15 with deviations of 8.85 and 8.55."""
    least = stats.ttest_ind_from_stats(62.05, 8.85, 27, 56.15, 8.55, 29).statistic
    assert 2.505 < least < 2.545


def welchs(mean1, sd1, n1, mean0, sd0, n0):
    """Scipy's t, and its degrees of freedom as Welch gives them."""
    t = stats.ttest_ind_from_stats(mean1, sd1, n1, mean0, sd0, n0, equal_var=False).statistic
    v1, v0 = sd1**2 / n1, sd0**2 / n0
    return t, (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))


UNEVEN = {
    "a": claim("mean (SD) 62.1 (12.8)", outcome="age", group="training", patients="10"),
    "b": claim("mean (SD) 56.1 (6.5)", outcome="age", group="control", patients="25"),
}


OWN = (62.1, 12.8, 10, 56.1, 6.5, 25)


def test_a_t_is_of_the_test_that_its_degrees_of_freedom_leave(judged):
    """Of one decimal Welch's alone, of all n - 2 Student's alone, of fewer whole ones either."""
    own = OWN
    pooled = stats.ttest_ind_from_stats(*own).statistic
    welch, degrees = welchs(*own)
    for t, printed, agreement, words in (
        (pooled, "33", "compatible", "Student's t from 1.81 to 1.89"),
        (welch, "33", "inconsistent", "Welch's t from 1.38 to 1.44 has 10.9 to 11.0"),
        (welch, rounded(degrees), "compatible", "Welch's t from 1.38"),
        (pooled, rounded(degrees), "inconsistent", "give Welch's t from"),
        (pooled, "33.0", "compatible", "Student's t from"),
        (welch, "11", "compatible", "Welch's t from"),
        (pooled, "31", "compatible", "Student's t from"),
        (-welch, "33", "inconsistent", "Welch's t from \N{MINUS SIGN}1.44 to "),
    ):
        printed = f"t({printed}) = {rounded(t, 2)}"
        found, said = judged("t", "statistic", UNEVEN | {"t": claim(printed, **PAIR)})
        assert (found, words in said) == (agreement, True), (printed, said)
    stated = claim(f"t(33) = {rounded(welch, 2)}", **PAIR, test="welch")
    assert judged("t", "statistic", UNEVEN | {"t": stated})[0] == "compatible"


@pytest.mark.parametrize(("sd", "agreement"), [("3.9", "compatible"), ("4.9", "inconsistent")])
def test_welchs_degrees_of_freedom_may_be_all(judged, sd, agreement):
    """Where s₁² / s₀² is near n₁ (n₁ - 1) / (n₀ (n₀ - 1)) they print as n₁ + n₀ - 2."""
    own = (62.1, float(sd), 10, 56.1, 10.0, 25)
    welch, degrees = welchs(*own)
    assert (rounded(degrees, 0) == "33") == (agreement == "compatible")
    printed = claim(f"t(33) = {rounded(welch, 2)}", **PAIR)
    about = {"outcome": "age", "patients": "10", "group": "training"}
    arms = {
        "a": claim(f"mean (SD) 62.1 ({sd})", **about),
        "b": claim("mean (SD) 56.1 (10.0)", **about | {"patients": "25", "group": "control"}),
    }
    assert judged("t", "statistic", arms | {"t": printed})[0] == agreement


@pytest.mark.parametrize("texts", [("12.8", "6.5"), ("3.9", "10.0"), ("0.4", "2"), ("0", "0.3")])
def test_welchs_degrees_of_freedom_over_all_that_prints_so(texts):
    spreads = [read(text, rounding="half_up") for text in texts]
    ranges = [np.linspace(*(max(float(end), 1e-6) for end in one.bounds), 60) for one in spreads]
    every = [welchs(1, s1, 10, 0, s0, 25)[1] for s1, s0 in product(*ranges)]
    found = welch_degrees((10, 25), spreads)
    assert found == pytest.approx((min(every), max(every)), abs=0.05)


def test_f_of_two_groups_is_not_welchs(judged):
    own = OWN
    pooled = stats.ttest_ind_from_stats(*own).statistic ** 2
    welch = welchs(*own)[0] ** 2
    for f, agreement, words in (
        (pooled, "compatible", "give F from"),
        (welch, "inconsistent", "Welch's t² from 1.91 to 2.08 has 10.9 to 11.0 degrees"),
        (9.9, "inconsistent", "printed is"),
    ):
        printed = claim(f"F(1, 33) = {rounded(f, 2)}", **PAIR)
        found, said = judged("f", "statistic", UNEVEN | {"f": printed})
        assert (found, words in said) == (agreement, True), said
        assert ("Welch" in said) == (f == welch)


@pytest.mark.parametrize(
    ("first", "second", "sd", "told"),
    [
        ("9.90", "8.10", "6.5", {"f": True, "g": True}),
        ("9.90", "3.41", "6.5", {"f": True, "g": False}),  # the second is that of its means
        ("9.90", "8.10", "6.6", {"f": False, "g": False}),  # other deviations
        ("9.90", "9.9", "6.5", {"f": False, "g": False}),  # one number
    ],
)
def test_rows_that_print_the_same_have_one_f(first, second, sd, told):
    """Two outcomes of the same means, deviations and sizes; 3.41 is Student's t², squared."""
    assert rounded(stats.ttest_ind_from_stats(*OWN).statistic ** 2, 2) == "3.41"
    claims = {}
    for outcome, f, spread in (("age", first, "6.5"), ("event", second, sd)):
        claims |= {
            f"{outcome}_a": UNEVEN["a"] | {"about": UNEVEN["a"]["about"] | {"outcome": outcome}},
            f"{outcome}_b": UNEVEN["b"]
            | {"printed": f"mean (SD) 56.1 ({spread})"}
            | {"about": UNEVEN["b"]["about"] | {"outcome": outcome}},
            "f" if outcome == "age" else "g": claim(
                f"F(1, 33) = {f}", **PAIR | {"outcome": outcome}
            ),
        }
    whole = of_two(claims)
    found = {one.claim: one for one in findings(whole) if one.check == "statistic.means"}
    for name, expected in told.items():
        assert ("has the same means, deviations and sizes" in found[name].sentence) == expected
        assert (found[name].agreement == "inconsistent") or not expected


@pytest.mark.parametrize(
    ("about", "printed"),
    [
        ({"basis": "model"}, "t(54) = 1.20, p = 0.235"),
        ({"test": "mann_whitney"}, "t(54) = 1.20, p = 0.235"),
        ({}, "t(51) = 1.20, p = 0.236"),  # of fewer patients
        ({}, "F(2, 54) = 1.20, p = 0.309"),  # of more than two groups
    ],
)
def test_another_statistic_contradicts_nothing(judged, about, printed):
    claims = ARMS | {"t": claim(printed, **PAIR, **about)}
    assert judged("t", "statistic", claims)[0] in ("not_checkable", "compatible")


@pytest.mark.parametrize(
    ("printed", "agreement"),
    [
        ("t(54) = 2.60, p = 0.012", "exact"),
        ("t(53.4) = 2.59, p = 0.012", "compatible"),  # Welch's
        ("t(50) = 2.60, p = 0.012", "compatible"),
        ("t(58) = 2.60, p = 0.012", "inconsistent"),
    ],
)
def test_degrees_of_freedom_are_at_most_those_of_the_patients(judged, printed, agreement):
    found, said = judged("t", "df1", ARMS | {"t": claim(printed, **PAIR)})
    assert found == agreement, said


def of_two(claims):
    outcomes = {name: {"label": name} for name in ("age", "event")}
    return ledger({"papers": {"main": "A"}, "groups": TWO, "outcomes": outcomes, "claims": claims})


def everyone(claims, groups=THREE):
    sizes = {name: group["randomised"] for name, group in groups.items()}
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": groups,
            "populations": {"everyone": {"label": "everyone", "everyone": True, "sizes": sizes}},
            "outcomes": {
                "age": {"label": "Age"},
                "event": {"label": "Event"},
                "liking": {"label": "Liking", "whole": True, "scale": {"from": "1", "to": "9"}},
                "ill": {"label": "Ill", "whole": True, "scale": {"from": "0", "to": "1"}},
                "mood": {"label": "Mood", "whole": True, "items": "3"},
            },
            "claims": claims,
        }
    )
    rows = verdicts(whole, list(findings(whole)))
    return {(row["claim_id"], row["component"]): row["on_print"] for row in rows}


def drawn(rng, apart):
    """Values of three arms by group, their means `apart` by chance, and what a paper prints."""
    samples = {
        name: rng.normal(rng.normal(50, apart), 9, int(group["randomised"]))
        for name, group in THREE.items()
    }
    claims = {
        name: claim(
            f"mean (SD) {rounded(x.mean())} ({rounded(x.std(ddof=1))})", outcome="age", group=name
        )
        for name, x in samples.items()
    }
    return samples, claims


def test_f_of_three_groups_by_scipy():
    """Of 60 drawn samples none is contradicted; each F half as large again is."""
    rng = np.random.default_rng(7)
    for _ in range(60):
        samples, claims = drawn(rng, 3)
        true = stats.f_oneway(*samples.values())
        for factor, agreement in ((1, {"compatible"}), (1.5, {"inconsistent"})):
            f = rounded(true.statistic * factor, 2)
            claims["f"] = claim(f"F(2, 155) = {f}, p = 0.5", **ALL)
            if factor > 1 and true.statistic < 2:
                continue
            assert everyone(claims)["f", "statistic"] in agreement


def test_all_patients_by_numpy():
    """The mean and deviation of all patients of 40 drawn trials, true and altered."""
    rng = np.random.default_rng(11)
    for _ in range(40):
        samples, claims = drawn(rng, 4)
        every = np.concatenate(list(samples.values()))
        for shift, stretch, agreement in (
            (0, 1, ("compatible", "compatible")),
            (1, 1, ("inconsistent", None)),
            (0, 1.1, ("compatible", "inconsistent")),
        ):
            mean, sd = rounded(every.mean() + shift), rounded(stretch * every.std(ddof=1))
            about = {"outcome": "age", "group": "all", "patients": "158"}
            claims["all"] = claim(f"mean (SD) {mean} ({sd})", **about)
            found = everyone(claims)
            assert found["all", "value"] == agreement[0]
            assert agreement[1] is None or found["all", "sd"] == agreement[1]


@pytest.mark.parametrize(
    ("patients", "printed", "agreement"),
    [("158", "mean 78.0", "inconsistent"), ("140", "mean 78.0", "not_checkable")],
)
def test_all_patients_who_are_not_those_of_the_groups(patients, printed, agreement):
    claims = {
        name: claim(f"mean {mean}", outcome="age", group=name)
        for name, mean in {"smt": "70.1", "wbv": "75.2", "tau": "72.4"}.items()
    }
    claims["all"] = claim(printed, outcome="age", group="all", patients=patients)
    assert everyone(claims)["all", "value"] == agreement


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("mean (SD) -3.2 (5.0)", "in keeping with a change of −3.2"),
        ("mean (SD) -5.1 (5.0)", "while −5.1 is printed"),
        ("mean (SD) -3.2 (17.1)", "whatever their correlation"),
        ("mean (SD) -3.2 (0.2)", "whatever their correlation"),
    ],
)
def test_a_change_is_final_less_baseline(judged, printed, said):
    own = {"outcome": "age", "group": "training"}
    claims = {
        "start": claim("mean (SD) 62.1 (8.8)", visit="baseline", **own),
        "end": claim("mean (SD) 58.9 (8.1)", visit="week 12", **own),
        "change": claim(printed, visit="week 12", change=True, **own),
    }
    part = "sd" if "correlation" in said else "value"
    found, text = judged("change", part, claims)
    assert said.replace("−", "-") in text.replace("−", "-")
    assert found == ("compatible" if "keeping" in said else "not_checkable")


@pytest.mark.parametrize(
    ("p", "found"),
    [("0.43", "inconsistent"), ("0.010", None), ("0.02", None), ("0.0000001", "inconsistent")],
)
def test_a_log_rank_test_lies_near_the_hazard_ratio(judged, p, found):
    """0.45 (0.24 to 0.84) is z = 2.5 and p = 0.012."""
    about = {"outcome": "event", "compare": ["training", "control"], "test": "log_rank"}
    printed = f"hazard ratio 0.45 (95% CI 0.24 to 0.84), P={p}"
    agreement, said = judged("h", "p", {"h": claim(printed, **about)})
    assert (agreement == "inconsistent") == (found is not None)
    assert ("log-rank test of the same patients" in said) == (found is not None)


def test_chi_squared_of_counts_by_scipy():
    table = np.array([[14, 16], [22, 8]])
    plain, corrected = (
        rounded(stats.chi2_contingency(table, correction=how).statistic, 2) for how in (False, True)
    )
    arms = {
        "a": claim("14/30", outcome="event", group="training"),
        "b": claim("22/30", outcome="event", group="control"),
    }
    compared = {"outcome": "event", "compare": ["training", "control"]}
    for printed, agreement in (
        (f"χ²(1) = {plain}, p = .03", "exact"),
        (f"χ²(1) = {corrected}, p = .07", "exact"),
        ("χ²(1) = 6.31, p = .012", "inconsistent"),
        ("χ²(2) = 6.31, p = .043", "not_checkable"),
    ):
        found = everyone(arms | {"x": claim(printed, **compared)}, TWO)
        assert found["x", "statistic"] == agreement


def means_of(values, n, items=1):
    """All means of n values that are means of `items` whole numbers, printed with two digits."""
    return {rounded(s / (n * items), 2) for s in range(min(values) * n, max(values) * n * items)}


@pytest.mark.parametrize(("outcome", "items"), [("liking", 1), ("mood", 3)])
def test_a_lone_mean_of_whole_numbers(outcome, items):
    possible = means_of(range(1, 10), 20, items)
    for mean in ("3.05", "3.08", "3.07", "3.02"):
        about = {"outcome": outcome, "group": "training", "patients": "20"}
        found = everyone({"m": claim(mean, **about)}, TWO)["m", "value"]
        assert found == ("compatible" if mean in possible else "inconsistent")


def test_a_model_may_have_any_mean():
    about = {"outcome": "liking", "group": "training", "patients": "20", "basis": "model"}
    assert everyone({"m": claim("3.08", **about)}, TWO)["m", "value"] == "not_checkable"


def test_a_deviation_is_possible_if_answers_on_the_scale_have_it():
    """Every set of four answers from 1 to 9, beside the audit of each mean and deviation nearby."""
    every = {
        (rounded(np.mean(x), 2), rounded(np.std(x, ddof=1), 2))
        for x in product(range(1, 10), repeat=4)
    }
    for mean in ("1.25", "5.00", "8.75"):
        for units in range(0, 500, 7):
            sd = f"{units / 100:.2f}"
            about = {"outcome": "liking", "group": "training", "patients": "4"}
            found = everyone({"m": claim(f"mean (SD) {mean} ({sd})", **about)}, TWO)
            inside = found["m", "sd"] != "inconsistent"
            assert inside == ((mean, sd) in every), (mean, sd)


@pytest.mark.parametrize(
    ("printed", "component", "agreement"),
    [
        ("mean (SD) 9.4 (1.2)", "value", "inconsistent"),
        ("mean (SD) 9.00 (0.00)", "value", "compatible"),
        ("mean (SD) 7.45 (4.99)", "sd", "inconsistent"),
    ],
)
def test_the_ends_of_a_scale(printed, component, agreement):
    about = {"outcome": "liking", "group": "training", "patients": "20"}
    assert everyone({"m": claim(printed, **about)}, TWO)["m", component] == agreement


@pytest.mark.parametrize(("sd", "agreement"), [("0.49", "compatible"), ("0.45", "inconsistent")])
def test_zeros_and_ones_have_one_deviation(sd, agreement):
    """14 of 40: √(14 · 26 / (40 · 39)) = 0.483; of 0.36, 0.37 and so on others."""
    true = rounded(np.std([1] * 14 + [0] * 26, ddof=1), 2)
    about = {"outcome": "ill", "group": "training", "patients": "40"}
    sd = true if agreement == "compatible" else sd
    found = everyone({"m": claim(f"mean (SD) 0.35 ({sd})", **about)}, TWO)
    assert found["m", "sd"] == agreement


def test_a_scale_upside_down_and_items_of_no_whole_numbers(tmp_path, capsys):
    path = tmp_path / "ledger.yaml"
    path.write_text(
        "papers: {main: A paper}\n"
        "groups: {a: {label: A}}\n"
        "outcomes:\n"
        '  liking: {label: L, scale: {from: "9", to: "1"}}\n'
        '  mood: {label: M, items: "3"}\n'
        "claims:\n"
        "  m: {from: main, place: t, label: x, "
        'printed: "3.08", about: {outcome: mood, group: a}}\n',
        encoding="utf-8",
    )
    assert main(["audit", str(path)]) == 1
    told = capsys.readouterr().err
    assert ".yaml:4:" in told and "from 9 to 1" in told and "the least value first" in told
    assert ".yaml:5:" in told and "not declared whole" in told
