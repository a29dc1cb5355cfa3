"""Times to an event: curves, medians, follow-up, three arms in one Cox model, log-rank tests."""

import math

import pytest

DEATH = """
analyses:
  death:
    label: Death
    role: primary
    estimand: doses
    overall: true
    describe:
      - {events: count}
      - {survival: {method: kaplan_meier, interval: log_log, times: [3, 6.5, 50]}}
      - {median_time: {method: kaplan_meier, interval: log_log}}
      - {follow_up: {method: reverse_kaplan_meier, interval: log_log}}
    estimates: [{hazard_ratio: {method: cox, ties: efron}}]
    tests:
      - {log_rank: {groups: all, sides: two_sided}}
      - {log_rank: {groups: pairs, sides: two_sided}}
"""


@pytest.fixture
def three_arms(trial):
    trial.times("high", "2", "9", "11+", "12+", "14+", "20+", "21+")
    trial.times("low", "3", "5", "8+", "10", "13")
    return trial.times("sham", "1", "4", "6", "7+")


def test_a_curve_by_hand(three_arms):
    """The sham arm: 4 at risk, events at 1, 4 and 6, so 3/4, then 2/4, then 1/4."""
    found = three_arms.results(DEATH)
    assert found.value("death/survival.kaplan_meier@sham;time=3") == 3 / 4
    assert found.value("death/survival.kaplan_meier@sham;time=6.5") == pytest.approx(1 / 4)
    assert found.value("death/at_risk.count@sham;time=6.5") == 1
    assert found.value("death/at_risk.count@sham;time=50") == 0
    assert "followed" in found.error("death/survival.kaplan_meier@sham;time=50")
    # At 1/2 from 4 to 6: the middle of that stretch.
    assert found.text("death/median_time.kaplan_meier@sham").startswith("5 weeks (95 % CI ")
    assert found.value("death/events.count@sham") == 3
    assert found.value("death/count.subjects@all") == 16
    # Events of the share are those until its day, of 3 in the whole follow-up.
    assert found.n("death/survival.kaplan_meier@sham;time=3", "numerator") == 1
    assert found.n("death/survival.kaplan_meier@sham;time=6.5", "numerator") == 3
    assert found.n("death/survival.kaplan_meier@sham;time=3", "analysed") == 4


def test_a_curve_that_stays_above_one_half(three_arms):
    found = three_arms.results(DEATH)
    row = found["death/median_time.kaplan_meier@high"]
    assert (row["stat_value"], row["error"]) == (None, None)
    assert row["stat_text"] == "not reached"
    assert row["warning"] == "The curve stays above one half."


def test_follow_up_takes_censoring_for_the_event(three_arms):
    """The sham arm: one censored, at the last time, so the reverse curve drops there to 0."""
    found = three_arms.results(DEATH)
    assert found.value("death/follow_up.reverse_kaplan_meier@sham") == 7


def test_three_arms_share_one_cox_model(three_arms):
    found = three_arms.results(DEATH)
    names = [f"death/hazard_ratio.cox@{arm}-sham" for arm in ("high", "low")]
    for name in names:
        row = found[name]
        assert 0 < row["ci_low"] < row["stat_value"] < row["ci_high"]
        # Both stand on all arms, since all arms are in the model.
        assert (found.n(name, "analysed"), found.n(name, "numerator")) == (16, 9)
        # A Wald test and a Wald interval at the same level agree.
        p = found.value(name.replace("hazard_ratio.cox", "p_value.cox_wald"))
        spread = math.log(row["ci_high"] / row["ci_low"]) / (2 * 1.959963984540054)
        z = math.log(row["stat_value"]) / spread
        assert p == pytest.approx(math.erfc(abs(z) / 2**0.5), rel=1e-8)


def test_log_rank_over_all_arms_and_for_each_pair(three_arms):
    found = three_arms.results(DEATH)
    assert found.value("death/df.log_rank@all") == 2
    assert found.value("death/df.log_rank@high-sham") == 1
    assert found["death/p_value.log_rank@high-sham"]["n_used"] == 11
    assert found["death/p_value.log_rank@all"]["n_used"] == 16


def test_the_two_arm_log_rank_by_hand(trial):
    """Events at 1 (sham), 2 (high), 3 (sham): expected in high 2/4 + 2/3 + 1/2 = 5/3."""
    trial.times("high", "2", "4+").times("sham", "1", "3")
    plan = DEATH.replace("doses", "death").replace("{groups: pairs, sides", "{groups: all, sides")
    plan = plan.replace("      - {log_rank: {groups: all, sides: two_sided}}\n", "", 1)
    found = trial.results(plan)
    variance = 1 / 4 + 2 / 9 + 1 / 4
    chi_squared = (1 - 5 / 3) ** 2 / variance
    assert found.value("death/chi_squared.log_rank@all") == pytest.approx(chi_squared)
    p = math.erfc((chi_squared / 2) ** 0.5)
    assert found.value("death/p_value.log_rank@all") == pytest.approx(p)


def test_an_arm_without_events(trial):
    trial.times("high", "5+", "6+").times("low", "2", "7+").times("sham", "1", "3", "8")
    found = trial.results(DEATH)
    row = found["death/survival.kaplan_meier@high;time=3"]
    assert row["stat_text"] == "100.0 % (95 % CI not estimable)"
    # The model has no maximum, for no comparison of it.
    for arm in ("high", "low"):
        assert found.error(f"death/hazard_ratio.cox@{arm}-sham")
        assert f"death/p_value.cox_wald@{arm}-sham" not in found
    assert 0 < found.value("death/p_value.log_rank@high-sham") < 1
