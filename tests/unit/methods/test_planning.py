"""Designs of a plan: each number beside another formula, and printed ones."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from second import planning as second
from trialtrace.base.config.spec import structure
from trialtrace.run.methods.checking.data import Asked
from trialtrace.run.methods.checking.outcome import compare
from trialtrace.run.methods.planning import check
from trialtrace.run.methods.planning.designs import options, settings
from trialtrace.run.trial.plan.planning import NAMED, Entry

ABOUT = {"label": "A design", "basis": "grid"}
TEST = {"alpha": 0.05, "power": [0.8, 0.9]}
TWO = {"sides": "two_sided", "better": "lower", **TEST, **ABOUT}
ONE = {**TWO, "sides": "one_sided", "alpha": 0.025}
RISKS = {"design": "two_proportions", "test": "chi_squared", "arms": ["a", "b"]}
RISKS |= {"control": [0.5, 0.7], "treated": [0.2, 0.35]}
MEANS = {"design": "two_means", "arms": ["a", "b"], "differences": [-0.4, 0.7], "sd": 1}
TIMES = {"design": "log_rank", "arms": ["a", "b"], "formula": "schoenfeld", "events": 120}
CLUSTERS = {"size": 10, "icc": 0.05, "variation": 0}
SEEN = {"correlation": 0.6, "baselines": 1, "follow_ups": 3, "analysis": "ancova"}
PAIRED = {"design": "paired_means", "differences": [0.4, 0.7], "sd": 1, "sides": "two_sided"}
FOLLOWED = {"design": "survival", "arms": ["a", "b"], "formula": "schoenfeld", "hazard": 0.05}
FOLLOWED |= {"accrual": 12, "follow_up": 18, "losses": 0.005}

DESIGNS = {
    "chi_squared": {**RISKS, **TWO, "patients": [39, 40]},
    "fisher": {**RISKS, **TWO, "test": "fisher", "patients": [39, 40]},
    "fisher_one_sided": {**RISKS, **ONE, "test": "fisher", "patients": [30, 25]},
    "more_is_better": {**RISKS, **TWO, "better": "higher", "control": [0.1], "patients": [50, 25]},
    "risk_margin": {**RISKS, **ONE, "control": [0.2, 0.3], "margin": 0.15, "patients": [90, 90]},
    "risk_clusters": {**RISKS, **TWO, "clusters": CLUSTERS, "patients": [200, 200]},
    "three_risks": {
        **{"design": "several_proportions", "arms": ["a", "b", "c"], "patients": [40, 39, 39]},
        **{"risks": [[0.4, 0.5, 0.7], [0.3, 0.3, 0.6]], **TEST, **ABOUT},
    },
    "one_risk": {
        **{"design": "one_proportion", "arms": ["a"], "patients": [30], "risks": [0.6, 0.8]},
        **ABOUT,
    },
    "means": {**MEANS, **TWO, "patients": [45, 60]},
    "mean_margin": {**MEANS, **ONE, "differences": [0, -0.2], "margin": 0.5, "patients": [60, 60]},
    "mean_clusters": {**MEANS, **TWO, "clusters": CLUSTERS, "patients": [100, 120]},
    "unequal_clusters": {
        **{**MEANS, **TWO, "clusters": CLUSTERS | {"variation": 0.4}, "patients": [200, 200]}
    },
    "visits": {**MEANS, **TWO, "visits": SEEN, "patients": [40, 40]},
    "visits_change": {
        **{**MEANS, **TWO, "visits": SEEN | {"analysis": "change"}, "patients": [30, 45]}
    },
    "visits_after": {
        **{**MEANS, **TWO, "visits": SEEN | {"analysis": "follow_up"}, "patients": [30, 45]}
    },
    "three_means": {
        **{"design": "several_means", "arms": ["a", "b", "c"], "patients": [30, 40, 50]},
        **{"means": [[0, 0.25, 0.5]], "sd": 1, **TEST, **ABOUT},
    },
    "pairs": {
        **{"design": "paired_means", "patients": [22], "differences": [0.4, 0.7], "sd": 1},
        **{"sides": "two_sided", **TEST, **ABOUT},
    },
    "pairs_visits": {**PAIRED, **TEST, **ABOUT, "visits": SEEN, "patients": [22]},
    "pairs_change": {
        **{**PAIRED, **TEST, **ABOUT, "visits": SEEN | {"analysis": "change"}, "patients": [30]}
    },
    "pairs_after": {
        **{**PAIRED, **TEST, **ABOUT, "visits": SEEN | {"analysis": "follow_up"}},
        **{"sides": "one_sided", "patients": [22]},
    },
    "ranks": {
        **{"design": "mann_whitney", "arms": ["a", "b"], "patients": [39, 40]},
        **{"superiorities": [0.35, 0.6, 0.7], "sides": "two_sided", **TEST, **ABOUT},
    },
    "ranks_one_sided": {
        **{"design": "mann_whitney", "arms": ["a", "b"], "patients": [40, 20]},
        **{"superiorities": [0.65], "sides": "one_sided", **TEST, **ABOUT},
    },
    "survival": {**FOLLOWED, **TWO, "hazard_ratios": [0.6, 0.8], "patients": [150, 150]},
    "survival_freedman": {
        **{**FOLLOWED, **ONE, "better": "higher", "formula": "freedman", "losses": 0},
        **{"accrual": 0, "hazard_ratios": [1.5], "patients": [120, 100]},
    },
    "times": {**TIMES, **TWO, "hazard_ratios": [0.6, 0.8], "patients": [100, 100]},
    "times_freedman": {
        **{**TIMES, **TWO, "formula": "freedman", "hazard_ratios": [0.6], "patients": [120, 60]}
    },
    "times_margin": {
        **{**TIMES, **ONE, "hazard_ratios": [0.9, 1], "margin": 1.4, "patients": [150, 150]}
    },
}


def numbers(name):
    """(setting, result as a check sees it) of each number of a design."""
    entry = structure(Entry, DESIGNS[name])
    for setting in settings(entry, 0.95):
        chosen = json.loads(json.dumps(options(entry, setting, entry.patients)))
        asked = Asked(
            f"t/planning/{setting.stat}.{setting.method}@all;assumed={setting.level}",
            *("planning", f"{setting.stat}.{setting.method}", chosen, "as planned", name),
            *(None, None, None, setting.level, None, setting.stat),
            *(setting.compute(entry.patients), None, None, None),
        )
        yield setting, asked


def plan_of(name):
    trial = SimpleNamespace(
        plan=SimpleNamespace(planning={name: structure(Entry, DESIGNS[name])}, confidence=0.95),
        populations={},
    )
    return SimpleNamespace(trial=trial)


@pytest.mark.parametrize("by", [check, second])
@pytest.mark.parametrize("name", DESIGNS)
def test_every_number_agrees_with_its_check(name, by):
    found = list(numbers(name))
    assert len({setting.level + setting.stat for setting, _ in found}) == len(found)
    for setting, asked in found:
        assert setting.method in NAMED
        again = by.CHECKS[setting.stat](plan_of(name), asked)
        assert again is not None
        for each in compare(asked, again):
            assert each.agrees, (asked.result_id, str(each), each.tolerance)


@pytest.mark.parametrize("by", [check, second])
@pytest.mark.parametrize("name", DESIGNS)
def test_a_check_finds_what_is_wrong(name, by):
    """A patient more, or a thousandth of any other number, is beyond every tolerance."""
    for setting, asked in numbers(name):
        again = by.CHECKS[setting.stat](plan_of(name), asked)
        other = asked.value + 1 if setting.stat.endswith("needed") else 1.001 * asked.value
        wrong = Asked(**{**vars(asked), "value": other})
        assert not all(each.agrees for each in compare(wrong, again)), asked.result_id


@pytest.mark.parametrize("name", DESIGNS)
def test_a_number_of_other_choices_than_the_plans_has_no_check(name):
    for setting, asked in numbers(name):
        other = replace(asked, options=asked.options | {"patients": [7, 7, 7]})
        changed = replace(asked, options=asked.options | {"alpha": 0.04})
        assert check.check(plan_of(name), changed).value != asked.value, setting
        if len(asked.options["patients"]) == 3 and "needed" not in setting.stat:
            assert check.check(plan_of(name), other).value != asked.value


def value(name, stat, level):
    return next(
        asked.value
        for setting, asked in numbers(name)
        if (setting.stat, setting.level) == (stat, level)
    )


def test_numbers_of_r():
    """pwr.chisq.test, power.prop.test, power.t.test (strict), as in tests/oracle/planning.R."""
    assert value("three_risks", "power", "risks=0.4/0.5/0.7") == pytest.approx(0.6802056, abs=1e-7)
    found = value("pairs", "detectable_difference", "power=0.8")
    assert found == pytest.approx(0.6264201, abs=1e-7)
    # power.prop.test(p1 = 0.35, p2 = 0.7, power = 0.8, strict = TRUE)$n is 31.1: 32 an arm.
    needed = value("chi_squared", "patients_needed", "control=0.7, treated=0.35, power=0.8")
    assert needed == 62


def test_only_what_is_better_or_within_the_margin_is_considered():
    levels = [setting.level for setting, _ in numbers("risk_margin") if setting.stat == "power"]
    assert levels == [
        *("control=0.2, treated=0.2", "control=0.3, treated=0.2", "control=0.3, treated=0.35")
    ]
    asked = {setting.stat for setting, _ in numbers("risk_margin")}
    assert "detectable_proportion" not in asked


def test_the_power_at_what_is_detected_is_the_wanted_one():
    from trialtrace.stats.design.proportions import power_fisher

    p1 = value("fisher", "detectable_proportion", "control=0.7, power=0.8")
    found = power_fisher(p1, 0.7, 39, 40, alpha=0.05, sides="two_sided")
    assert found == pytest.approx(0.8, abs=1e-9)
