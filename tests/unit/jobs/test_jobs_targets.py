"""A target of a run that no rule makes: a trial that is not listed is told by name."""

import logging

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.jobs.progress import Progress
from trialtrace.run.trial.listing import not_a_trial

SAID = (
    "MissingRuleException:\nNo rule to produce {} (if you use input functions make sure that they "
    "don't raise unexpected exceptions)."
)


@pytest.fixture
def told(tmp_path):
    """What a run says of a target: `mini` is listed, `other` has a folder alone, `gone` none."""
    for name in ("mini", "other"):
        (tmp_path / "config" / "trials" / name).mkdir(parents=True)
    progress = Progress()
    progress.no_trial = lambda name: not_a_trial(Project(tmp_path), name, ["mini", "gone"])

    def of(target):
        record = logging.makeLogRecord({"msg": SAID.format(target)})
        return progress.follow(record)

    return of


def test_a_misspelt_trial(told):
    assert "mimi is not among `trials` of config/config.yaml\n" in told("mimi")
    assert 'did you mean "mini"?' in told("mimi") and "mini, gone" in told("mimi")
    assert 'did you mean "mini"?' in told("Mini")


def test_a_trial_that_is_not_listed_and_one_without_a_folder(told):
    assert "though there is a folder config/trials/other" in told("other")
    assert "to do     add other to `trials` of config/config.yaml" in told("other")
    assert "found     no folder config/trials/gone" in told("gone")
