"""What holds of a difference whose `design` is named: of the same patients, of several comparisons.

The oracle is scipy on made values: their true numbers raise nothing, whatever the correlation.
"""

import numpy as np
import pytest
from paper import claim, read
from scipy import stats

from trialtrace.audit.prints.paired.same_patients import least_and_greatest
from trialtrace.audit.prints.registry import findings_of
from trialtrace.audit.verdicts.audit import audit_ledger

BOTH = ["training", "control"]
# Of 30 patients: by paper.TWO.
MEANS = {
    "m1": claim("mean (SD) 20.1 (6.0)", outcome="age", group="training", patients="30"),
    "m0": claim("mean (SD) 23.4 (9.2)", outcome="age", group="control", patients="30"),
}
COUNTS = {
    "x1": claim("15 of 30", outcome="event", group="training"),
    "x0": claim("10 of 30", outcome="event", group="control"),
}


def verdicts(printed, design, beside=MEANS, outcome="age"):
    given = {"design": [design]} if design else {}
    one = claim(printed, outcome=outcome, compare=BOTH, **given)
    rows = audit_ledger(read({**beside, "one": one})).rows
    return {row["component"]: row["on_print"] for row in rows if row["claim_id"] == "one"}


@pytest.mark.parametrize(
    ("printed", "design", "component", "verdict"),
    [
        # |9.2 − 6.0|/√30 = 0.58 and 15.2/√30 = 2.78, by t of 29 degrees of freedom 2.045.
        ("mean difference -3.3 (95% CI -4.6 to -2.0)", "paired", "ci_low", "compatible"),
        ("mean difference -3.3 (95% CI -4.3 to -2.3)", "paired", "ci_low", "inconsistent"),
        ("mean difference -3.3 (95% CI -9.3 to 2.7)", "paired", "ci_low", "inconsistent"),
        ("mean difference -3.3 (95% CI -4.3 to -2.3)", "crossover", "ci_low", "compatible"),
        ("mean difference -3.3 (95% CI -12.3 to 5.7)", "crossover", "ci_low", "inconsistent"),
        ("mean difference -2.6 (95% CI -4.6 to -0.6)", "paired", "value", "inconsistent"),
        ("t(29) = 2.10, p = .045", "paired", "statistic", "compatible"),
        ("t(29) = 2.10, p = .045", "paired", "df1", "compatible"),
        ("t(29) = 1.05, p = .30", "paired", "statistic", "inconsistent"),
        ("t(58) = 2.10, p = .040", "paired", "df1", "inconsistent"),
        ("t(27) = 2.10, p = .045", "paired", "df1", "not_checkable"),
        ("t(28) = 2.10, p = .045", "crossover", "df1", "compatible"),
        ("P = 0.04", "paired", "p", "compatible"),
        # |t| is at least 3.2/2.79 = 1.15.
        ("P = 0.40", "paired", "p", "inconsistent"),
        ("P = 0.40", "adjusted", "p", "not_checkable"),
        # Student's reaches 4.0 to either side.
        ("mean difference -3.3 (95% CI -8.3 to 1.7)", "dunnett", "ci_low", "compatible"),
        ("mean difference -3.3 (95% CI -4.3 to -2.3)", "tukey", "ci_low", "inconsistent"),
        ("mean difference -2.6 (95% CI -7.6 to 2.4)", "bonferroni", "value", "inconsistent"),
        ("mean difference -2.6 (95% CI -7.6 to 2.4)", "adjusted", "value", "compatible"),
        # P and interval of one expression belong together by any design.
        ("mean difference -2.0 (95% CI -4.0 to 0.0), P=0.004", "imputed", "p", "inconsistent"),
        ("mean difference -2.0 (95% CI -4.0 to 0.0), P=0.05", "clustered", "p", "compatible"),
    ],
)
def test_what_holds_of_a_named_design(printed, design, component, verdict):
    assert verdicts(printed, design)[component] == verdict


@pytest.mark.parametrize(("p", "verdict"), [("0.70", "compatible"), ("0.71", "inconsistent")])
def test_p_of_four_pairs_is_of_three_degrees_of_freedom(p, verdict):
    """|t| is at least 3.2/(15.3/√4) = 0.418, of which P is 0.704 (scipy)."""
    about = {"outcome": "age", "patients": "4"}
    means = {
        "m1": claim("mean (SD) 20.1 (6.0)", group="training", **about),
        "m0": claim("mean (SD) 23.4 (9.2)", group="control", **about),
    }
    assert verdicts(f"P = {p}", "paired", means)["p"] == verdict


@pytest.mark.parametrize(
    ("design", "points", "verdict"),
    [
        ("paired", "16.7", "compatible"),
        ("paired", "12.7", "inconsistent"),
        ("hochberg", "12.7", "inconsistent"),
        ("adjusted", "12.7", "not_checkable"),
    ],
)
def test_a_difference_of_shares_of_the_same_patients_is_the_plain_one(design, points, verdict):
    found = verdicts(f"{points} percentage points", design, COUNTS, "event")
    assert found["percent"] == verdict


@pytest.mark.parametrize("design", [{}, {"design": ["paired"]}])
@pytest.mark.parametrize(
    ("printed", "component", "verdict"),
    [
        # 4.1 less 5.6, with a deviation from |2.0 - 1.9| to 3.9.
        ("mean (SD) -1.5 (1.8)", "value", "compatible"),
        ("mean (SD) -2.5 (1.8)", "value", "inconsistent"),
        ("mean (SD) -1.5 (5.8)", "sd", "not_checkable"),
    ],
)
def test_a_change_within_a_group_is_plain_though_its_design_is_paired(
    printed, component, verdict, design
):
    of = {"outcome": "age", "group": "training", "patients": "30"}
    given = {
        "start": claim("mean (SD) 5.6 (1.9)", visit="baseline", **of),
        "end": claim("mean (SD) 4.1 (2.0)", visit="week 12", **of),
        "one": claim(printed, visit="week 12", change=True, **of, **design),
    }
    found = {(r["claim_id"], r["component"]): r for r in audit_ledger(read(given)).rows}
    row = found["one", component]
    assert row["on_print"] == verdict and "Nothing was checked" not in row["print_finding"]


@pytest.mark.parametrize("correlation", [-1.0, -0.5, 0.0, 0.6, 0.95, 1.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_true_pairs_raise_nothing(correlation, seed):
    rng = np.random.default_rng([seed, 7])
    first, other = rng.normal(20, 6, 30), rng.normal(0, 1, 30)
    second = 23 + 1.4 * (correlation * (first - 20) + np.sqrt(1 - correlation**2) * 6 * other)
    test = stats.ttest_rel(first, second)
    low, high = test.confidence_interval(0.95)
    means = {
        name: claim(
            f"mean (SD) {values.mean():.1f} ({values.std(ddof=1):.1f})",
            outcome="age",
            group=group,
            patients="30",
        )
        for name, group, values in (("m1", "training", first), ("m0", "control", second))
    }
    gap = (first - second).mean()
    found = verdicts(f"mean difference {gap:.1f} (95% CI {low:.1f} to {high:.1f})", "paired", means)
    found |= verdicts(f"t(29) = {test.statistic:.2f}, p = {test.pvalue:.4f}", "paired", means)
    assert "inconsistent" not in found.values()
    spread = (first - second).std(ddof=1)
    least, most = least_and_greatest([(v.std(ddof=1),) * 2 for v in (first, second)])
    assert least - 1e-9 <= spread <= most + 1e-9


@pytest.mark.parametrize(
    ("printed", "design", "basis"),
    [
        ("Dunnett-adjusted P=0.03", ("dunnett",), "model"),
        ("adjusted p = 0.03", ("adjusted",), "model"),
        ("stratified log-rank P = 0.03", ("stratified",), "model"),
        ("log-rank P = 0.03", None, None),
        ("nominal P = 0.03", None, None),
        # An adjusted p beside an estimate says nothing of that.
        ("mean difference -2.0 (95% CI -4.0 to 0.0), adjusted P=0.05", None, None),
    ],
)
def test_an_expression_names_its_design(printed, design, basis):
    one = read({"one": claim(printed, outcome="age", compare=BOTH)}).entries["one"]
    assert (one.about.design, one.basis) == (design, basis)


@pytest.mark.parametrize(
    ("sizes", "own", "asked"),
    [(("30", "28"), None, True), (("30", "28"), "27", False), (("30", "30"), None, False)],
)
def test_groups_of_unlike_sizes_are_asked_how_many_were_measured_twice(sizes, own, asked):
    claims = {
        name: claim("mean (SD) 12.0 (4.0)", outcome="age", group=group, patients=n)
        for name, group, n in zip(("m1", "m0"), BOTH, sizes, strict=True)
    }
    given = {"patients": own} if own else {}
    one = claim("mean difference 0.0", outcome="age", compare=BOTH, design=["paired"], **given)
    found = [each.check for each in findings_of("same_patients", read({**claims, "one": one}))]
    assert ("paired.patients" in found) == asked
