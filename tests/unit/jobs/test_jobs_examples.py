"""Examples run where they are asked for by name, and not with all the others."""

import pytest
from mini_trial import edit, write_project

from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run import Run
from trialtrace.run.trial.check import check_all


@pytest.fixture
def at(tmp_path):
    at = write_project(tmp_path)
    edit(at, "config.yaml", "trials: [mini]", "trials: [mini]\nexamples: [second]")
    (at.config / "trials" / "second").symlink_to(at.config / "trials" / "mini")
    return at


def test_an_example_can_be_asked_for_and_stands_on_no_site(at):
    settings = freshness(at).settings
    assert (settings.trials, settings.named) == (("mini",), ("mini", "second"))
    run = Run(at, freshness(at))
    assert run.trials == ("mini",) and run.named == ("mini", "second")


def test_a_trial_is_not_an_example_too(at):
    edit(at, "config.yaml", "examples: [second]", "examples: [mini]")
    told = "\n".join(map(str, check_all(None, at)))
    assert "a name not among `trials`" in told
