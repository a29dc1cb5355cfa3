"""A folder of another version than this program's is refused, and that alone is told."""

import pytest
from mini_trial import edit, write_project

from trialtrace.base.errors import UserError
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import Trial


@pytest.mark.parametrize("version", [1, 2, 4])
def test_another_version_is_refused_and_told_alone(tmp_path, version):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "version: 3", f"version: {version}\nnew_key: 1")
    (problem,) = check_trial(at, "mini")
    assert problem.found == f"the number {version}"
    assert problem.expected == (
        "version 3: a newer one needs a newer trialtrace, an older form is not known"
    )
    with pytest.raises(UserError, match="needs a newer trialtrace"):
        _ = Trial("mini", at).title


def test_a_folder_that_names_none_is_of_this_version(tmp_path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "version: 3\n", "")
    assert check_trial(at, "mini") == []


def test_what_is_no_version_is_told_with_all_else(tmp_path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "version: 3", "version: three\nnew_key: 1")
    assert len(check_trial(at, "mini")) == 2
