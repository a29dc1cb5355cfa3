"""The page on methods in plans is what the cards, the formulas and the checks say."""

import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from written.plan_methods import reference, stands_on

from trialtrace.run.trial.plan.registry import cards


@pytest.fixture(scope="module")
def rows() -> dict[str, list[str]]:
    """The cells of each method's row."""
    return {
        cells[1].strip("` "): [cell.strip() for cell in cells[2:-1]]
        for line in reference().splitlines()
        if line.startswith("| `") and (cells := line.replace("\\|", "").split("|"))
    }


def test_every_method_has_a_row_with_a_title(rows):
    assert set(rows) == {card.step for card in cards()}
    assert all(what and computes and checks for what, computes, checks, _ in rows.values())


@pytest.mark.parametrize(
    ("step", "checks", "r"),
    [
        ("p_value.fisher", "scipy `fisher_exact`", "`fisher.test(table)$p.value`"),
        ("hazard_ratio.cox", "statsmodels `PHReg`", "coxph("),
        ("p_value.mixed_anova", "pingouin `mixed_anova`; statsmodels `OLS`", "car::Anova("),
        ("p_value.barnard", "own code", "by hand in"),
    ],
)
def test_who_checks_and_what_r_calls_it(rows, step, checks, r):
    assert rows[step][2] == checks
    assert r in rows[step][3]


def _curve(time, event):
    from scipy.stats import norm, rankdata

    return SurvfuncRight(rankdata(time), event), norm.ppf(0.975)


def test_what_a_function_stands_on_is_neither_a_distribution_nor_a_rank():
    assert stands_on(_curve) == {"statsmodels `SurvfuncRight`"}
