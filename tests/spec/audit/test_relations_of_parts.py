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
        ("Bonferroni-adjusted P = 0.036", "P = 0.012", [FITS]),
        ("Bonferroni-adjusted P = 0.030", "P = 0.012", [WRONG]),  # 2.5 times
        ("Bonferroni-corrected p = 1.00", "P = 0.45", [FITS]),
        ("Holm-adjusted P = 0.030", "P = 0.012", [REMARK]),  # more than twice, of one p
        ("Holm-adjusted P = 0.020", "P = 0.012", [FITS]),
        ("Hochberg-adjusted P = 0.010", "P = 0.012", [WRONG]),
        ("Dunnett-adjusted P = 0.010", "P = 0.012", [REMARK]),
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
    ("p", "expected"), [("P = 0.85", [WRONG]), ("P = 0.22", [("compatible", True)])]
)
def test_quartiles_of_whole_numbers_bound_the_p_of_ranks(p, expected):
    """7 is above the other group's 8 in no way of rounding: 9/16 of all pairs are decided."""
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


def test_categories_that_add_up_to_another_group_hold_everyone():
    claims = shares("5 (17%)", "4 (13%)", "20 (67%)")
    other = shares("6 (20%)", "4 (13%)", "20 (67%)", group="control")
    assert told("total.categories", *claims) == [REMARK]
    assert told("total.categories", *claims, *other) == [RIGHT, WRONG]
