"""Groups of subjects in trial.yaml: what may be made from what, and where a plan may name them."""

from pathlib import Path

import pytest
from mini_trial import edit, write_project

from trialtrace.run.trial.check import check_trial

SOUND = """
  groups:
    agegrp: {of: age, label: Age group, from: {young: 0, old: 65}}
    region: {of: site, label: Region, codes: {north: ["01"], south: "02"}}
  transformed:
    agelog: {of: age, as: log2}
"""


def told(tmp_path: Path, groups: str) -> str:
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "    smoker: smoker\n", f"    smoker: smoker{groups}")
    return "\n".join(map(str, check_trial(at, "mini")))


def test_groups_stand_wherever_a_variable_of_subjects_may(tmp_path: Path):
    at = write_project(tmp_path)
    edit(at, "trial.yaml", "    smoker: smoker\n", f"    smoker: smoker{SOUND}")
    edit(at, "trial.yaml", "strata: [site]", "strata: [region]")
    edit(at, "plan.yaml", "by: smoker", "by: agegrp")
    edit(at, "plan.yaml", "variables: [age, sex", "variables: [age, agegrp, agelog, sex")
    assert check_trial(at, "mini") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("of: age, label", "of: agge, label", 'did you mean "age"?'),
        ("of: age, label", "of: region, label", "a variable of subjects"),
        ("of: age, label", "of: smoker, label", "groups by `from` are of one"),
        ("old: 65", "old: -3", "values in rising order"),
        ("young: 0, old: 65", "old: 65", "at least 2 entries"),
        ('"02"', '"01"', "which is also in north"),
        ('"02"', '"03"', "a choice of site"),
        ('["01"]', '["02"]', 'no group of "01"'),
        ("agegrp", "smoker", "groups.smoker"),
        ("agegrp:", "sex:", "groups.sex"),
        ("from: {young: 0, old: 65}", "cut: 3", "cut"),
        ("{of: age, as", "{of: smoker, as", "as functions are of one"),
        ("{of: age, as", "{of: agegrp, as", "a variable of subjects"),
        ("agelog", "agegrp", "transformed.agegrp"),
        ("agelog", "smoker", "transformed.smoker"),
        ("log2", "ln", "log2"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, found: str):
    assert SOUND.count(old) == 1
    assert found in told(tmp_path, SOUND.replace(old, new))
