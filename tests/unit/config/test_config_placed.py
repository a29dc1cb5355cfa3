"""A mistake that names a key alone gets the line and column of the key."""

import pytest
from mini_trial import write_project

from trialtrace.base.config.placed import path_of, placed
from trialtrace.base.errors import Problem, ProblemsError, UserError

TRIAL = "name: mini\ntables:\n  visits:\n    - a\n    - ignore: x\n"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("tables.visits", ("tables", "visits")),
        ("tables.visits[2].ignore", ("tables", "visits", 1, "ignore")),
        ("mess[3][1]", ("mess", 2, 0)),
        ("", ()),
    ],
)
def test_entries_of_a_list_count_from_one(key: str, path: tuple):
    assert path_of(key) == path


@pytest.mark.parametrize(
    ("place", "trial", "where"),
    [
        ("mini: trial.yaml: tables.visits[2].ignore", None, ":5:15: tables.visits[2].ignore"),
        ("config/trials/mini/trial.yaml: tables", None, ":2:1: tables"),
        ("mini/trial.yaml", None, ":1:1"),
        ("trial.yaml: name", "mini", ":1:7: name"),
        # Of a place that names its own trial, not of the other.
        ("mini: trial.yaml: name", "other", ":1:7: name"),
        # None of these is a key of a file of a trial that is there.
        ("trial.yaml: name", None, None),
        ("mini: plans.yaml: name", None, None),
        ("nobody: trial.yaml: name", None, None),
        ("visits.csv, line 3", "mini", None),
    ],
)
def test_a_key_of_a_file_of_a_trial_is_placed(tmp_path, place, trial, where):
    at = write_project(tmp_path, trial=TRIAL)
    error = UserError(place, "is wrong", found="x", expected="y", do="z")
    (problem,) = placed(error, at, trial).problems
    want = place if where is None else f"{at.shown(at.trial_config('mini'))}/trial.yaml{where}"
    assert problem == Problem(want, "is wrong", found="x", expected="y", do="z")


def test_of_several_mistakes_all_stay_in_their_order(tmp_path):
    at = write_project(tmp_path, trial=TRIAL)
    error = ProblemsError([Problem("elsewhere", "a"), Problem("mini: trial.yaml: name", "b")])
    first, second = placed(error, at).problems
    assert first == error.problems[0]
    assert second.place.endswith("trial.yaml:1:7: name") and second.message == "b"
    assert placed(UserError("elsewhere", "a"), at).problems == [Problem("elsewhere", "a")]
