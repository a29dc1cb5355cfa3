"""The designs of docs/planning.md are accepted and have numbers; a result is no assumption."""

import json
import re

import pytest
import yaml
from doc_blocks import page
from mini_trial import edit, write_project

from trialtrace.base.config.spec import structure
from trialtrace.cli import main
from trialtrace.run.methods.planning.designs import settings
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.plan.planning import Entry

BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", page("docs/planning.md"), re.MULTILINE | re.DOTALL)
ENTRIES = {
    name: one for text in BLOCKS for name, one in yaml.safe_load(text).get("planning", {}).items()
}
RESULT = "mini/pain/mean_difference.welch@drug-placebo"


def planned(tmp_path, entries):
    at = write_project(tmp_path)
    text = yaml.safe_dump({"planning": entries}, sort_keys=False)
    edit(at, "plan.yaml", "\ndisplays:\n", f"\n{text}displays:\n")
    return at


def told(tmp_path, name, **changed):
    entry = {**ENTRIES[name], **changed}
    entry = {key: value for key, value in entry.items() if value is not None}
    found = map(str, check_trial(planned(tmp_path, {name: entry}), "mini"))
    return [text for text in found if "planning" in text]


def test_every_design_is_shown_accepted_and_has_numbers(tmp_path, capsys):
    at = planned(tmp_path, {name: one for name, one in ENTRIES.items() if "reached" not in one})
    assert [str(each) for each in check_trial(at, "mini")] == []
    assert main(["--project", str(at.root), "power", "mini", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["options"]["design"] for row in rows} == {one["design"] for one in ENTRIES.values()}
    assert all(row["agrees"] for row in rows) and len(rows) > 40
    for name, one in ENTRIES.items():
        assert list(settings(structure(Entry, one), 0.95)), name


def test_a_design_is_told_with_the_size_of_each_arm(tmp_path, capsys):
    unequal = [name for name, one in ENTRIES.items() if one.get("patients") == [39, 40]]
    at = planned(tmp_path, {name: ENTRIES[name] for name in unequal[:1]})
    assert main(["--project", str(at.root), "power", "mini"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("Drug 39, Placebo 40, alpha 0.05")


def test_who_is_not_derived_is_not_counted(tmp_path, capsys):
    at = planned(tmp_path, ENTRIES)
    assert main(["--project", str(at.root), "power", "mini"]) == 1
    assert "planning.response_reached.reached" in capsys.readouterr().err


def test_a_plan_without_designs_says_what_to_write(tmp_path, capsys):
    at = write_project(tmp_path)
    assert main(["--project", str(at.root), "power", "mini"]) == 1
    assert "no planning" in capsys.readouterr().err


# An estimate of the trial is no assumption: there is no way to name one.
@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("response", {"control": [RESULT]}),
        ("response", {"treated": RESULT}),
        ("response", {"treated": [{"result": RESULT}]}),
        ("response", {"control": [{"analysis": "pain", "statistic": "mean"}]}),
        ("pain", {"differences": [RESULT]}),
        ("pain", {"sd": RESULT}),
        ("pain", {"sd": {"result": RESULT}}),
        ("survival", {"hazard_ratios": [RESULT]}),
        ("practices", {"clusters": {"size": 20, "icc": RESULT, "variation": 0}}),
        ("all_arms", {"risks": [[RESULT, 0.7]]}),
    ],
)
def test_an_assumption_cannot_name_a_result(tmp_path, name, changed):
    found = told(tmp_path, name, **changed)
    assert len(found) == 1
    if not isinstance(next(iter(changed.values())), str) or "sd" in changed:
        assert "an assumed number, and no result of the trial" in found[0]


def test_no_basis_is_the_trial_itself(tmp_path):
    assert "relevance" in told(tmp_path, "response", basis="estimate")[0]


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("response", {"arms": ["drug", "nobody"]}, "an arm of trial.yaml"),
        ("response", {"arms": ["drug"], "patients": [39]}, "two, the reference last"),
        ("response", {"patients": [39]}, "1 numbers"),
        ("response", {"patients": None}, "no sizes"),
        ("response", {"reached": "itt"}, "both patients and reached"),
        ("response_reached", {"reached": "nobody"}, "a population of trial.yaml"),
        ("response", {"power": [0.04]}, "a power above alpha"),
        ("response", {"margin": 0.1}, "one_sided, with a margin"),
        ("not_worse", {"test": "fisher"}, "Fisher's test with a margin"),
        ("pain", {"margin": 0.3, "sides": "two_sided"}, "one_sided, with a margin"),
        ("survival", {"margin": 1.3, "sides": "one_sided", "formula": "freedman"}, "schoenfeld"),
        ("sides_of_a_patient", {"arms": ["drug"]}, "each patient has both treatments"),
        ("all_arms", {"risks": [[0.2, 0.3, 0.4]]}, "2, one for each arm"),
        ("all_arms", {"risks": [[0.3, 0.3]]}, "one number for all"),
        ("feasible", {"arms": None}, "those whose sizes are given"),
        ("pain_ranks", {"arms": ["drug"], "patients": [64]}, "two, the reference last"),
        ("survival_of_patients", {"accrual": 0, "follow_up": 0}, "a time to be seen in"),
    ],
)
def test_a_mistake_is_told(tmp_path, name, changed, words):
    assert any(words in text for text in told(tmp_path, name, **changed))
