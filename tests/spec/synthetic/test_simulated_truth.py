"""What simulate draws agrees with the stated truth; limits are five Monte Carlo standard errors."""

import numpy as np
import pytest
from example_cohort import cohort_of
from example_designs import SIDES, TWO_ARMS

from trialtrace.base.errors import UserError
from trialtrace.run.synthetic.draw import draw_cohort

SIZE = 6000


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return cohort_of(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def simulated(cohort):
    sizes = dict.fromkeys(("smt", "wbv", "tau"), SIZE)
    return draw_cohort(cohort, "example", mode="simulate", seed=11, sizes=sizes)


def test_shares_are_probabilities(simulated):
    rows = [row for row in simulated.truth if row["margin"] and row["what"].startswith("share")]
    assert len(rows) > 15
    for row in rows:
        p, n = row["value"], row["drawn_of"]
        error = 5 * np.sqrt(max(p * (1 - p), 1e-9) / n) + 2 / n
        assert abs(row["drawn"] / n - p) < error, (row["quantity"], row["group"], row["what"])


def test_how_many_have_a_value_is_a_probability_too(simulated):
    patients = simulated.levels["patients"]
    arm = np.array(patients.view("arm").to_pylist())
    known = patients.view("cipn").is_valid().to_numpy(zero_copy_only=False)
    for name, share in (("smt", 40 / 55), ("wbv", 34 / 53), ("tau", 34 / 50)):
        assert abs(known[arm == name].mean() - share) < 5 * np.sqrt(0.25 / SIZE)


def test_parts_still_agree_with_the_composite(simulated):
    patients = simulated.levels["patients"]
    parts = ("vibration", "touch", "strength", "reflex", "nerve", "position")
    table = [np.array(patients.view(name).to_pylist(), dtype=object) for name in parts]
    yes = sum((column == "yes").astype(int) for column in table)
    missing = sum(np.equal(column, None).astype(int) for column in table)
    cipn = np.array(patients.view("cipn").to_pylist(), dtype=object)
    assert (yes[cipn == "yes"] >= 2).all()
    assert ((yes + missing)[cipn == "no"] <= 1).all()
    assert (yes[np.equal(cipn, None)] <= 1).all()


def test_moments_are_those_of_the_population(simulated, tmp_path):
    age = simulated.levels["patients"].view("age").to_numpy()
    assert abs(age.mean() - 49) < 5 * age.std() / np.sqrt(len(age))
    assert (age.min(), age.max()) == (18, 82)
    cohort = cohort_of(tmp_path, TWO_ARMS)
    drawn = draw_cohort(cohort, "two", mode="simulate", seed=5, sizes={"int": SIZE, "con": SIZE})
    patients = drawn.levels["patients"]
    arm, weight = np.array(patients.view("arm").to_pylist()), patients.view("weight").to_numpy()
    for name, mean, sd in (("int", 71.5, 11.3), ("con", 75.1, 15.4)):
        values = weight[arm == name]
        assert abs(values.mean() - mean) < 5 * sd / np.sqrt(SIZE)
        assert abs(values.std() - sd) < 5 * sd / np.sqrt(2 * SIZE)
    # 90 lesions of 56 patients; the rate differs by frailty, and its mean stays.
    lesions = patients.view("n_lesions").to_numpy()
    assert abs(lesions.mean() - 90 / 56) < 5 * lesions.std() / np.sqrt(2 * SIZE)


def test_correlations_are_those_that_were_stated(tmp_path):
    cohort = cohort_of(tmp_path, SIDES)
    drawn = draw_cohort(cohort, "sides", mode="simulate", seed=5, sizes={"patients": 400})
    area = np.log(drawn.levels["fibres"].view("area").to_numpy()).reshape(800, 250)
    # Exchangeable: the variance of the means is rho + (1 - rho) / 250 of the whole.
    assert abs(area.mean(axis=1).var() / area.var() - (0.2 + 0.8 / 250)) < 0.06


def test_repeated_measures_have_their_matrix(simulated):
    visits = simulated.levels["visits"]
    visit = np.array(visits.view("visit").to_pylist())
    wide = np.full((3 * SIZE, 3), np.nan)
    columns = [("baseline", "week_12", "post").index(name) for name in visit]
    wide[visits.parent, columns] = np.log(visits.view("sway").to_numpy())
    wide = wide[~np.isnan(wide).any(axis=1)]
    stated = np.array([[1, 0.6, 0.5], [0.6, 1, 0.6], [0.5, 0.6, 1]])
    assert np.abs(np.corrcoef(wide.T) - stated).max() < 5 / np.sqrt(len(wide))
    means = np.exp(wide).mean(axis=0)
    assert np.abs(means - [400, 420, 450]).max() < 5 * 120 / np.sqrt(len(wide))


def test_rivals_are_those_of_the_printed_sizes(simulated):
    rows = [row for row in simulated.truth if row["quantity"] == "cipn" and row["what"] == "share"]
    assert [(row["rivals"], row["rival_sets"]) for row in rows] == [(5, 30), (3, 30), (2, 30)]


def test_totals_are_rates(simulated):
    number = simulated.levels["patients"].view("n_events").to_numpy()
    assert abs(number.mean() - 7 / 158) < 5 * np.sqrt(7 / 158 / len(number))


def test_sizes_are_for_simulate_alone(cohort):
    for mode, sizes in (("display", {"smt": 1, "wbv": 1, "tau": 1}), ("simulate", {"smt": 1})):
        with pytest.raises(UserError, match="sizes of smt, wbv, tau"):
            draw_cohort(cohort, "example", mode=mode, seed=1, sizes=sizes)
