"""Power, coverage and bias against closed forms and all tables, within Monte Carlo error."""

from itertools import product
from math import sqrt
from pathlib import Path

import mini_trial
import numpy as np
import pytest
from mini_simulation import run
from scipy.stats import binom, fisher_exact
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import proportion_confint

pytestmark = pytest.mark.full

REPLICATES, ARM = 300, 20
P1, P0 = 0.7, 0.4
SD, RATIO = 1.2, 0.5
# Of all numbers that are held here, at these seeds; another seed is as good.
ERRORS = 3.0
# A trial whose patients nobody draws by a script: arms with these endpoints.
TEXT = f"""\
of: [relief_primary, pain_each, death_time]
replicates: {REPLICATES}
seed: 2
truths:
  nothing:
    why: How often chance alone is called an effect.
    no_effect: true
    patients: {{drug: {ARM}, placebo: {ARM}}}
    endpoints:
      relief: {{control: {P0}}}
      first_pain: {{control: 5, sd: {SD}}}
      death: {{control: 200, follow_up: 400}}
  effect:
    why: Of a known size.
    patients: {{drug: {ARM}, placebo: {ARM}}}
    endpoints:
      relief: {{control: {P0}, effect: {P1 - P0:.1f}}}
      first_pain: {{control: 5, effect: -1, sd: {SD}}}
      death: {{control: 200, effect: {{drug: {RATIO}}}, follow_up: 400}}
"""
PLAN = mini_trial.PLAN.replace("variable: pain\n", "variable: first_pain\n").replace(
    "    visits: all\n", ""
)
DIFFERENCE = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
FISHER = "mini/relief_primary/p_value.fisher@drug-placebo"
MEANS = "mini/pain_each/mean_difference.welch@drug-placebo"
HAZARD = "mini/death_time/hazard_ratio.cox@drug-placebo"
WELCH = "mini/pain_each/p_value.welch_t@drug-placebo"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict]:
    """The characteristics by truth and result."""
    root: Path = tmp_path_factory.mktemp("oracles")
    at = mini_trial.write_project(root, plan=PLAN, claims="papers: {}\nclaims: {}\n")
    (at.trial_config("mini") / "simulation.yaml").write_text(TEXT)
    assert mini_trial.told(at) == ""
    tables = run(at, root / "made")
    return {(row["truth"], row["result_id"]): row for row in tables["characteristics"]}


def close(share: float, exact: float) -> bool:
    """Whether a share of replicates is an exact one, within its Monte Carlo error."""
    return abs(share - exact) < ERRORS * sqrt(exact * (1 - exact) / REPLICATES)


def newcombe(x1: int, x0: int) -> tuple[float, float]:
    """Newcombe's interval from Wilson's of statsmodels."""
    (l1, u1), (l0, u0) = (proportion_confint(x, ARM, method="wilson") for x in (x1, x0))
    p1, p0 = x1 / ARM, x0 / ARM
    low = p1 - p0 - sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2)
    return low, p1 - p0 + sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)


def chance(p1: float, p0: float, holds) -> float:
    """The probability of what holds of two counts, by all of them."""
    return sum(
        binom.pmf(x1, ARM, p1) * binom.pmf(x0, ARM, p0)
        for x1, x0 in product(range(ARM + 1), repeat=2)
        if holds(x1, x0)
    )


def rejects(x1: int, x0: int) -> bool:
    return fisher_exact([[x1, ARM - x1], [x0, ARM - x0]]).pvalue <= 0.05


def covers(x1: int, x0: int, true: float) -> bool:
    low, high = newcombe(x1, x0)
    return low <= true <= high


@pytest.mark.parametrize(("truth", "p1"), [("effect", P1), ("nothing", P0)])
def test_fishers_test_rejects_as_all_tables_do(found: dict, truth: str, p1: float):
    assert close(found[truth, FISHER]["rejected"], chance(p1, P0, rejects))


@pytest.mark.parametrize(("truth", "p1"), [("effect", P1), ("nothing", P0)])
def test_newcombes_interval_covers_as_in_all_tables(found: dict, truth: str, p1: float):
    row = found[truth, DIFFERENCE]
    exact = chance(p1, P0, lambda x1, x0: covers(x1, x0, p1 - P0))
    assert row["true_value"] == pytest.approx(p1 - P0, abs=1e-9) and row["true_error"] == 0
    assert close(row["coverage"], exact)


def test_welchs_test_has_the_power_of_the_noncentral_t(found: dict):
    power = TTestIndPower().power(effect_size=1 / SD, nobs1=ARM, alpha=0.05)
    assert close(found["effect", WELCH]["rejected"], float(power))
    assert close(found["nothing", WELCH]["rejected"], 0.05)


def test_nothing_is_found_where_nothing_is_and_the_effect_where_it_is(found: dict):
    for truth, name, true in (
        ("nothing", DIFFERENCE, 0.0),
        ("nothing", MEANS, 0.0),
        ("effect", DIFFERENCE, P1 - P0),
        ("effect", MEANS, -1.0),
    ):
        row = found[truth, name]
        mean = row["bias"] + row["true_value"]
        assert abs(mean - true) < ERRORS * row["bias_error"]
        assert row["failed"] == 0


def test_the_spread_is_that_of_the_sampling_distribution(found: dict):
    row = found["effect", MEANS]
    assert abs(row["sd"] - SD * sqrt(2 / ARM)) < ERRORS * row["sd_error"]
    assert abs(row["mean_se"] - SD * sqrt(2 / ARM) * 2.024 / 1.96) < ERRORS * row["mean_se_error"]
    spread = sqrt(P1 * (1 - P1) / ARM + P0 * (1 - P0) / ARM)
    assert (
        abs(found["effect", DIFFERENCE]["sd"] - spread)
        < ERRORS * (found["effect", DIFFERENCE]["sd_error"])
    )


def test_a_large_trial_finds_what_is_true(found: dict):
    """The true difference of means is known here to the test and not to the program."""
    row = found["effect", MEANS]
    assert row["true_by"] == "large trial"
    assert row["true_error"] == pytest.approx(SD * sqrt(2 / 5000), rel=0.05)
    assert abs(row["true_value"] + 1) < ERRORS * row["true_error"]
    assert np.isfinite(row["width"])
    ratio = found["effect", HAZARD]
    assert abs(np.log(ratio["true_value"] / RATIO)) < ERRORS * ratio["true_error"] / RATIO
