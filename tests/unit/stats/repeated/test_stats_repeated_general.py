"""Designs of several factors within and between subjects: invariants, reductions, refusals."""

from math import isnan

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume
from hypothesis import strategies as st
from stats_strategies import given, same

from trialtrace.stats import StatsError
from trialtrace.stats.repeated.anova import mixed_anova, rm_anova
from trialtrace.stats.repeated.anova_general import corrected_test, repeated_anova
from trialtrace.stats.repeated.eta import (
    generalised_eta_squared,
    partial_eta_squared,
    partial_eta_squared_interval,
)

TYPES = st.sampled_from(["II", "III"])


@st.composite
def designs(draw, *, balanced=False):
    """Responses (subjects, a, b) and two factors between subjects, every cell filled."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = [draw(st.integers(1, 5)) for _ in range(6)]
    sizes = [4] * 6 if balanced else [sizes[1] + 2, *sizes[1:]]
    cell = rng.permutation(np.repeat(np.arange(6), sizes))
    shape = (cell.size, draw(st.integers(2, 4)), draw(st.integers(2, 3)))
    y = rng.normal(size=shape) + rng.normal(size=(cell.size, 1, 1))
    return y, np.array(list("xyz"))[cell % 3], cell // 3


def anova(y, arm, sex, kind="III", measured=()):
    between = {"arm": arm, "sex": sex}
    return repeated_anova(
        y, within=("visit", "side"), between=between, sums_of_squares=kind, measured=measured
    )


def unitless(fit):
    """The numbers of every effect that have no unit, by factors."""
    out = {}
    for e in fit.effects:
        numbers = [e.f, e.df1, e.df2, e.p_value, e.partial_eta_squared, e.generalised_eta_squared]
        if e.corrections:
            c = e.corrections
            tests = (
                c.greenhouse_geisser,
                c.huynh_feldt_lecoutre,
                c.huynh_feldt_1976,
                c.lower_bound,
            )
            numbers += [value for t in tests for value in (t.epsilon, t.df1, t.df2, t.p_value)]
            numbers += [c.mauchly_w, c.mauchly_p, c.mauchly_p_anderson]
        out[frozenset(e.between + e.within)] = numbers
    return out


def alike(one, other, relative=1e-6):
    assert one.keys() == other.keys()
    for factors, numbers in one.items():
        same(numbers, other[factors], relative)


@given(design=designs(), kind=TYPES, seed=st.integers(0, 99))
def test_rows_labels_units_order_of_levels_and_of_factors_do_not_matter(design, kind, seed):
    y, arm, sex = design
    rng = np.random.default_rng(seed)
    expected = unitless(anova(y, arm, sex, kind, ["sex"]))
    rows = rng.permutation(len(y))
    alike(unitless(anova(y[rows], arm[rows], sex[rows], kind, ["sex"])), expected)
    visits = rng.permutation(y.shape[1])
    renamed = np.array([{"x": 7, "y": 1, "z": 4}[a] for a in arm])
    alike(unitless(anova(-3 * y[:, visits] + 20, renamed, sex, kind, ["sex"])), expected)
    turned = repeated_anova(
        y.swapaxes(1, 2),
        within=("side", "visit"),
        between={"sex": sex, "arm": arm},
        sums_of_squares=kind,
        measured=["sex"],
    )
    alike(unitless(turned), expected)


@given(design=designs(balanced=True))
def test_types_agree_in_equal_cells(design):
    alike(unitless(anova(*design, "II")), unitless(anova(*design, "III")))


@given(design=designs())
def test_types_agree_for_the_highest_interaction_alone(design):
    two, three = (anova(*design, kind) for kind in ("II", "III"))
    for within in ((), ("visit",), ("side",), ("visit", "side")):
        factors = ("arm", "sex", *within)
        same(two.effect(*factors).f, three.effect(*factors).f)
    assert two.effect("visit").f != three.effect("visit").f


@given(design=designs(), kind=TYPES)
def test_a_factor_averaged_over_or_subtracted_leaves_a_smaller_design(design, kind):
    y, arm, _ = design
    options = {"sums_of_squares": kind, "measured": ()}
    full = repeated_anova(y, within=("visit", "side"), between={"arm": arm}, **options)
    averaged = mixed_anova(y.mean(axis=2), arm, sums_of_squares=kind)
    same(full.effect("visit").f, averaged.within.f, 1e-7)
    same(full.effect("visit", "arm").f, averaged.interaction.f, 1e-7)
    gg = full.effect("visit").corrections.greenhouse_geisser
    same((gg.epsilon, gg.p_value), (averaged.within.epsilon_gg, averaged.within.p_gg), 1e-7)
    subjects = repeated_anova(y.mean(axis=(1, 2)), within=(), between={"arm": arm}, **options)
    same(full.effect("arm").f, subjects.effect("arm").f, 1e-7)
    assert subjects.effect("arm").corrections is None
    two = repeated_anova(
        y[:, :, :2], within=("visit", "side"), between={"arm": arm}, **options
    ).effect("visit", "side")
    gap = mixed_anova(y[:, :, 0] - y[:, :, 1], arm, sums_of_squares=kind).within
    same(
        (two.f, two.corrections.greenhouse_geisser.epsilon, two.corrections.lower_bound.epsilon),
        (gap.f, gap.epsilon_gg, gap.epsilon_lower),
        1e-7,
    )


@given(design=designs())
def test_ranges(design):
    fit = anova(*design)
    df = fit.n_subjects - len(fit.cells)
    for effect in fit.effects:
        assert 0 <= effect.generalised_eta_squared <= effect.partial_eta_squared <= 1
        if effect.corrections is None:
            assert effect.df2 == df
            continue
        c = effect.corrections
        d = effect.df2 / df
        assert 1 / d - 1e-9 <= c.greenhouse_geisser.epsilon <= 1
        # Fewer degrees of freedom make a large F less surprising, but not one near 1.
        tests = [c.lower_bound.p_value, c.greenhouse_geisser.p_value, effect.p_value]
        assert effect.f < 3 or tests == sorted(tests, reverse=True)
        assert isnan(c.mauchly_w) == (d == 1 or df < d)
        if d == 1:
            assert c.huynh_feldt_1976.epsilon == c.huynh_feldt_lecoutre.epsilon == 1


def test_the_two_huynh_feldt_epsilons():
    """They are one in a single arm, and differ by subjects v subjects - arms + 1 otherwise."""
    rng = np.random.default_rng(1)
    y, arm = rng.normal(size=(20, 4)), np.repeat(["a", "b", "c"], [6, 6, 8])
    options = {"within": ("visit",), "sums_of_squares": "III", "measured": ()}
    one = repeated_anova(y, between={}, **options).effect("visit").corrections
    assert one.huynh_feldt_1976 == one.huynh_feldt_lecoutre
    three = repeated_anova(y, between={"arm": arm}, **options).effect("visit").corrections
    gg, df, d = three.greenhouse_geisser.epsilon, 20 - 3, 3
    room = d * (df - d * gg)
    same(three.huynh_feldt_lecoutre.epsilon, ((df + 1) * d * gg - 2) / room)
    same(three.huynh_feldt_1976.epsilon, (20 * d * gg - 2) / room)


def test_generalised_eta_squared_by_hand():
    """Arm manipulated, sex measured: sex and its interaction stay in every denominator."""
    terms = [("arm",), ("sex",), ("arm", "sex"), ("visit",)]
    squares, errors = [4.0, 3.0, 2.0, 5.0], [10.0, 6.0]
    none = generalised_eta_squared(terms, squares, errors, measured=())
    same(none, [4 / 20, 3 / 19, 2 / 18, 5 / 21])
    sex = generalised_eta_squared(terms, squares, errors, measured=["sex"])
    same(sex, [4 / 25, 3 / 21, 2 / 21, 5 / 26])
    same(partial_eta_squared(squares, 6.0), [0.4, 1 / 3, 0.25, 5 / 11])
    for bad, sentence in ((["age"], "factors of the design"), ("sex", "must be a list")):
        with pytest.raises(StatsError, match=sentence):
            generalised_eta_squared(terms, squares, errors, measured=bad)
    with pytest.raises(StatsError, match="negative"):
        generalised_eta_squared(terms, [4, 3, 2, -5], errors, measured=())
    with pytest.raises(StatsError, match="shape"):
        generalised_eta_squared(terms, squares[:3], errors, measured=())


def test_two_levels_and_few_subjects():
    rng = np.random.default_rng(2)
    two = repeated_anova(
        rng.normal(size=(5, 2)), within=("v",), between={}, sums_of_squares="II", measured=()
    ).effect("v")
    tests = two.corrections
    assert tests.greenhouse_geisser == tests.lower_bound == tests.huynh_feldt_1976
    assert tests.greenhouse_geisser.p_value == two.p_value
    assert isnan(tests.mauchly_w) and isnan(tests.mauchly_p_anderson)
    few = repeated_anova(
        rng.normal(size=(3, 4)), within=("v",), between={}, sums_of_squares="II", measured=()
    ).effect("v")
    assert isnan(few.corrections.mauchly_w)
    assert 1 / 3 <= few.corrections.greenhouse_geisser.epsilon <= 1
    # On one degree of freedom Huynh and Feldt's denominator is 0 but for rounding.
    for seed in range(20):
        pair = np.random.default_rng(seed).normal(size=(2, 4))
        assert isnan(rm_anova(pair).within.epsilon_hf) and isnan(rm_anova(pair).within.p_hf)
    none = corrected_test(4.0, 3, 6, -0.5)
    assert none.epsilon == -0.5 and isnan(none.p_value) and isnan(none.df1)


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_units_beyond_the_range_of_squares(unit):
    y, arm = np.random.default_rng(4).normal(size=(9, 3)), ["a", "b", "b"] * 3
    options = {"within": ("v",), "between": {"g": arm}, "sums_of_squares": "II", "measured": ()}
    alike(unitless(repeated_anova(unit * y, **options)), unitless(repeated_anova(y, **options)))


def test_degenerate_designs_are_refused_with_a_reason():
    rng = np.random.default_rng(5)
    y = rng.normal(size=(12, 3, 2))
    arm, sex = ["a", "b", "c"] * 4, [0] * 6 + [1] * 6
    flat = np.broadcast_to(rng.normal(size=(12, 1, 1)), y.shape)
    no_side = np.repeat(y[:, :, :1], 2, axis=2)
    cases = [
        (np.ones_like(y), arm, sex, "all responses are equal"),
        (flat, arm, sex, "arm and sex and visit and side explain, within subjects"),
        (no_side, arm, sex, r"within subjects \(side\)"),
        (y - y.mean(axis=(1, 2), keepdims=True), arm, sex, "between subjects"),
        (y, ["a"] * 12, sex, "arm has one level only"),
        (y, ["a", "b"] * 6, ["m", "f"] * 6, "2 of 4 cells have no subjects"),
        (y, list("abcdef") * 2, sex, "leave nothing for the error"),
        (y, arm[:5], sex, "arm must have shape"),
        (y, [None, *arm[1:]], sex, "missing labels"),
        (y[:, :1], arm, sex, "visit has 1 level"),
        (y[:, 0], arm, sex, "shape"),
    ]
    for data, a, s, sentence in cases:
        with pytest.raises(StatsError, match=sentence):
            anova(data, a, s)
    with pytest.raises(StatsError, match="factors of the design"):
        anova(y, arm, sex, measured=["age"])
    with pytest.raises(StatsError, match="no effect of age"):
        anova(y, arm, sex).effect("age")
    options = {"sums_of_squares": "III", "measured": ()}
    with pytest.raises(StatsError, match="names that differ"):
        repeated_anova(y, within=("arm", "side"), between={"arm": arm}, **options)
    for within, sentence in (("side", "list of names"), ((1, 2), "names in words")):
        with pytest.raises(StatsError, match=sentence):
            repeated_anova(y, within=within, between={"arm": arm}, **options)
    with pytest.raises(StatsError, match="none"):
        repeated_anova(y[:, 0, 0], within=(), between={}, **options)


F_TESTS = {"f": st.floats(0.01, 50), "df1": st.integers(1, 12), "df2": st.integers(2, 300)}


@given(**F_TESTS)
def test_limits_of_partial_eta_are_those_of_the_noncentrality(f, df1, df2):
    found = partial_eta_squared_interval(f, df1, df2, confidence=0.9)
    assert found.estimate == pytest.approx(f * df1 / (f * df1 + df2))
    assert 0 <= found.low <= found.high < 1
    for limit, tail in ((found.low, 0.95), (found.high, 0.05)):
        noncentrality = limit / (1 - limit) * (df1 + df2 + 1)
        below = scipy.stats.ncf.cdf(f, df1, df2, noncentrality)
        assert below == pytest.approx(tail, abs=1e-7) if limit else below <= tail + 1e-9


@given(**F_TESTS)
def test_a_lower_limit_of_0_is_a_test_that_is_not_below_alpha(f, df1, df2):
    """The lower limit of 90 % is above 0 exactly where p is below 0.05."""
    p = scipy.stats.f.sf(f, df1, df2)
    assume(abs(p - 0.05) > 1e-9)
    assert (partial_eta_squared_interval(f, df1, df2, confidence=0.9).low > 0) == (p < 0.05)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"f": -1.0}, "must not be negative"),
        ({"df1": 0}, "positive"),
        ({"f": 1e12}, "too large"),
    ],
)
def test_an_interval_of_partial_eta_refuses_what_is_no_f_test(given_, said):
    arguments = {"f": 4.0, "df1": 3, "df2": 63, "confidence": 0.9} | given_
    with pytest.raises(StatsError, match=said):
        partial_eta_squared_interval(**arguments)
