"""The flow: who received the treatment, who did not complete and why, and the boxes of each arm."""

from collections import Counter

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures.flow import boxes, counts, draw
from trialtrace.report.material import Material
from trialtrace.report.tables import NO_BREAK
from trialtrace.trial.load import load_settings

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
        ["Placebo", "n = 10"],
        ["Received the treatment", "n = 9  (1 not)"],
        ["Did not complete: n = 3", "Died: 1", "Withdrew: 1", "not recorded: 1"],
        [
            "Analysed",
            f"Relief: 9{NO_BREAK}of{NO_BREAK}10",
            "Not analysed:",
            "no value, reason not reported: 1",
        ],
    ]
    assert draw(mini, given).figure.get_size_inches()[0] == 7.2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("variable: finish", "variable: finis", 'did you mean "finish"?'),
        ("[Completed]", "[Complete]", 'did you mean "Completed"?'),
        ("AGE: {above", "AGES: {above", "a column of ADSL"),
    ],
)
def test_a_flow_that_names_what_is_not_there_is_refused(tmp_path, old, new, told):
    from trialtrace.trial.check import check_trial

    at = mini_trial.write_project(
        tmp_path, trial=TRIAL, dictionary=DICTIONARY, plan=PLAN.replace(old, new)
    )
    problems = "\n".join(map(str, check_trial(at, "mini")))
    assert told in problems and "plan.yaml, line" in problems
