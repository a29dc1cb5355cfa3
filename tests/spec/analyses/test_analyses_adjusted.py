"""Models over visits, competing events, ordinal values, hierarchies: small data by hand."""

import pytest

PAIR = "high-sham"
PAIN = """
analyses:
  over_time:
    label: Pain over time
    role: primary
    estimand: pain
    visits: [day 2, day 3]
    estimates:
      - mean_difference:
          {method: mmrm, covariance: unstructured, groups: common, covariates: [], slopes: common,
           estimation: REML, df: kenward_roger}
      - {mean_difference: {method: ancova, covariates: [baseline], strata: [], variance: model}}
      - {odds_ratio: {method: proportional_odds, covariates: []}}
    describe: [{categories: count}]
    tests: [{rank_anova: {within: visit, between: arm}}]
"""
HIGH = [(3, 2, 1), (5, 5, 2), (4, 1, 1), (6, 3, 0)]
SHAM = [(4, 4, 4), (6, 5, 5), (5, 6, 3)]


@pytest.fixture
def pain(trial):
    return trial.visits("high", *HIGH).visits("sham", *SHAM)


def test_a_mixed_model_of_whole_subjects_has_the_arms_means(pain):
    found = pain.results(PAIN)
    for visit, at in (("day_2", 1), ("day_3", 2)):
        means = [sum(row[at] for row in arm) / len(arm) for arm in (HIGH, SHAM)]
        name = f"over_time/mean_difference.mmrm@{PAIR};visit={visit}"
        assert found.value(name) == pytest.approx(means[0] - means[1])
        assert found.value(f"over_time/mean.mmrm@high;visit={visit}") == pytest.approx(means[0])
        # One value a subject at the visit: Student's test has the same degrees of freedom.
        df = f"over_time/df.mmrm@{PAIR};visit={visit}"
        assert found.value(df) == pytest.approx(5, rel=0.2)


def test_covariance_takes_the_baseline_out(pain):
    """By hand: the slope within arms, and means at the mean baseline."""
    found = pain.results(PAIN)
    arms = [[(row[0], row[1]) for row in arm] for arm in (HIGH, SHAM)]
    centres = [[sum(v) / len(arm) for v in zip(*arm, strict=True)] for arm in arms]
    within = [
        ((b - cb) * (y - cy), (b - cb) ** 2)
        for arm, (cb, cy) in zip(arms, centres, strict=True)
        for b, y in arm
    ]
    slope = sum(v for v, _ in within) / sum(v for _, v in within)
    (b1, y1), (b0, y0) = centres
    name = f"over_time/mean_difference.ancova@{PAIR};visit=day_2"
    assert found.value(name) == pytest.approx((y1 - y0) - slope * (b1 - b0))


def test_a_model_that_has_no_answer_is_an_error_and_not_a_number(trial):
    trial.visits("high", (1, 2, None), (2, 3, None)).visits("sham", (1, None, 2), (2, None, 4))
    found = trial.results(PAIN)
    assert "never observed in the same subject" in found.error(
        f"over_time/mean_difference.mmrm@{PAIR};visit=day_2"
    )


def test_categories_have_a_count_in_each_arm(pain):
    found = pain.results(PAIN)
    count = "over_time/count.categories@{};visit=day_2;category={}"
    assert [found.value(count.format("high", v)) for v in (1, 2, 3, 4, 5, 6)] == [1, 1, 1, 0, 1, 0]
    assert found.value(count.format("sham", 6)) == 1
    assert found.n(count.format("sham", 6), "numerator") == 1


DEATH = """
analyses:
  incidence:
    label: Death while leaving competes
    role: primary
    estimand: death
    describe:
      - {incidence: {method: aalen_johansen, variance: delta, times: [4]}}
      - {mean_time: {method: restricted, horizon: last_observed}}
  hierarchy:
    label: Death, then the score
    role: secondary
    estimand: death
    describe: [{mean_time: {method: restricted, horizon: 5}}]
    estimates:
      - win_ratio:
          method: all_pairs
          first: {wins: later, margin: 0}
          then: [{endpoint: score, value: value, wins: higher, margin: 1, missing: open}]
"""


def test_a_competing_event_takes_from_the_risk(trial):
    trial.times("high", "1", "2", "3", "4", "5+").times("sham", "1", "6+")
    trial.followed[1]["CNSR"] = 2
    found = trial.results(DEATH)
    # 1/5 die at 1; of the 4/5 left a quarter leaves at 2; then 3/5 alive and free: a third, a half.
    expected = 1 / 5 + 3 / 5 * 1 / 3 + 2 / 5 * 1 / 2
    assert found.value("incidence/incidence.aalen_johansen@high;time=4") == pytest.approx(expected)
    said = found["incidence/mean_time.restricted@sham"]["warning"]
    assert said.startswith("Restricted to the last observed time, 6 weeks")


def test_no_mean_up_to_a_horizon_has_an_interval_beyond_it(trial):
    """Of 1 and 6+ the mean up to 5 is 3, by Greenwood's variance 2² · 1/2 from 0.23 to 5.77."""
    trial.times("high", "1", "6+").times("sham", "1", "6+")
    found = trial.results(DEATH)["hierarchy/mean_time.restricted@sham"]
    assert (found["stat_value"], found["ci_high"]) == (3, 5)
    assert found["ci_low"] == pytest.approx(3 - 1.959964 * 2**0.5)
    assert found["warning"].startswith("The interval is cut at the horizon")


def test_the_first_outcome_that_tells_two_patients_apart(trial):
    trial.times("high", "9+", "9+").times("sham", "3", "9+", "9+")
    for subject, score in zip(trial.followed, (7, None, 1, 6, 2), strict=True):
        keys = ("STUDYID", "USUBJID", "SYNTHFL", "TRTP")
        base = {key: subject[key] for key in keys}
        trial._record(base, "SCORE", 2, AVAL=None if score is None else float(score))
    found = trial.results(DEATH)
    # Both treated outlive the one who died; 7 beats 2 but not 6 by more than 1; None decides none.
    assert found.value(f"hierarchy/wins.all_pairs@{PAIR};outcome=death") == 2
    assert found.value(f"hierarchy/wins.all_pairs@{PAIR};outcome=score") == 1
    assert found.value(f"hierarchy/ties.all_pairs@{PAIR}") == 3
    assert found.value(f"hierarchy/net_benefit.all_pairs@{PAIR}") == pytest.approx(3 / 6)
