"""What stands beside the characteristics at baseline."""

from types import SimpleNamespace as Stub

import mini_run
import pytest
from mini_trial import REPOSITORY
from test_report_wording import words

from trialtrace.base.paths import Project
from trialtrace.report.material import Material
from trialtrace.report.sections.baseline_table import baseline_table, score_words
from trialtrace.report.sections.consort import _as_told
from trialtrace.report.sections.sections import _sources
from trialtrace.run.trial.load import load_settings, load_trial


def test_a_score_of_points_has_its_criteria_beside_the_table():
    """Twelve criteria, of which seven give a point and five half a point."""
    trial = load_trial("elmunzer2012", Project(REPOSITORY))
    at = {"source_file": "export.csv", "source_row": 7}
    rejects = [{"rule": "risk_score"} | at] * 2 + [{"rule": "other"} | at | {"source_row": 8}]
    table = Stub(table=Stub(to_pylist=lambda: rejects))
    material = Stub(trial=trial, tracer=Stub(rejects=table))
    criteria = ["psphinc", "precut", "difcan", "pneudil", "amp", "recpanc", "paninj", "acinar"]
    (told,) = score_words(material, ["age", "sex", "risk", "sod", "pep", *criteria])
    assert told.startswith(
        " Risk score, points: 1 for each of suspected sphincter of Oddi dysfunction, earlier "
        "post-ERCP pancreatitis, "
    )
    told, whole, rest = told.partition(". Not in a row")
    assert (whole + rest).endswith(
        " of this table: brushing of the pancreatic duct. In 1 patient it is not that sum; "
        "what is stored stands here."
    )
    one, half = told.split("; 0.5 for each of ")
    assert (one.count(", ") - 1, half.count(", ") + 1) == (6, 5)
    assert half.startswith("sex Female together with age below 50, recurrent pancreatitis, ")
    assert list(score_words(material, ["age", "sod"])) == []


def test_a_rule_of_entry_that_says_what_it_lacks_is_told_in_part():
    eligibility = load_trial("elmunzer2012", Project(REPOSITORY)).file.eligibility
    assert _as_told(eligibility)[0] is False
    for name in ("streckmann2024", "sprave2019"):
        assert _as_told(load_trial(name, Project(REPOSITORY)).file.eligibility)[0] is True


def test_each_line_of_a_description_has_the_letter_of_who_tells_of_it():
    """The congress abstract says 15 minutes and the registry 30; who planned 60 nobody recorded."""
    marks, (told,) = _sources(Stub(trial=load_trial("sprave2019", Project(REPOSITORY))))
    assert marks["Isometric muscle training"] == "b, c" and marks["Blinding"] == "b"
    assert "Sample size" not in marks and "(c) ClinicalTrials" in told
    assert "of a line without one this is not recorded." in told
    # No item of this ledger names a key of trial.yaml.
    data = "trialtrace.report.sections.sections.of_data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, lambda _: [])
        marks, (told,) = _sources(Stub(trial=load_trial("ruetzler2013", Project(REPOSITORY))))
    assert marks == {} and "(a)" not in told


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
