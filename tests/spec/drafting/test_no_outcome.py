"""What is no outcome, no arm and no variable of the baseline table, whatever it is called."""

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.command import ask_on_terminal
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.new import files_of
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import Question, guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.check import check_trial

Call = Callable[..., int]


def drafted(path: Path, *lines: str, **told: str) -> Draft:
    write(path, list(lines))
    return decide(profile([str(path)]), told, guess_nothing_told)


def clustered(*names: str) -> list[str]:
    """A yes or no, the arm and the number of one of 24 groups, drawn by lot, of ten patients."""
    draw = random.Random(4)
    arms = [number % 2 for number in range(24)]
    draw.shuffle(arms)
    rows = [f"{draw.randint(0, 1)},{arms[n % 24]},{n % 24 + 1}" for n in range(240)]
    return [",".join(names), *rows]


def test_a_number_of_groups_is_no_outcome(at: Project, call: Call, capsys):
    """Where the arm is open a wrong column may be taken for it; the right one is then confirmed."""
    made = drafted(at.root / "data" / "groups.csv", *clustered("p", "x", "cl"))
    assert (made.arm.name, made.primary.column) == ("p", "x")
    assert {"arm", "primary"} <= {one.name for one in made.guesses if one.blinds}
    assert call("new", "mine", at.root / "data" / "groups.csv", "--yes") == 0
    assert call("confirm", "mine", "--key", "arm", "--value", "x") == 0
    assert check_trial(at, "mine") == []
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text())["guesses"]
    assert (guesses["design"]["value"], guesses["primary"]["value"]) == ("cluster", "p")


def test_a_name_of_an_outcome_is_no_likely_arm(tmp_path: Path):
    made = drafted(tmp_path / "groups.csv", *clustered("y", "x", "cl"))
    assert (made.arm.name, made.primary.column, made.design.cluster) == ("x", "y", "cl")


def test_a_score_that_was_cut_is_an_outcome(tmp_path: Path):
    draw = random.Random(9)
    scores = [draw.randint(0, 29) for _ in range(240)]
    rows = [f"{n},{'AB'[n % 2]},{score},{int(score > 14)}" for n, score in enumerate(scores)]
    made = drafted(tmp_path / "cut.csv", "pid,arm,pain_score,cured", *rows, primary="cured")
    assert [one.column for one in made.others] == ["pain_score"]


def test_which_treatments_a_patient_had_is_no_arm(tmp_path: Path):
    draw = random.Random(5)
    rows = []
    for n in range(1, 31):
        both = ("AB", "AC", "BC")[n % 3]
        cells = [f"{draw.random() * 90:.1f}" if letter in both else "" for letter in "ABC"]
        rows.append(f"{n},{both},{','.join(cells)}")
    made = drafted(tmp_path / "two.csv", "id,group,vasA,vasB,vasC", *rows)
    assert made.design.columns == ("vasA", "vasB", "vasC")
    assert "arm" in {one.name for one in made.guesses if one.blinds}
    assert "group" not in people(made).variables.values()


def test_groups_by_their_numbers_are_not_settled_by_nobody(at: Project, call: Call, capsys):
    """The guess names what the baseline table shows, without the clusters."""
    draw = random.Random(6)
    rows = [
        f"{n % 22 + 1},{n % 22 % 2},{draw.randint(0, 40)},{draw.random():.3f}" for n in range(264)
    ]
    write(at.root / "data" / "crt.csv", ["School,Intervention,Prettest,Posttest", *rows])
    assert call("new", "mine", at.root / "data" / "crt.csv", "--yes") == 0
    capsys.readouterr()
    call("confirm", "mine")
    told = capsys.readouterr().out
    assert "settled in its files" not in told and "\nbaseline: prettest\n" in told


def scores(path: Path, **told: str) -> Draft:
    draw = random.Random(7)
    rows = [
        f"{n},{'AB'[n % 2]},{','.join(str(draw.randint(150, 340)) for _ in range(5))}"
        for n in range(1, 61)
    ]
    return drafted(path, "id,arm,chol1,chol2,chol3,chol4,chol5", *rows, **told)


def test_one_of_columns_that_may_be_visits_names_them_all(tmp_path: Path):
    made = scores(tmp_path / "wide.csv", primary="chol5")
    (kind,) = [one for one in made.guesses if one.name == "kind"]
    assert "--primary 'chol{visit}'" in kind.evidence
    with pytest.raises(UserError, match=r"--primary 'chol\{visit\}'"):
        scores(tmp_path / "wide.csv", primary="chol5", before="1")
    whole = scores(tmp_path / "wide.csv", primary="chol{visit}", before="1").primary
    assert (len(whole.columns), whole.before) == (5, ("1",))
    alone = scores(tmp_path / "wide.csv", primary="chol5", kind="measure")
    assert "{visit}" not in alone.primary.evidence


def test_the_text_of_an_outcome_and_flags_describe_nobody(tmp_path: Path):
    cells = [
        (n, ("Placebo", "Xano")[n % 2], 30.0 + n % 40, n * 7 % 31, "NY"[n % 7 % 2], "NY"[n % 3 % 2])
        for n in range(1, 81)
    ]
    columns = {
        "USUBJID": "Subject",
        "TRTP": "Planned treatment",
        "AGE": "Age",
        "AVAL": "Value",
        "BMEASFL": "Response evaluable population flag",
        "CRIT1FL": "Response flag",
    }
    table = pd.DataFrame(cells, columns=[*columns])
    pyreadstat.write_xport(table, tmp_path / "adrs.xpt", column_labels=[*columns.values()])
    made = decide(profile([str(tmp_path / "adrs.xpt")]), {"primary": "AVAL"}, guess_nothing_told)
    assert {one.column for one in made.others} == {"CRIT1FL"}
    rows = [f"{n},{'PX'[n % 2]},{n % 5 % 2},{('NO', 'YES')[n % 5 % 2]}" for n in range(1, 81)]
    made = drafted(tmp_path / "adrs.csv", "USUBJID,TRTP,AVAL,AVALC", *rows, primary="AVAL")
    assert not people(made).variables


def test_a_count_is_no_time(at: Project, tmp_path: Path):
    draw = random.Random(8)
    rows = [
        f"P{n},{('Placebo', 'Drug')[n % 2]},{code},{label},{draw.randint(1, 99)},{unit},"
        f"{n // 2 % 2}"
        for n in range(1, 61)
        for code, label, unit in (
            ("OS", "Overall survival", "DAYS"),
            ("PFS", "Progression-free survival", "DAYS"),
            ("TNE", "Number of exacerbations", "COUNT"),
        )
    ]
    head = "USUBJID,TRTP,PARAMCD,PARAM,AVAL,AVALU,CNSR"
    made = drafted(tmp_path / "adtte.csv", head, *rows, parameter="OS")
    assert made.primary.kind == "time_to_event"
    assert [one.where[0][1] for one in made.others if one.where] == ["PFS"]
    with pytest.raises(UserError, match="OS"):
        drafted(tmp_path / "adtte.csv", head, *rows, parameter="TNE")


@pytest.mark.parametrize("flag", ["later", "secondary", "covariates", "arms"])
def test_a_question_mark_leaves_a_list_open(monkeypatch, flag: str):
    monkeypatch.setattr("builtins.input", lambda _: "?")
    question = Question(flag, "Which?", [("a", "Why."), ("b", "Why.")], several=True)
    assert ask_on_terminal(question) is None


def test_the_number_of_a_grouping_is_no_visit(at: Project, tmp_path: Path):
    rows = [
        f"{n},{'AB'[n % 2]},{'xyz'[n % 3]},{n % 4 % 2},{n % 5 % 2},{n % 3},{n % 4},{n * 7 % 31}"
        for n in range(1, 81)
    ]
    head = "id,arm,ageGroup2,region_2,region_3,STRATA1,STRATA2,relief"
    made = drafted(tmp_path / "groups.csv", head, *rows, primary="relief")
    text = files_of(at, "mine", [str(tmp_path / "groups.csv")], made)["guesses.yaml"]
    assert "measured before" not in text
    assert {"region_3", "STRATA2"} <= {*people(made).variables.values()}


def test_numbers_of_classes_and_what_patients_are(tmp_path: Path):
    """The number of a class describes no patient; the performance status ends no time."""
    draw = random.Random(3)
    rows = [
        f"{n},{'AB'[n % 2]},{40100 + n % 29 * 7},{30 + n % 41},{draw.randint(9, 900)},"
        f"{draw.randint(0, 1)},{draw.randint(0, 1)}"
        for n in range(120)
    ]
    head = "id,arm,class,age,failtime,failind,perform"
    made = drafted(tmp_path / "class.csv", head, *rows, primary="failtime", status="failind")
    assert set(people(made).variables.values()) == {"perform"}
    assert people(made).left_out == {}
