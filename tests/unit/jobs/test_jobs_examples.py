"""Examples run where they are asked for by name, and not with all the others."""

import re
from pathlib import Path

import pytest
from mini_trial import edit, write_project

from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run import Run
from trialtrace.run.trial.check import check_all
from trialtrace.run.trial.listing import RULES


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


def test_a_trial_may_not_be_called_as_a_rule(at):
    """Both are targets; the names are those of the files of rules."""
    rules = Path(__file__).parents[3] / "workflow"
    texts = [path.read_text() for path in (rules / "Snakefile", *rules.glob("rules/*.smk"))]
    assert {*RULES} == {name for text in texts for name in re.findall(r"^rule (\w+):", text, re.M)}
    edit(at, "config.yaml", "[second]", "[second, audit]")
    (problem,) = (one for one in check_all(None, at) if one.found == "audit, a rule")
    assert problem.place.startswith("config/config.yaml:")


def test_a_trial_is_not_an_example_too(at):
    edit(at, "config.yaml", "examples: [second]", "examples: [mini]")
    told = "\n".join(map(str, check_all(None, at)))
    assert "a name not among `trials`" in told
