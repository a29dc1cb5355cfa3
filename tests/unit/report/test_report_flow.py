"""The flow: who received the treatment, who did not complete and why, and the boxes of each arm."""

import re
from collections import Counter

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures.flow import BULLET, _in_brackets, boxes, counts, draw, screening
from trialtrace.report.material import Material
from trialtrace.report.sections.flow_table import flow_table
from trialtrace.report.sections.summary import summary
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings

END = "0, Completed | 1, Died | 2, Withdrew"
DICTIONARY = mini_trial.DICTIONARY.replace(
    "days,patients", f'finish,patients,,radio,End,"{END}",,,,,,,,,,,,\ndays,patients', 1
)
TRIAL = mini_trial.TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    finish: finish\n")
FLOW = """  flow:
    analysed: [relief_primary]
    received: {AGE: {above: 41}}
    ended: {variable: finish, completed: [Completed]}
"""
PLAN = mini_trial.PLAN.replace("  flow: {analysed: [relief_primary]}\n", FLOW)


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    """Patients 3 and 4 died, 6 withdrew, of 8 nothing is recorded; 1 and 2 are 41 or younger."""
    ends = {3: 1, 4: 1, 6: 2, 8: ""}
    rows = [row | {"finish": ends.get(row["id"], 0)} for row in mini_run.patients()]
    run = mini_run.run_mini(
        tmp_path_factory.mktemp("flow"),
        rows,
        more=["finish"],
        trial=TRIAL,
        dictionary=DICTIONARY,
        plan=PLAN,
        claims="papers: {}\nclaims: {}\n",
    )
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_reasons_are_counted_by_arm_and_a_missing_one_is_told(mini):
    found = {key[2:]: n for key, n in counts(mini).items() if key[0] == "ended"}
    assert found == {
        ("all", "Died"): 2,
        ("all", "Withdrew"): 1,
        ("all", "not recorded"): 1,
        ("drug", "Died"): 1,
        ("drug", "Withdrew"): 0,
        ("drug", "not recorded"): 0,
        ("placebo", "Died"): 1,
        ("placebo", "Withdrew"): 1,
        ("placebo", "not recorded"): 1,
    }
    assert counts(mini)["received", None, "drug", None] == 9


def test_every_count_of_the_flow_is_recomputed(mini):
    rows = [row["result_id"] for row in mini.of("flow")]
    assert all(mini.tracer.checks.get(row) for row in rows)
    assert max(Counter(rows).values()) == 1


def test_the_boxes_of_an_arm(mini):
    given = mini.trial.plan.displays["flow"]
    assert boxes(mini, given, "placebo") == [
        ["Placebo", "Allocated: 10", "Received the treatment: 9; did not: 1"],
        [
            f"Did not complete: 3 (Died{NO_BREAK}1, Withdrew{NO_BREAK}1, not",
            f"recorded{NO_BREAK}1)",
        ],
        [
            "Analysed:",
            f"{BULLET}Relief: known in 9{NO_BREAK}of{NO_BREAK}10; not: 1 (no value, reason",
            "not reported)",
        ],
    ]
    assert draw(mini, given).figure.get_size_inches()[0] == 7.2


def test_what_no_key_tells_is_not_reported(mini):
    bare = {"analysed": ["relief_primary"]}
    assert boxes(mini, bare, "drug")[0][-1] == "Received the treatment: not reported"
    assert boxes(mini, bare, "drug")[1] == ["Lost to follow-up: not reported"]
    assert screening(mini) == ["Assessed for eligibility: not reported", "Excluded: not reported"]


def test_where_the_data_have_some_of_those_randomised_nobody_is_called_so(mini, monkeypatch):
    given = mini.trial.plan.displays["flow"] | {"patients": "Eligible"}
    monkeypatch.setitem(mini.trial.plan.displays, "flow", given)
    assert boxes(mini, given, "drug")[0][:2] == ["Drug", "Eligible: 10"]
    picture = draw(mini, given)
    shown = [text.get_text() for text in picture.figure.axes[0].texts if text.get_text()]
    assert shown[2:5] == ["Randomised: not in the data", "Eligible", "n = 20"]
    assert "Boxes from the patients eligible to" in picture.alt and "Eligible 20:" in picture.alt
    table = flow_table(mini).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if "|" in line]
    at = [row[0] for row in rows].index("**Randomised**")
    assert rows[at][1:] == ["not in the data"] * 3
    assert rows[at + 1][0] == "**Eligible**" and "[10](" in rows[at + 1][1]
    text = summary(mini, {})
    (told,) = (line for line in text.splitlines() if "Analysed for" in line)
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", told)
    assert plain.startswith(
        "**Patients.** 20 eligible: 10 Drug, 10 Placebo; the number randomised is not in the"
    )


def test_rare_reasons_stand_together_and_an_unreported_one_last():
    reasons = {"no value, reason not reported": 9, "died": 4, "moved": 3, "ill": 2, "tired": 1}
    told = _in_brackets(reasons | {"busy": 1, "nobody": 0}).replace(NO_BREAK, " ")
    assert told == " (died 4, moved 3, ill 2, tired 1, other reasons 10)"
    assert _in_brackets({"moved": 2, "nobody": 0}) == " (moved)"
    assert _in_brackets({"nobody": 0}) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("variable: finish", "variable: finis", 'did you mean "finish"?'),
        ("[Completed]", "[Complete]", 'did you mean "Completed"?'),
        ("AGE: {above", "AGES: {above", "a column of ADSL"),
    ],
)
def test_a_flow_that_names_what_is_not_there_is_refused(tmp_path, old, new, told):
    from trialtrace.run.trial.check import check_trial

    at = mini_trial.write_project(
        tmp_path, trial=TRIAL, dictionary=DICTIONARY, plan=PLAN.replace(old, new)
    )
    problems = "\n".join(map(str, check_trial(at, "mini")))
    assert told in problems and "plan.yaml, line" in problems
