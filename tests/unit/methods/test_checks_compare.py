"""When two numbers agree; what a comparison says; a check out of a formula."""

from dataclasses import replace
from math import inf, nan
from types import SimpleNamespace

import pytest
from tiny_data import asked

from trialtrace.base.errors import UserError
from trialtrace.run.methods.checking.outcome import (
    EXACT,
    Recomputed,
    close,
    compare,
    how_of,
    peer,
    version,
)
from trialtrace.run.tables.contracts import CHECKS, from_rows, write_table


@pytest.mark.parametrize(
    ("ours", "theirs", "agrees"),
    [
        (1.0, 1.0, True),
        (1.0, 1.0 + 9e-9, True),
        (1.0, 1.0 + 1.1e-8, False),
        (nan, nan, True),
        (nan, 1.0, False),
        (1.0, nan, False),
        (inf, inf, True),
        (inf, 1e300, False),
        (0.0, 1e-17, True),
        (0.0, 1e-9, False),
    ],
)
def test_close(ours, theirs, agrees):
    assert close(ours, theirs, 1e-8) is agrees


def test_a_small_p_value_is_compared_by_its_ratio_however_small():
    found = Recomputed("scipy.stats.x", 1.0001e-30)
    p_value = replace(asked("p_value.fisher"), value=1e-30)
    difference = replace(asked("risk_difference.wald"), value=1e-30)
    assert [each.agrees for each in compare(p_value, found)] == [False]
    assert [each.agrees for each in compare(difference, found)] == [True]


def test_bounds_that_only_one_side_has():
    found = Recomputed("scipy.stats.x", 1.0, (0.5, 2.0))
    without = replace(asked("mean.t_interval"), value=1.0)
    assert [(each.component, each.agrees) for each in compare(without, found)] == [
        ("value", True),
        ("ci_low", False),
        ("ci_high", False),
    ]
    theirs = Recomputed("scipy.stats.x", 1.0)
    whole = replace(without, interval=(0.5, 2.0))
    assert [each.component for each in compare(whole, theirs)] == ["value"]


def test_by_chance_a_value_and_its_bounds_may_each_be_off_by_their_own_width():
    """By hand: 0.2 and 0.3 are 0.1 apart, the bounds 0.25."""
    ours = replace(asked("risk_difference.wald"), value=0.2, interval=(-0.25, 0.75), n_used=9)
    found = Recomputed("numpy", 0.3, (0.0, 0.5), n_used=9, chance=0.11, chance_of_bounds=0.24)
    agree = {each.component: (each.agrees, each.chance) for each in compare(ours, found)}
    assert agree == {
        "value": (True, 0.11),
        "ci_low": (False, 0.24),
        "ci_high": (False, 0.24),
        "n_used": (True, 0.0),
    }
    assert [each.row()["chance"] for each in compare(ours, found)] == [0.11, 0.24, 0.24, None]


def test_an_error_row_agrees_where_the_checker_has_no_value_either():
    refused = replace(asked("p_value.fisher"), error="the control arm has no patients.", n_used=7)
    assert all(each.agrees for each in compare(refused, Recomputed("scipy", nan, None, n_used=7)))
    assert not all(each.agrees for each in compare(refused, Recomputed("scipy", 0.5, n_used=7)))


def test_the_version_is_that_of_the_library_named_first():
    import platform

    import scipy

    assert version("scipy.stats.fisher_exact") == scipy.__version__
    assert version("statistics.stdev") == platform.python_version()


@pytest.mark.parametrize(
    ("by", "how"),
    [
        ("statsmodels.duration.hazard_regression.PHReg", "library"),
        ("statsmodels.stats.proportion.proportion_confint (wilson)", "library"),
        ("pingouin.rm_anova", "library"),
        ("scipy.stats.fisher_exact", "library"),
        ("scipy.stats.beta", "second formula"),
        ("scipy.stats.hypergeom (every table)", "second formula"),
        ("scipy.optimize.brentq (score test inverted)", "second formula"),
        ("statsmodels.duration.hazard_regression.PHReg; sums", "second formula"),
        ("numpy: a formula", "second formula"),
        ("numpy: the equations of the model", "equations"),
        ("trialtrace.stats: satterthwaite", "formula"),
        ("pandas: records", "second formula"),
    ],
)
def test_a_library_is_named_where_its_function_gives_the_statistic(by, how):
    assert how_of(by) == how


def test_a_check_tells_how_it_computed_again_in_words_that_the_contract_knows(tmp_path):
    (row,) = [
        one.row()
        for one in compare(asked("p_value.x"), Recomputed("numpy: the equations of x", nan))
    ][:1]
    assert row["how"] == "equations"
    table = from_rows([row | {"how": "by heart"}], CHECKS)
    with pytest.raises(UserError, match="column how"):
        write_table(tmp_path / "checks.parquet", table, CHECKS)


def made(answer, of=lambda data, asked: ("rows", 7)):
    """What a check gives whose formula gives this answer."""
    check = peer("numpy: a formula", of, tolerance=1e-3)(lambda data, asked, rows: answer)
    return check(None, SimpleNamespace(stat="p_value"))


@pytest.mark.parametrize(
    ("answer", "value", "interval", "tolerance"),
    [
        (0.5, 0.5, None, 1e-3),
        ((0.5, (0.1, 0.9)), 0.5, (0.1, 0.9), 1e-3),
        ({"z": 3.0, "p_value": 0.25}, 0.25, None, 1e-3),
        (nan, nan, None, EXACT),
        (inf, inf, None, EXACT),
        ((nan, (0.1, 0.9)), nan, (0.1, 0.9), 1e-3),
    ],
)
def test_a_formula_gives_a_value_its_bounds_or_statistics_by_name(
    answer, value, interval, tolerance
):
    expected = Recomputed("numpy: a formula", value, interval, tolerance, 7)
    assert str(made(answer)) == str(expected)


def test_a_formula_may_have_no_answer_or_say_by_what_it_computes():
    whole = Recomputed("scipy: another path", 1.0)
    assert made(None) is None
    assert made(whole) is whole


def test_a_formula_is_not_asked_where_there_are_too_few_rows():
    found = made("never looked at", of=lambda data, asked: (None, 2))
    assert str(found) == str(Recomputed("numpy: a formula", nan, None, EXACT, 2))


def test_a_check_may_be_named_by_its_options():
    check = peer(lambda asked: f"numpy: {asked.stat}", lambda data, asked: ("rows", 7))
    found = check(lambda data, asked, rows: 1.0)(None, SimpleNamespace(stat="p_value"))
    assert found.by == "numpy: p_value"


@pytest.mark.parametrize("name", ["contrast", "level", "variable"])
def test_what_a_result_is_not_of_is_an_error_of_the_check(name):
    """Of all arms, without a time, category or effect, and of no endpoint."""
    of_all = replace(asked("count.x"), pair=None, second=None, parameter=None)
    with pytest.raises(LookupError):
        getattr(of_all, name)


def test_a_bound_near_zero_is_as_exact_as_its_interval_is_wide():
    """A slope a day: its interval nearly touches 0, where a root finder's end is far from exact."""
    ours = replace(asked("mean.t_interval"), value=-0.0045, interval=(-0.009, -0.000114542414))
    other = Recomputed("scipy.stats.x", -0.0045, (-0.009, -0.000114542894), 1e-6)
    assert all(each.agrees for each in compare(ours, other))
    wrong = replace(other, interval=(-0.009, -0.000114642894))
    assert [e.component for e in compare(ours, wrong) if not e.agrees] == ["ci_high"]
    # The bounds of a ratio are not on that scale.
    ratio = replace(ours, value=0.5, interval=(1e-4, 90.0))
    off = Recomputed("scipy.stats.x", 0.5, (1.00001e-4, 90.0), 1e-6)
    assert [e.component for e in compare(ratio, off) if not e.agrees] == ["ci_low"]


@pytest.mark.parametrize(("factor", "agrees"), [(1 + 5e-5, True), (1 + 5e-4, False)])
def test_a_p_value_is_as_exact_as_the_statistic_behind_it(factor, agrees):
    """z of 9.4 known to 1e-6 has a p known to 88 times as much, by the normal law."""
    from scipy.stats import norm

    p = 2 * norm.sf(9.4)
    moved = 2 * norm.sf(9.4 * (1 + 1e-6))
    assert abs(moved / p - 1) == pytest.approx(9.4**2 * 1e-6, rel=0.05)
    ours = replace(asked("p_value.fisher"), value=p * factor)
    assert [e.agrees for e in compare(ours, Recomputed("x", p, None, 1e-6))] == [agrees]
    exact = replace(ours, value=p * (1 + 1e-7))
    assert [e.agrees for e in compare(exact, Recomputed("x", p))] == [False]
