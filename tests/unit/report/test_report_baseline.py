"""What stands beside the characteristics at baseline."""

from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.report.sections.baseline_table import score_words
from trialtrace.report.sections.consort import _as_told
from trialtrace.run.trial.load import load_trial


def test_a_score_of_points_has_its_criteria_beside_the_table():
    """Twelve criteria, of which seven give a point and five half a point."""
    trial = load_trial("elmunzer2012", Project(REPOSITORY))
    (told,) = score_words(trial, ["age", "risk", "sod"])
    assert told.startswith(
        " Risk score, points: 1 for each of suspected sphincter of Oddi dysfunction, earlier "
        "post-ERCP pancreatitis, "
    )
    one, half = told.split("; 0.5 for each of ")
    assert (one.count(", ") - 1, half.count(", ") + 1) == (6, 5)
    assert half.startswith("gender = Female and Age < 50, recurrent pancreatitis, ")
    assert list(score_words(trial, ["age", "sod"])) == []


def test_a_rule_of_entry_that_says_what_it_lacks_is_told_in_part():
    eligibility = load_trial("elmunzer2012", Project(REPOSITORY)).file.eligibility
    assert _as_told(eligibility)[0] is False
    for name in ("streckmann2024", "sprave2019"):
        assert _as_told(load_trial(name, Project(REPOSITORY)).file.eligibility)[0] is True
