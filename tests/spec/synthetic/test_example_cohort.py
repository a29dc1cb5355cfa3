"""What a drawn cohort promises, on the example that has most kinds of quantities."""

from collections import Counter

import numpy as np
import pyarrow.compute as pc
import pytest
from example_cohort import COHORT, cohort_of

from trialtrace.run.synthetic.draw import draw_cohort


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    cohort = cohort_of(tmp_path_factory.mktemp("cohort"))
    return draw_cohort(cohort, "example", mode="display", seed=7)


def counts(level, name, by="arm"):
    """(group, value) -> rows."""
    return Counter(zip(level.view(by).to_pylist(), level.view(name).to_pylist(), strict=True))


def test_printed_counts_are_hit(drawn):
    patients = drawn.levels["patients"]
    assert Counter(patients.view("arm").to_pylist()) == {"smt": 55, "wbv": 53, "tau": 50}
    found = counts(patients, "cipn")
    assert [found[arm, "yes"] for arm in ("smt", "wbv", "tau")] == [12, 14, 24]
    assert [found[arm, "no"] for arm in ("smt", "wbv", "tau")] == [28, 20, 10]


def test_a_margin_among_others_is_hit_too(drawn):
    patients = drawn.levels["patients"]
    inside = [
        (arm, cipn)
        for arm, cipn, pp in zip(
            *(patients.view(name).to_pylist() for name in ("arm", "cipn", "pp")), strict=True
        )
        if pp == "yes"
    ]
    found = Counter(inside)
    assert [found[arm, "yes"] for arm in ("smt", "wbv", "tau")] == [10, 9, 22]
    assert [found[arm, "no"] for arm in ("smt", "wbv", "tau")] == [25, 15, 8]


def test_the_mean_and_the_range_print_as_printed(drawn):
    age = drawn.levels["patients"].view("age").to_numpy()
    assert 48.5 <= age.mean() < 49.5
    assert (age.min(), age.max()) == (18, 82)
    assert age.dtype == np.int64


def test_the_parts_agree_with_the_composite(drawn):
    patients = drawn.levels["patients"]
    parts = ("vibration", "touch", "strength", "reflex", "nerve", "position")
    table = {name: np.array(patients.view(name).to_pylist(), dtype=object) for name in parts}
    yes = sum((column == "yes").astype(int) for column in table.values())
    missing = sum(np.equal(column, None).astype(int) for column in table.values())
    cipn = np.array(patients.view("cipn").to_pylist(), dtype=object)
    assert (yes[cipn == "yes"] >= 2).all()
    assert (yes[cipn == "no"] + missing[cipn == "no"] <= 1).all()
    unknown = np.equal(cipn, None)
    assert unknown.sum() == 50
    assert (yes[unknown] <= 1).all()
    assert (yes[unknown] + missing[unknown] >= 2).all()
    found = counts(patients, "vibration")
    assert (found["smt", "yes"], found["tau", "yes"]) == (18, 25)


def test_numbers_stay_on_their_side_of_other_quantities(drawn):
    sites = drawn.levels["sites"]
    fork, norm = (sites.view(name).to_numpy() for name in ("fork", "upper_norm"))
    abnormal = np.array(sites.view("abnormal").to_pylist()) == "yes"
    assert (fork[abnormal] < norm[abnormal]).all()
    assert (fork[~abnormal] >= norm[~abnormal]).all()
    assert (fork * 2 == np.round(fork * 2)).all()


def test_nothing_after_the_last_day(drawn):
    visits = drawn.levels["visits"]
    last, day = visits.view("last_day"), visits.view("visit_day")
    assert not pc.any(pc.greater(day, last)).as_py()
    assert pc.sum(pc.is_valid(last)).as_py() > 0


def test_sessions_attended_are_as_many_as_the_patient_has(drawn):
    sessions, patients = drawn.levels["sessions"], drawn.levels["patients"]
    present = np.array(sessions.view("present").to_pylist()) == "yes"
    found = np.bincount(sessions.parent, weights=present, minlength=patients.size)
    arm = np.array(patients.view("arm").to_pylist())
    wanted = patients.view("attended").fill_null(0).to_numpy(zero_copy_only=False)
    assert (found == wanted).all()
    assert (found[arm == "tau"] == 0).all()
    pp = np.array(patients.view("pp").to_pylist()) == "yes"
    assert ((found > 30) == pp)[arm != "tau"].all()


def test_cycles_follow_each_other(drawn):
    cycles = drawn.levels["cycles"]
    parent, day = cycles.parent, cycles.view("cycle_day").to_numpy()
    same = parent[1:] == parent[:-1]
    assert set(np.diff(day)[same].tolist()) == {14, 21}
    assert set(day[np.concatenate(([True], ~same))].tolist()) == {0, 7}


def test_events_add_up(drawn):
    assert drawn.levels["events"].size == 7
    assert drawn.levels["events"].view("serious").to_pylist().count("yes") == 1


def test_the_truth_counts_the_sets_that_print_the_same(drawn):
    rows = [row for row in drawn.truth if row["quantity"] == "cipn" and row["what"] == "share"]
    # 3/10, 6/20, 9/30, 12/40, 15/50; 7/17, 14/34, 21/51; 12/17, 24/34.
    assert [row["rivals"] for row in rows] == [5, 3, 2]
    assert {row["rival_sets"] for row in rows} == {30}
    assert {row["tag"] for row in rows} == {"arithmetic"}
    assert [(row["drawn"], row["drawn_of"]) for row in rows] == [(12, 40), (14, 34), (24, 34)]


def test_a_further_quantity_changes_no_other(drawn, tmp_path):
    more = COHORT + "  extra: {level: patients, normal: {mean: 0, sd: 1}}\n"
    other = draw_cohort(cohort_of(tmp_path, more), "example", mode="display", seed=7)
    for name, level in drawn.levels.items():
        for column, values in level.columns.items():
            assert other.levels[name].columns[column].equals(values), column


def test_another_seed_draws_another_cohort(tmp_path):
    cohort = cohort_of(tmp_path)
    one, two = (draw_cohort(cohort, "example", mode="display", seed=seed) for seed in (1, 2))
    ages = [each.levels["patients"].view("age").to_pylist() for each in (one, two)]
    assert ages[0] != ages[1]
