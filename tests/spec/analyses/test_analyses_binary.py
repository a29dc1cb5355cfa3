"""Events by arm, two arms compared, strata: 3 of 10 and 6 of 12, and what nearly nothing gives."""

import pytest

from trialtrace.base.errors import UserError

PLAN = """
analyses:
  relief:
    label: Relief
    role: primary
    estimand: relief
    overall: true
    describe: [{proportion: wilson}]
    estimates:
      - {risk_difference: newcombe}
      - {risk_difference: wald}
      - {risk_difference: miettinen_nurminen}
      - {risk_ratio: katz_log}
      - {odds_ratio: woolf}
      - {number_needed_to_treat: newcombe}
    tests: [{fisher: {sides: two_sided}}, {chi_squared: {correction: none}},
            {chi_squared: {correction: continuity}}]
"""
PAIR = "high-sham"


def test_counts_shares_and_comparisons(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=12)
    found = trial.results(PLAN)
    assert found.text("relief/count.events@high") == "3"
    assert found.value("relief/proportion.wilson@high") == 3 / 10
    assert found.value("relief/proportion.wilson@all") == pytest.approx(9 / 22)
    assert found.value(f"relief/risk_difference.newcombe@{PAIR}") == 3 / 10 - 6 / 12
    assert found.value(f"relief/risk_ratio.katz_log@{PAIR}") == (3 / 10) / (6 / 12)
    assert found.value(f"relief/odds_ratio.woolf@{PAIR}") == pytest.approx((3 / 7) / (6 / 6))
    # 5 patients avoid one event, as 1 / (1/2 - 3/10); the interval of the difference, by R's
    # prop.test of each arm, is -0.5124 to 0.1906.
    needed = found[f"relief/number_needed_to_treat.newcombe@{PAIR}"]
    assert needed["stat_value"] == pytest.approx(5)
    assert needed["stat_text"] == "NNTB 5.0 (95 % CI NNTH 5.2 to ∞ to NNTB 2.0)"


def test_a_method_stands_in_every_identifier_also_a_corrected_one(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=12)
    names = trial.results(PLAN).of("relief")
    assert {name.split("/")[1] for name in names if "chi_squared" in name} == {
        f"{stat}.chi_squared{end}@{PAIR}"
        for stat in ("p_value", "chi_squared", "df")
        for end in ("", "_continuity")
    }


def test_roles_are_the_rows_behind_the_number(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=12).events("low", 1, of=5)
    found = trial.results(PLAN)
    share = "relief/proportion.wilson@high"
    assert (found.n(share, "numerator"), found.n(share, "denominator")) == (3, 10)
    assert found[share]["n_used"] == found[share]["denominator"] == 10
    # The low dose is not compared, so it is in nothing, not even in "all".
    assert found[share.replace("high", "all")]["n_used"] == 22
    risk = f"relief/risk_difference.newcombe@{PAIR}"
    assert (found.n(risk, "analysed"), found.n(risk, "numerator")) == (22, 9)


def test_a_missing_outcome_is_in_no_denominator(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=12)
    trial.records[9]["AVAL"] = None
    found = trial.results(PLAN)
    assert found["relief/count.events@high"]["denominator"] == 9


def test_no_event_in_an_arm(trial):
    trial.events("high", 3, of=10).events("sham", 0, of=12)
    found = trial.results(PLAN)
    assert found.text("relief/proportion.wilson@sham").startswith("0.0 % (95 % CI 0.0 to ")
    assert found.error(f"relief/risk_ratio.katz_log@{PAIR}") == (
        "the estimate is infinite for these data."
    )
    assert found.error(f"relief/odds_ratio.woolf@{PAIR}")
    assert 0 < found.value(f"relief/p_value.fisher@{PAIR}") < 1


def test_no_event_at_all(trial):
    trial.events("high", 0, of=10).events("sham", 0, of=12)
    found = trial.results(PLAN)
    for name in ("risk_ratio.katz_log", "odds_ratio.woolf"):
        told = found.error(f"relief/{name}@{PAIR}")
        assert told == "the estimate is not defined for these data."
    assert found.error(f"relief/number_needed_to_treat.newcombe@{PAIR}")
    assert "nobody has the event" in found.error(f"relief/p_value.chi_squared@{PAIR}")
    assert found.value(f"relief/p_value.fisher@{PAIR}") == 1
    assert found.text(f"relief/risk_difference.wald@{PAIR}") == (
        "0.0 percentage points (95 % CI not estimable)"
    )


def test_an_arm_without_patients(trial):
    trial.events("high", 3, of=10)
    found = trial.results(PLAN)
    compared = [name for name in found.of("relief") if name.endswith(PAIR)]
    assert len(compared) == 6 + 3
    assert all("no patients" in found.error(name) for name in compared)
    assert found.error("relief/proportion.wilson@sham") == "the sample has no patients."
    assert found.value("relief/count.events@sham") == 0


def test_two_results_of_one_name_are_refused(trial):
    trial.events("high", 3, of=10).events("sham", 6, of=12)
    twice = PLAN.replace("[{proportion: wilson}]", "[{proportion: wilson}, {proportion: wilson}]")
    with pytest.raises(UserError, match="two results would carry the same identifier"):
        trial.results(twice)
    assert not (trial.folder / "analysis").exists()


STRATA = """
analyses:
  by_site:
    label: Relief by site
    role: sensitivity
    estimand: relief
    estimates: [{odds_ratio: {method: mantel_haenszel, strata: [site]}}]
    tests: [{cochran_mantel_haenszel: {strata: [site], correction: none, sides: two_sided}},
            {breslow_day: {strata: [site], correction: tarone}}]
"""


def test_a_common_odds_ratio_over_strata(trial):
    """(2·4/12 + 3·7/20) / (3·3/12 + 5·5/20), events and the others crosswise by stratum size."""
    trial.events("high", 2, of=5, site="N").events("sham", 3, of=7, site="N")
    trial.events("high", 3, of=8, site="S").events("sham", 5, of=12, site="S")
    found = trial.results(STRATA)
    common = (2 * 4 / 12 + 3 * 7 / 20) / (3 * 3 / 12 + 5 * 5 / 20)
    name = f"by_site/odds_ratio.mantel_haenszel@{PAIR}"
    assert found.value(name) == pytest.approx(common)
    assert found[name]["options"] == '{"confidence": 0.95, "strata": ["site"]}'


def test_who_has_no_stratum_is_in_no_table_and_not_counted(trial):
    trial.events("high", 2, of=5, site="N").events("sham", 3, of=7, site="N")
    trial.events("high", 2, of=2)
    found = trial.results(STRATA)
    name = f"by_site/odds_ratio.mantel_haenszel@{PAIR}"
    assert found.value(name) == pytest.approx((2 / 3) / (3 / 4))
    assert found[name]["n_used"] == found.n(name, "analysed") == 12
    assert found.n(name, "numerator") == 5


def test_strata_of_two_variables_are_crossed(trial):
    both = STRATA.replace("strata: [site]", "strata: [site, smoker]")
    cells = [("N", "No", 1, 3), ("N", "Yes", 2, 2), ("S", "No", 3, 1), ("S", "Yes", 2, 3)]
    numerator = denominator = 0.0
    for site, smoker, a, c in cells:
        trial.events("high", a, of=4, site=site, smoker=smoker)
        trial.events("sham", c, of=4, site=site, smoker=smoker)
        numerator, denominator = numerator + a * (4 - c) / 8, denominator + c * (4 - a) / 8
    found = trial.results(both)
    name = f"by_site/odds_ratio.mantel_haenszel@{PAIR}"
    assert found.value(name) == pytest.approx(numerator / denominator)


def test_a_stratum_with_one_arm_and_no_stratum_at_all(trial):
    trial.events("high", 2, of=5, site="N").events("sham", 3, of=7, site="N")
    alone = trial.results(STRATA).value(f"by_site/odds_ratio.mantel_haenszel@{PAIR}")
    trial.events("high", 4, of=4, site="S")
    found = trial.results(STRATA)
    assert found.value(f"by_site/odds_ratio.mantel_haenszel@{PAIR}") == alone
    trial.subjects = [subject | {"SITEID": None} for subject in trial.subjects]
    found = trial.results(STRATA)
    assert all(found.error(name) for name in found.of("by_site"))
