"""The real trials against numbers that were computed elsewhere.

Unless said otherwise they came with the description of the trials, before this package was written,
to the digits given. What R says of the same data is in test_real_r.py.
"""

import pytest
from scipy.stats import multivariate_normal, norm

TO_THE_DIGITS = {"rel": 5e-8}
PEP = "pep_primary/{}@indomethacin-placebo"


@pytest.fixture
def elmunzer(real):
    return real["elmunzer2012"]


@pytest.fixture
def ruetzler(real):
    return real["ruetzler2013"]


@pytest.fixture
def moertel(real):
    return real["moertel1990"]


def test_elmunzer_counts_as_printed(elmunzer):
    """Elmunzer 2012: 27 of 295 against 52 of 307, 79 of 602; bleeding 4 and 7."""
    for group, events, of in [("indomethacin", 27, 295), ("placebo", 52, 307), ("all", 79, 602)]:
        row = elmunzer.rows[f"pep_primary/count.events@{group}"]
        assert (row["stat_value"], row["denominator"]) == (events, of)
        assert elmunzer.value(f"flow/randomised.count@{group}") == of
    for group, events in [("indomethacin", 4), ("placebo", 7), ("all", 11)]:
        assert elmunzer.value(f"bleeding/count.events@{group}") == events


def test_elmunzer_primary(elmunzer):
    assert elmunzer.value(PEP.format("p_value.fisher")) == pytest.approx(0.005339051, rel=1e-7)
    risk = PEP.format("risk_difference.newcombe")
    assert elmunzer.value(risk) == pytest.approx(27 / 295 - 52 / 307, rel=1e-11)
    assert elmunzer.interval(risk) == pytest.approx((-0.131621006, -0.023990951), **TO_THE_DIGITS)
    odds = PEP.format("odds_ratio.woolf")
    assert elmunzer.value(odds) == pytest.approx(27 * 255 / (268 * 52), rel=1e-11)
    assert elmunzer.value(odds) == pytest.approx(0.494044202, rel=1e-8)
    stratified = PEP.format("p_value.cochran_mantel_haenszel").replace("primary", "by_site")
    assert elmunzer.value(stratified) == pytest.approx(0.005955534, rel=1e-6)


def test_elmunzer_decides_at_the_level_of_the_look_that_stopped_it(elmunzer):
    """Lan and DeMets's spending of 0.05 two-sided, at 400 and 602 of 948 patients: both looks
    together spend by then what the function says."""
    first, second = 0.422, 0.635
    spent = [4 * norm.sf(norm.isf(0.05 / 4) / t**0.5) for t in (first, second)]
    level = elmunzer.run.trial.plan.analyses["pep_primary"].decision_level
    bounds = norm.isf(spent[0] / 2), norm.isf(level / 2)
    both = multivariate_normal(cov=[[1, (first / second) ** 0.5], [(first / second) ** 0.5, 1]])
    inside = both.cdf(bounds, lower_limit=[-each for each in bounds])
    assert 1 - inside == pytest.approx(spent[1], rel=1e-6)
    assert elmunzer.rows[PEP.format("risk_difference.newcombe")]["ci_level"] == 0.95


def test_ruetzler_counts(ruetzler):
    """Ruetzler 2013: sore throat at 4 h in 24 of 117 (21 %) and 52 of 116 (45 %)."""
    for arm, events, of in [("licorice", 24, 117), ("sugar", 52, 116)]:
        row = ruetzler.rows[f"sore_throat_4h/count.events@{arm};visit=4_h"]
        assert (row["stat_value"], row["denominator"]) == (events, of)
    assert ruetzler.value("flow/randomised.count@all") == 235
    assert ruetzler.value("flow/analysed.count@all;parameter=throat_pain_over_time") == 233


@pytest.mark.parametrize(
    ("stat", "effect", "value"),
    [
        ("f", "arm", 27.356192),
        ("df1", "arm", 1),
        ("df2", "arm", 231),
        ("f", "visit", 4.1159348),
        ("df1", "visit", 3),
        ("df2", "visit", 693),
        ("epsilon_gg", "visit", 0.65123588),
        ("p_value", "visit", 0.017674146),
        ("p_gg", "visit", 0.017674146),
        ("f", "arm_visit", 4.0406064),
        ("p_value", "arm_visit", 0.01900604),
    ],
)
def test_ruetzler_mixed_anova(ruetzler, stat, effect, value):
    name = f"throat_pain_over_time/{stat}.mixed_anova@all;effect={effect}"
    assert ruetzler.value(name) == pytest.approx(value, **TO_THE_DIGITS)
    assert ruetzler.rows[name]["n_used"] == 233


def test_moertel_counts(moertel):
    """Moertel 1995: 315, 310 and 304 patients; R: table(colon$etype, colon$status)."""
    arms = {"observation": 315, "lev": 310, "lev_5fu": 304, "all": 929}
    assert {arm: moertel.value(f"flow/randomised.count@{arm}") for arm in arms} == arms
    recurrences = {"observation": 177, "lev": 172, "lev_5fu": 119}
    found = {arm: moertel.value(f"recurrence/events.count@{arm}") for arm in recurrences}
    assert found == recurrences
    assert moertel.value("death/events.count@all") == 452


def test_moertel_cox_and_log_rank(moertel):
    import math

    for arm, coefficient in [("lev", -0.01512329), ("lev_5fu", -0.51209312)]:
        name = f"recurrence/hazard_ratio.cox@{arm}-observation"
        assert math.log(moertel.value(name)) == pytest.approx(coefficient, rel=5e-7)
        assert moertel.rows[name]["n_used"] == 929
        (events,) = [m for m in moertel.trace(name)["rows"] if m["role"] == "numerator"]
        assert events["n"] == 468
    chi_squared = moertel.value("recurrence/chi_squared.log_rank@all")
    assert chi_squared == pytest.approx(23.061738158, rel=1e-10)
    assert moertel.value("recurrence/df.log_rank@all") == 2
    # With 2 degrees of freedom the tail is exp(-x/2).
    p = moertel.value("recurrence/p_value.log_rank@all")
    assert p == pytest.approx(9.822164e-06, rel=5e-7)
    assert p == pytest.approx(math.exp(-chi_squared / 2), rel=1e-9)


def test_every_check_agrees_and_nearly_every_result_has_one(real):
    for trial in real.values():
        checked = trial.tracer.checks
        assert all(check["agrees"] for checks in checked.values() for check in checks)
        assert len(checked) / len(trial.tracer.results) > 0.99


def test_derived_numbers_follow_from_the_counts(elmunzer):
    risk = elmunzer.value(PEP.format("risk_difference.newcombe"))
    needed = elmunzer.value(PEP.format("number_needed_to_treat.newcombe"))
    assert needed == pytest.approx(-1 / risk, rel=1e-11)
    ratio = elmunzer.value(PEP.format("risk_ratio.katz_log"))
    assert ratio == pytest.approx((27 / 295) / (52 / 307), rel=1e-11)
    strata = [
        f"pep_by_sod/count.events@indomethacin;stratum=sod={level}" for level in ("No", "Yes")
    ]
    assert sum(elmunzer.value(name) for name in strata) == 27
