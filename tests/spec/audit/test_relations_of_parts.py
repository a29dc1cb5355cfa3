"""Parts and wholes, and bounds of one group's numbers: what must be told, and what must not.

Each bound has its oracle here: an enumeration, or the same interval by scipy.
"""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from paper import TWO, claim
from scipy import stats

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings

BOTH = ["training", "control"]
POPULATIONS = {
    "itt": {"label": "Intention to treat", "everyone": True},
    "pp": {"label": "Per protocol", "sizes": {"training": "25", "control": "26"}},
    "safety": {"label": "Safety", "sizes": {"training": "31", "control": "29"}},
}
MEN = {"stratum": "men", "split": "sex"}
WOMEN = {"stratum": "women", "split": "sex"}
ARM = {"outcome": "event", "group": "training"}
AGE = {"outcome": "age", "group": "training"}
RATE = {"outcome": "harm", "group": "training"}


def told(check, *claims, populations=None, whole=False, event=None):
    """What a check says of claims given as (printed, about), each finding once."""
    document = {
        "papers": {"main": "A paper"},
        "groups": TWO,
        "populations": populations or {},
        "outcomes": {
            "event": {"label": "Event", **(event or {})},
            "age": {"label": "Age", "whole": whole},
            "harm": {"label": "Harm"},
        },
        "claims": {f"c{k}": claim(printed, **about) for k, (printed, about) in enumerate(claims)},
    }
    found = [one for one in findings(ledger(document)) if one.check == check]
    return sorted({(one.agreement, one.remark) for one in found})


RIGHT, WRONG = ("exact", False), ("inconsistent", False)
FITS, REMARK = ("compatible", False), ("not_checkable", True)


@pytest.mark.parametrize(
    ("men", "women", "of_all", "expected"),
    [
        ("6 (40%)", "5 (33%)", "11 (37%)", [RIGHT]),
        ("6 (40%)", "5 (33%)", "12 (40%)", [WRONG]),
        ("6 (40%)", "5 (33%)", "10 (33%)", [WRONG]),
        # Bare whole numbers may be medians.
        ("6", "5", "12", []),
    ],
)
def test_counts_of_both_strata_are_those_of_all(men, women, of_all, expected):
    claims = [(men, ARM | MEN), (women, ARM | WOMEN), (of_all, ARM)]
    assert told("split.sum", *claims) == expected


def test_three_strata_with_fewer_than_all_may_not_be_every_one():
    parts = [
        (f"{x} ({3 * x}%)", ARM | {"stratum": f"site {x}", "split": "site"}) for x in (2, 3, 4)
    ]
    assert told("split.sum", *parts, ("10 (33%)", ARM)) == []
    assert told("split.sum", *parts, ("8 (27%)", ARM)) == [WRONG]


@pytest.mark.parametrize(
    ("first", "second", "every", "expected"),
    [
        ("6 (20%)", "9 (30%)", "15 (25%)", [RIGHT]),
        ("6 (20%)", "9 (30%)", "16 (27%)", [WRONG]),
        ("6", "9", "16", []),
    ],
)
def test_counts_of_the_groups_are_those_of_all(first, second, every, expected):
    # Of populations whose sizes are not printed.
    about = {"outcome": "event", "population": "other"}
    claims = [
        (first, about | {"group": "training"}),
        (second, about | {"group": "control"}),
        (every, about | {"group": "all"}),
    ]
    assert told("comparison.total", *claims, populations={"other": {"label": "x"}}) == expected


@pytest.mark.parametrize(
    ("every", "expected"), [("25%", []), ("18%", [WRONG]), ("32%", [WRONG]), ("30%", [])]
)
def test_a_share_of_all_lies_between_those_of_the_groups(every, expected):
    claims = [
        ("20%", ARM),
        ("30%", ARM | {"group": "control"}),
        (every, ARM | {"group": "all"}),
    ]
    assert told("whole.share", *claims) == expected


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("8 of 25", "10 of 30", [("compatible", True)]),
        ("12 of 25", "10 of 30", [WRONG]),
        # 24 without the event of 25, where 20 of all have none.
        ("1 of 25", "10 of 30", [WRONG]),
    ],
)
def test_patients_per_protocol_are_among_all(inner, outer, expected):
    claims = [(inner, ARM | {"population": "pp"}), (outer, ARM | {"population": "itt"})]
    assert told("population.within", *claims, populations=POPULATIONS) == expected
    # By the treatment received there may be more.
    claims[0] = (inner, ARM | {"population": "safety"})
    assert told("population.within", *claims, populations=POPULATIONS) == []


@pytest.mark.parametrize(("size", "expected"), [("29", [("compatible", True)]), ("32", [WRONG])])
def test_no_more_are_treated_per_protocol_than_all(size, expected):
    about = {"group": "training", "size": "analysed"}
    claims = [(size, about | {"population": "pp"}), ("30", about | {"population": "itt"})]
    assert told("population.within", *claims, populations=POPULATIONS) == expected


@pytest.mark.parametrize(
    ("of_all", "n", "expected"),
    [("21.5", "30", [FITS]), ("20.0", "30", [WRONG]), ("20.0", "28", [REMARK]), ("21.9", "28", [])],
)
def test_a_mean_is_that_of_both_strata(of_all, n, expected):
    claims = [
        ("mean (SD) 21.0 (5.0)", AGE | MEN | {"patients": "15"}),
        ("mean (SD) 22.0 (5.0)", AGE | WOMEN | {"patients": "15"}),
        (f"mean (SD) {of_all} (5.0)", AGE | {"patients": n}),
    ]
    assert told("whole.mean", *claims) == expected


@pytest.mark.parametrize(
    ("printed", "whole", "expected"),
    [
        # √((2 − 1)(9 − 2) 30/29) is 2.69, though a range of 8 alone leaves room for 4.07.
        ("mean 2.0, SD 2.6, range 1 to 9", True, [FITS]),
        ("mean 2.0, SD 2.8, range 1 to 9", True, [WRONG]),
        # From 0.5 to 9.5 it is 3.42.
        ("mean 2.0, SD 3.3, range 1 to 9", False, [FITS]),
        ("mean 2.0, SD 3.6, range 1 to 9", False, [WRONG]),
        ("median 2, SD 3.6, range 1 to 9", True, [FITS]),
    ],
)
def test_the_deviation_of_a_mean_within_a_range(printed, whole, expected):
    assert told("quantile.deviation", (printed, AGE | {"patients": "30"}), whole=whole) == expected


def test_no_whole_numbers_of_a_range_have_a_larger_deviation():
    """Every sample of 6 whole numbers from 1 to 5 in which both ends occur."""
    for values in combinations_with_replacement(range(1, 6), 6):
        if (values[0], values[-1]) == (1, 5):
            printed = f"mean {np.mean(values):.2f}, SD {np.std(values, ddof=1):.2f}, range 1 to 5"
            found = told("quantile.deviation", (printed, AGE | {"patients": "6"}), whole=True)
            assert found == [FITS], values


def garwood(x, time):
    """scipy's exact interval of a Poisson mean, by its quantiles, per 100."""
    low, high = stats.chi2.ppf(0.025, 2 * x) / 2, stats.chi2.ppf(0.975, 2 * x + 2) / 2
    return 100 * low / time, 100 * high / time


@pytest.mark.parametrize("x", [4, 17, 45, 300])
def test_the_interval_of_a_rate_is_that_of_its_events(x):
    time = 1234
    ends = [
        garwood(x, time),
        tuple(100 * x / time * np.exp(sign * 1.959964 / np.sqrt(x)) for sign in (-1, 1)),
        tuple(100 * (x + sign * 1.959964 * np.sqrt(x)) / time for sign in (-1, 1)),
    ]
    head = f"{100 * x / time:.2f} per 100 person-years"
    events = (f"{x} events in {time} person-years", RATE)
    for low, high in ends:
        assert told("rate.error", (f"{head} (95% CI {low:.2f} to {high:.2f})", RATE), events) == [
            FITS
        ]
    low, high = ends[0]
    middle = 100 * x / time
    narrow = f"{head} (95% CI {(low + middle) / 2:.2f} to {(high + middle) / 2:.2f})"
    wide = f"{head} (95% CI {low * 0.8:.2f} to {high * 1.3:.2f})"
    assert told("rate.error", (narrow, RATE), events) == [WRONG]
    assert told("rate.error", (wide, RATE), events) == [("not_checkable", False)]
    exact = RATE | {"interval": "exact"}
    right = f"{head} (95% CI {low:.2f} to {high:.2f})"
    assert told("rate.error", (right, exact), events) == [FITS]
    assert told("rate.error", (narrow, exact), events) == [WRONG]


@pytest.mark.parametrize(
    ("high", "expected"),
    [
        # -log(0.025) = 3.69 events, by one side -log(0.05) = 3.00 (Hanley 1983); Jeffreys 2.51.
        ("3.7", FITS),
        ("3.0", FITS),
        ("2.5", FITS),
        ("1.0", WRONG),
        # Events that vary more than Poisson's have a wider one.
        ("9.9", REMARK),
    ],
)
def test_no_events_leave_an_upper_limit(high, expected):
    events = ("0 events in 100 person-years", RATE)
    printed = f"0.0 per 100 person-years (95% CI 0.0 to {high})"
    assert told("rate.error", (printed, RATE), events) == [expected]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("geometric mean 3.4 (95% CI 2.8 to 4.1)", []),
        # Cut in the middle as it stands, and not on the log scale.
        ("geometric mean 5.0 (95% CI 1.0 to 9.0)", []),
        ("geometric mean 8.0 (95% CI 1.0 to 9.0)", [WRONG]),
    ],
)
def test_a_geometric_mean_is_in_the_middle_of_the_logs(printed, expected):
    assert told("mean.centred", (printed, AGE)) == expected


@pytest.mark.parametrize(
    ("ratio", "about", "expected"),
    [
        # √(log(1 + 0.45²)/30) is 0.078 for each, so that 0.111 are the error of the ratio.
        ("geometric mean ratio 1.13 (95% CI 0.91 to 1.40)", {}, [FITS]),
        ("geometric mean ratio 1.13 (95% CI 1.08 to 1.18)", {}, [WRONG]),
        ("geometric mean ratio 1.13 (95% CI 1.08 to 1.18)", {"design": ["crossover"]}, []),
    ],
)
def test_the_error_of_a_ratio_of_geometric_means(ratio, about, expected):
    claims = [
        ("geometric mean 3.4 (CV 45%)", AGE | {"patients": "30"}),
        ("geometric mean 3.0 (CV 45%)", AGE | {"group": "control", "patients": "30"}),
        (ratio, {"outcome": "age", "compare": BOTH, **about}),
    ]
    assert told("ratio.error", *claims) == expected


@pytest.mark.parametrize(
    ("adjusted", "plain", "expected"),
    [
        ("Bonferroni-adjusted P = 0.024", "P = 0.012", [FITS]),
        ("Bonferroni-adjusted P = 0.036", "P = 0.012", [REMARK]),
        ("Bonferroni-adjusted P = 0.030", "P = 0.012", [WRONG]),  # 2.5 times
        ("Bonferroni-corrected p = 1.00", "P = 0.55", [FITS]),
        ("Holm-adjusted P = 0.030", "P = 0.012", [REMARK]),  # more than twice, of one p
        ("Holm-adjusted P = 0.020", "P = 0.012", [FITS]),
        ("Hochberg-adjusted P = 0.010", "P = 0.012", [WRONG]),
        ("Dunnett-adjusted P = 0.010", "P = 0.012", [REMARK]),
        # z of 2.51 over 1.25 is P of 0.044, twice that 0.089.
        ("Dunnett-adjusted P = 0.08", "P = 0.012", [FITS]),
        ("Tukey-adjusted P = 0.30", "P = 0.012", [REMARK]),
        ("adjusted P = 0.010", "P = 0.012", []),  # for covariates?
    ],
)
def test_an_adjusted_p_is_no_smaller_than_the_plain_one(adjusted, plain, expected):
    about = {"outcome": "age", "compare": BOTH}
    assert told("p.adjusted", (adjusted, about), (plain, about)) == expected


def test_a_difference_of_least_squares_means_is_that_of_these():
    means = [("LS mean -3.4 (SE 0.5)", AGE), ("LS mean -1.4 (SE 0.5)", AGE | {"group": "control"})]
    about = {"outcome": "age", "compare": BOTH}
    for printed, expected in (("-2.0", [FITS]), ("-1.0", [WRONG])):
        difference = (f"LS mean difference {printed} (95% CI -3.1 to 0.9)", about)
        assert told("difference.estimate", *means, difference) == expected


@pytest.mark.parametrize(
    ("p", "expected"), [("P = 0.85", [WRONG]), ("P = 0.22", [("not_checkable", False)])]
)
def test_quartiles_of_whole_numbers_bound_the_p_of_ranks(p, expected):
    """7 is above the other group's 8 in no way of rounding: 9/16 of all pairs are decided.

    Evenly spread values would give far less than 0.22, which is asked about.
    """
    claims = [
        ("median (IQR) 4 (2-7)", AGE | {"patients": "60"}),
        ("median (IQR) 9 (8-12)", AGE | {"group": "control", "patients": "60"}),
        (p, {"outcome": "age", "compare": BOTH, "test": "mann_whitney"}),
    ]
    assert told("median.p", *claims) == expected


def shares(*printed, **about):
    return [(text, ARM | {"category": f"c{k}"} | about) for k, text in enumerate(printed)]


@pytest.mark.parametrize(
    ("printed", "n", "percents", "total"),
    [
        # All of 80: told once, and each percentage is right.
        (("68 (85%)", "7 (9%)", "5 (6%)"), "84", ["compatible", "exact"], [("compatible", True)]),
        (("68 (86%)", "7 (9%)", "5 (6%)"), "84", ["exact", "inconsistent"], [WRONG]),
        # Each of 60: some are in none, or in several.
        (("5 (8%)", "4 (7%)", "3 (5%)"), "60", ["exact"], [REMARK]),
        (("40 (67%)", "30 (50%)", "12 (20%)"), "60", ["exact"], [REMARK]),
        (("17", "19", "10"), "52", [], [WRONG]),
    ],
)
def test_percentages_of_those_with_a_value_and_categories_that_are_some(
    printed, n, percents, total
):
    claims = shares(*printed, patients=n, group="all")
    assert told("total.categories", *claims) == total
    assert sorted({agreement for agreement, _ in told("share.percent", *claims)}) == percents


@pytest.mark.parametrize(
    ("exhaustive", "expected"), [(True, [WRONG]), (False, [("compatible", True)]), (None, [REMARK])]
)
def test_the_ledger_says_whether_categories_hold_everyone(exhaustive, expected):
    claims = shares("5 (8%)", "4 (7%)", "3 (5%)", patients="60", group="all")
    given = {} if exhaustive is None else {"exhaustive": exhaustive}
    assert told("total.categories", *claims, event=given) == expected


@pytest.mark.parametrize(("stopped", "expected"), [("12 (40%)", [RIGHT]), ("13 (43%)", [WRONG])])
def test_categories_add_up_to_a_printed_count_of_all_of_them(stopped, expected):
    claims = shares("5 (17%)", "4 (13%)", "3 (10%)")
    assert told("total.categories", (stopped, ARM), *claims) == expected
    # Of the outcome that it is part of.
    whole = (stopped, ARM | {"outcome": "harm"})
    assert told("total.categories", whole, *claims, event={"part_of": "harm"}) == expected


# 18 + 12 of training, and 10 + 20 of control, are 60.
@pytest.mark.parametrize(("whole", "expected"), [("60", [("compatible",)]), ("66", [WRONG[:1]])])
def test_categories_of_all_groups_add_up_to_a_count_of_all(whole, expected):
    cells = {"training": ("18 (60%)", "12 (40%)"), "control": ("10 (33%)", "20 (67%)")}
    claims = [
        one for group, own in cells.items() for one in shares(*own, patients="30", group=group)
    ]
    found = told("total.groups", (whole, ARM | {"group": "all"}), *claims)
    assert [one[:1] for one in found] == expected
    # A category that is of some leaves it open.
    assert not told("total.groups", (whole, ARM | {"group": "all"}), *claims[1:])


def test_categories_that_add_up_to_another_group_hold_everyone():
    claims = shares("5 (17%)", "4 (13%)", "20 (67%)")
    other = shares("6 (20%)", "4 (13%)", "20 (67%)", group="control")
    assert told("total.categories", *claims) == [REMARK]
    assert told("total.categories", *claims, *other) == [RIGHT, WRONG]


# Of 100 patients with 2.2 and 100 with 2.3: qt(0.95, 198) errors are 0.526, by R, and 0.628 those
# of two sides; 82 and 85 of 100 by R's prop.test(alternative = "greater"): 10.28 below.
STAYS = [
    ("mean (SD) 6.3 (2.2)", AGE | {"patients": "100"}),
    ("mean (SD) 6.5 (2.3)", AGE | {"group": "control", "patients": "100"}),
]
CURES = [("82 of 100", ARM), ("85 of 100", ARM | {"group": "control"})]


@pytest.mark.parametrize(
    ("printed", "outcome", "expected"),
    [
        ("mean difference -0.20 (one-sided 95% CI, −∞ to 0.33)", "age", [FITS]),
        ("mean difference -0.20 (one-sided 95% CI, −∞ to 0.43)", "age", [("alternative", False)]),
        ("mean difference -0.20 (one-sided 95% CI, −∞ to 0.38)", "age", [REMARK]),
        ("mean difference -0.20 (one-sided 95% CI, −∞ to 0.06)", "age", [WRONG]),
        ("-3.0 percentage points (one-sided 97.5% CI, -13.3 to ∞)", "event", [FITS]),
        ("-3.0 percentage points (one-sided 97.5% CI, -11.6 to ∞)", "event", [WRONG]),
        ("-3.0 percentage points (one-sided 97.5% CI, -5.3 to ∞)", "event", [WRONG]),
    ],
)
def test_a_limit_of_one_side_lies_where_counts_and_deviations_put_it(printed, outcome, expected):
    claims = [*STAYS, *CURES, (printed, {"outcome": outcome, "compare": BOTH})]
    assert told("comparison.bound", *claims) == expected


@pytest.mark.parametrize(
    ("of_all", "expected"), [("median 5.5", []), ("median 7.4", [WRONG]), ("median 3.7", [WRONG])]
)
def test_a_median_of_all_lies_between_those_of_the_groups(of_all, expected):
    groups = [("median 4.0", AGE), ("median 7.0", AGE | {"group": "control"})]
    assert told("whole.between", *groups, (of_all, AGE | {"group": "all"})) == expected


@pytest.mark.parametrize(
    ("categories", "expected"),
    [(("Yes", "No"), [WRONG]), (("Mild", "Severe"), [REMARK])],
)
def test_nobody_is_in_both_of_two_opposites(categories, expected):
    claims = [
        (f"{count} ({100 * count / 60:.0f}%)", ARM | {"category": one, "patients": "60"})
        for one, count in zip(categories, (50, 15), strict=True)
    ]
    assert told("total.categories", *claims) == expected


@pytest.mark.parametrize(
    ("events", "medians", "expected"),
    [
        (("31 of 100", "47 of 100"), (), [("compatible", True)]),
        (("21 of 100", "47 of 100"), (), [("alternative", False)]),
        (("31 of 100", "47 of 100"), ("24.1", "15.3"), [("alternative", False)]),
        (("47 of 100", "31 of 100"), ("15.3", "24.1"), []),
    ],
)
def test_a_hazard_ratio_turned_round_is_told(events, medians, expected):
    arms = (ARM, ARM | {"group": "control"})
    claims = list(zip(events, arms, strict=True))
    claims += [(f"median {m} months", arm) for m, arm in zip(medians, arms, strict=False)]
    ratio = ("hazard ratio 1.67 (95% CI 1.06 to 2.63)", {"outcome": "event", "compare": BOTH})
    assert told("hazard.direction", *claims, ratio) == expected


@pytest.mark.parametrize(("sd", "expected"), [("12.0", [FITS]), ("31.0", [WRONG])])
def test_a_deviation_is_held_against_the_range_in_another_row(sd, expected):
    """√((50 − 20)(79 − 50) · 30/29) is 30.0."""
    claims = [(f"mean (SD) 50.0 ({sd})", AGE), ("median 49 (range 20 to 79)", AGE)]
    claims = [(text, about | {"patients": "30"}) for text, about in claims]
    assert told("quantile.deviation", *claims) == expected


@pytest.mark.parametrize(
    ("interval", "expected"), [("79.4 to 84.4", []), ("81.8 to 82.0", [REMARK])]
)
def test_an_interval_far_narrower_than_other_groups_leave_is_asked_about(interval, expected):
    claims = [
        ("mean (SD) 82.4 (12.1)", AGE | {"patients": "100"}),
        (f"mean 81.9 (95% CI {interval})", AGE | {"group": "control", "patients": "100"}),
    ]
    assert told("mean.interval", *claims) == expected


@pytest.mark.parametrize(("interval", "expected"), [("-4.7 to 0.9", []), ("-2.4 to -1.4", [WRONG])])
def test_the_interval_of_a_difference_of_least_squares_means_rests_on_their_errors(
    interval, expected
):
    means = [("LS mean -3.4 (SE 0.9)", AGE), ("LS mean -1.5 (SE 0.9)", AGE | {"group": "control"})]
    about = {"outcome": "age", "compare": BOTH}
    assert (
        told("difference.error", *means, (f"LS mean difference -1.9 (95% CI {interval})", about))
        == expected
    )


@pytest.mark.parametrize(
    ("df", "t", "expected"),
    [("29", "4.0", [FITS]), ("29", "3.0", [FITS, WRONG]), ("59", "4.0", [FITS, WRONG])],
)
def test_a_change_within_a_group_has_the_t_of_its_deviation(df, t, expected):
    """0.22 / (0.30 / √30) is 4.02."""
    about = AGE | {"patients": "30", "design": ["paired"]}
    one = (f"mean difference 0.22 (SD 0.30), t({df}) = {t}", about)
    found = told("paired.p", one) + told("paired.degrees", one)
    assert sorted(set(found)) == expected


def test_an_f_of_the_means_has_the_degrees_of_freedom_of_these():
    """scipy's f_oneway of two groups: t² = (2/√(5²/30 + 5²/30))² = 2.4."""
    means = [
        (f"mean (SD) {m} (5.0)", AGE | {"group": group, "patients": "30"})
        for m, group in (("22.0", "training"), ("20.0", "control"))
    ]
    about = {"outcome": "age", "compare": BOTH}
    for f, df, expected in (("2.40", "58", RIGHT), ("2.40", "98", WRONG), ("9.9", "98", None)):
        found = told("statistic.sizes", *means, (f"F(1, {df}) = {f}", about))
        assert found == ([expected] if expected else [("not_checkable", False)])


def test_a_p_is_of_the_table_that_it_is_linked_to():
    """Of two tables that call their outcome alike: 10, 10 and 10 beside 5, 15 and 10 have χ² of
    16/6, of which P is exp(-8/6), 0.26; of the other table, with the same in both groups, 1."""
    tables = {"table 1": (10, 10, 10, 5, 15, 10), "table 2": (10, 10, 10, 10, 10, 10)}
    claims = {
        f"{place[-1]}_{at}": claim(
            str(count), outcome="event", group=BOTH[at // 3], category=f"c{at % 3}"
        )
        | {"place": f"{place}, row {at}, column 2"}
        for place, counts in tables.items()
        for at, count in enumerate(counts)
    }
    for place in tables:
        linked = [f"{place[-1]}_0", f"{place[-1]}_3"]
        printed = {"1": "P = 0.26", "2": "P = 1"}[place[-1]]
        claims[f"p{place[-1]}"] = claim(printed, outcome="event", compare=BOTH) | {"with": linked}
    document = {"papers": {"main": "A paper"}, "groups": TWO, "claims": claims}
    document["outcomes"] = {"event": {"label": "Event"}}
    found = [one for one in findings(ledger(document)) if one.check == "p.categories"]
    assert [one.agreement for one in found] == ["compatible"] * 2


def test_two_categories_are_tested_as_the_counts_of_one():
    """5 and 25 against 2 and 28: R's chisq.test, with its correction, gives P = 0.4213; of 5 of 30
    and 2 of 30 as well."""
    counts = {"training": (5, 25), "control": (2, 28)}
    claims = {
        f"{group}_{at}": claim(str(count), outcome="event", group=group, category=f"c{at}")
        for group, both in counts.items()
        for at, count in enumerate(both)
    }
    for printed, agreement in (("P = 0.421", "compatible"), ("P = 0.9", "not_checkable")):
        claims["p"] = claim(printed, outcome="event", compare=BOTH)
        document = {"papers": {"main": "A paper"}, "groups": TWO, "claims": claims}
        document["outcomes"] = {"event": {"label": "Event"}}
        (one,) = [one for one in findings(ledger(document)) if one.check == "p.categories"]
        assert one.agreement == agreement and one.open == (printed == "P = 0.9")
