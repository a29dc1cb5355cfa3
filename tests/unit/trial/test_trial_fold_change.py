"""A ratio of expression is made of cycles: of the scales of delta_ct, and of nothing else."""

import shutil
from pathlib import Path

import pytest
from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.trial.check import check_trial


def alone(root: Path, name: str) -> Project:
    """A project with a copy of one trial's configuration, and the code of the checkout."""
    for folder in ("workflow", "scripts"):
        (root / folder).symlink_to(REPOSITORY / folder)
    shutil.copytree(REPOSITORY / "config" / "trials" / name, root / "config" / "trials" / name)
    return Project(root)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (
            "Strength of the upper arm (MRC grades of three muscles, 0 to 15)",
            "the instrument delta_ct",
        ),
        ("Handgrip, real against sham, change over two weeks", "an endpoint of kind instrument"),
    ],
)
def test_another_endpoint_is_refused(tmp_path, label, expected):
    at = alone(tmp_path, "musaro2019")
    assert check_trial(at, "musaro2019") == []
    plan = at.trial_config("musaro2019") / "plan.yaml"
    start, end = plan.read_text().split(f"    label: {label}", 1)
    end = end.replace("{mean_difference: paired_t}", "{fold_change: paired_t}", 1)
    plan.write_text(f"{start}    label: {label}{end}")
    told = [one for one in check_trial(at, "musaro2019") if "fold_change" in one.place]
    assert [expected in one.expected for one in told] == [True]
