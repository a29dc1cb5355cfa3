"""The second generator of reports: what it prints, its errors, what the audit says of a few."""

from math import inf

import numpy as np
import pytest
import yaml
from scipy import stats

from fresh import Kept, in_turn, planted, run
from fresh_papers import formulas, times
from fresh_papers.draw import paper
from fresh_papers.errors import HELD_OUT, KINDS, TOLD_LATER, NotHereError, plant
from fresh_papers.judged import audited_ledgers
from problems import FOLDER, documented

SEEDS = range(3, 43)


@pytest.fixture(scope="module")
def papers():
    return {seed: paper(seed) for seed in SEEDS}


def test_a_seed_is_one_paper(papers):
    assert paper(7).ledger() == papers[7].ledger()


def test_a_third_of_at_least_forty_kinds_is_held_out():
    assert not HELD_OUT & TOLD_LATER
    held = 3 * len(HELD_OUT | TOLD_LATER)
    assert len(KINDS) >= 40 and held in range(len(KINDS) - 2, len(KINDS) + 3)


def test_a_run_goes_on_where_its_time_ended(tmp_path):
    """Stopped at once it has nothing; what was audited is not audited twice."""
    path = tmp_path / "kept.jsonl"
    none = run(4, 2, 3, 1, Kept.at(path), 0.0)
    assert none.papers == [] and none.cases == [] and none.asked == (4, 2)
    whole = run(4, 2, 3, 1, Kept.at(path), inf)
    lines = path.read_text().splitlines()
    again = run(4, 2, 3, 1, Kept.at(path), inf)
    assert path.read_text().splitlines() == lines
    assert whole.cases and len(lines) == len(whole.papers) + len(whole.cases)
    assert [one.found for one in again.cases] == [one.found for one in whole.cases]
    assert [dict(one.worst) for one in again.verdicts] == [
        dict(one.worst) for one in whole.verdicts
    ]
    assert [one.notes for one in again.verdicts] == [one.notes for one in whole.verdicts]


def test_errors_are_tried_in_turn():
    papers = [paper(seed) for seed in range(3, 13)]
    kinds = [one.kind for one in in_turn(planted(papers, 2 * len(KINDS), 1))]
    first = len(set(kinds))
    assert len(set(kinds[:first])) == first < len(kinds)


@pytest.mark.parametrize("name", list(KINDS))
def test_an_error_changes_what_it_names_and_nothing_else(name, papers):
    for true in papers.values():
        try:
            made = plant(name, true, 0)
        except NotHereError:
            continue
        changed = {
            claim
            for claim, printed in made.paper.claims.items()
            if (printed.printed, printed.about)
            != (true.claims[claim].printed, true.claims[claim].about)
        }
        assert changed and changed <= set(made.altered), (true.seed, name)
        return
    assert name in {"interval_of_deviation", "subgroup_patients", "medians_apart"}


def test_survival_is_that_of_a_book():
    """Freireich 1963, remission in weeks, 6-MP: R's survfit gives S(10) = 0.753, S(22) = 0.538."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    time, happened = np.array(weeks, float), np.array(event, bool)
    assert times.share_at(time, happened, 10)[0] == pytest.approx(0.7529, abs=1e-4)
    assert times.median(time, happened)[0] == 23
    both = np.concatenate([time, np.array(placebo, float)])
    flags = np.concatenate([happened, np.ones(21, bool)])
    treated = np.arange(42) < 21
    assert times.log_rank(both, flags, treated) == pytest.approx(4.17e-05, rel=0.01)
    # coxph(..., ties = "breslow"): −1.5092, 0.4096.
    assert times.cox(both, flags, treated) == pytest.approx((-1.5092, 0.4096), abs=1e-4)


def test_means_are_those_of_scipy():
    rng = np.random.default_rng(1)
    one, two = rng.normal(0, 1, 20), rng.normal(0.4, 2, 31)
    for name, equal in (("student", True), ("welch", False)):
        _, value, df, p = formulas.means(name, one, two)
        known = stats.ttest_ind(one, two, equal_var=equal)
        assert (value, df, p) == pytest.approx((known.statistic, known.df, known.pvalue))


def test_the_audit_on_a_few(papers):
    """Reports whose missing patients are told raise no alarm; plain errors are seen."""
    true = [papers[seed] for seed in (5, 9, 12)]
    assert not any(each.habits.silent_missing for each in true)
    kinds = ("percent_shifted", "events_exceed", "quartiles_exchanged")
    wrong = [plant(kind, each, 0) for kind, each in zip(kinds, true, strict=True)]
    verdicts = audited_ledgers([each.ledger() for each in true + [w.paper for w in wrong]])
    assert not any(each.refused for each in verdicts)
    assert [each.alarms() for each in verdicts[:3]] == [set()] * 3
    for error, verdict in zip(wrong, verdicts[3:], strict=True):
        assert verdict.alarms() & set(error.altered), error.told


def test_documented_errors_stand_on_claims_of_their_ledgers():
    for error in documented():
        ledger = yaml.safe_load((FOLDER / f"{error.ledger}.yaml").read_text(encoding="utf-8"))
        assert set(error.claims) <= set(ledger["claims"]), error
