"""What stands beside the characteristics at baseline."""

import mini_run
import pytest
from mini_trial import REPOSITORY
from test_report_wording import words

from trialtrace.base.paths import Project
from trialtrace.report.material import Material
from trialtrace.report.sections.baseline_table import baseline_table
from trialtrace.report.sections.consort import _as_told
from trialtrace.run.trial.load import load_settings, load_trial


def test_a_rule_of_entry_that_says_what_it_lacks_is_told_in_part():
    eligibility = load_trial("elmunzer2012", Project(REPOSITORY)).file.eligibility
    assert _as_told(eligibility)[0] is False
    for name in ("streckmann2024", "sprave2019"):
        assert _as_told(load_trial(name, Project(REPOSITORY)).file.eligibility)[0] is True


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("baseline"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


@pytest.mark.parametrize(
    ("yes", "no", "one_row"),
    [
        ("Yes", "No", True),
        ("yes", "no", True),
        ("YES", "No", True),
        ("Y", "N", False),
        ("Present", "Absent", False),
        ("yes", "not known", False),
    ],
)
def test_caption_and_rows_of_yes_and_no_are_one_decision(mini, monkeypatch, yes, no, one_row):
    """Where a variable has one row, the caption says which level that is;
    where no variable has, it says nothing of it."""
    labels = {"Yes": yes, "No": no}
    rows = [
        {**row, "group2_level": labels.get(row["group2_level"], row["group2_level"])}
        for row in mini.of("baseline")
    ]
    of = Material.of
    monkeypatch.setattr(
        Material, "of", lambda self, name: rows if name == "baseline" else of(self, name)
    )
    text = words(baseline_table(mini))
    names = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")]
    shown = names[names.index("**Smoker**") + 1 :]
    assert shown == ([] if one_row else [yes, no])
    assert ("with yes" in text) is one_row
