"""What few words of a label, a sentence or a level say of arms, of the outcome and of visits."""

import random
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile


def drafted(folder: Path, head: str, arms: list[str], note: str = "", cells: int = 1) -> Draft:
    """People with one of these arms each and numbers behind it, under the names of a header."""
    draw = random.Random(12)
    rows = [
        ",".join([str(n), arms[n % len(arms)], *(f"{draw.gauss(50, 9):.1f}" for _ in range(cells))])
        for n in range(60)
    ]
    write(folder / "data.csv", [head, *rows])
    if note:
        (folder / "README.txt").write_text(note, "utf-8")
    return decide(profile([str(folder)]), {}, first_choice)


def blinds(made: Draft) -> set[str]:
    return {one.name for one in made.guesses if one.blinds}


@pytest.mark.parametrize("codes", ["-0.5 0.5", "-1 1", "-2 -1 1 2"])
def test_signs_tell_codes_of_arms_apart(tmp_path: Path, codes: str):
    made = drafted(tmp_path, "id,group,y", codes.split())
    assert made.arm.name == "group" and "arm" not in blinds(made)
    assert {code for _, code in made.arms.values()} == {*codes.split()}


@pytest.mark.parametrize(
    ("note", "label"),
    [
        ("Two new drugs, H and B, and standard S, were compared.", "Standard"),
        ("- `group`: a factor where `S` is the control\n- `y`: the score\n", "Control"),
        ("Control S was compared with standard B and H.", None),
    ],
)
def test_a_letter_that_is_the_standard(tmp_path: Path, note: str, label: str | None):
    made = drafted(tmp_path, "id,group,y", ["B", "H", "S"], note)
    assert ("control" in blinds(made)) is (label is None)
    assert label is None or made.arms[made.control] == (label, "S")


@pytest.mark.parametrize("words", ["‘C’ontrol, ‘F’riend, or ‘P’et", "(C)ontrol, (F)riend, (P)et"])
def test_letters_that_begin_their_words(tmp_path: Path, words: str):
    note = f"Format:\n\n     group a factor with levels {words}\n\n     y heart rate\n"
    made = drafted(tmp_path, "id,group,y", ["C", "F", "P"], note)
    assert {label for label, _ in made.arms.values()} == {"Control", "Friend", "Pet"}
    assert made.arms[made.control][1] == "C" and "control" not in blinds(made)


def test_one_letter_before_a_treatment_is_no_word(tmp_path: Path):
    made = drafted(tmp_path, "id,f_treat,y", ["0", "1"])
    assert made.arms[made.control][1] == "0" and "control" not in blinds(made)


@pytest.mark.parametrize(
    ("label", "sure"),
    [
        ("1 if ever selected to attend a choice school", True),
        ("won the lottery", True),
        ("selected schools", False),
    ],
)
def test_who_was_drawn_for_it(tmp_path: Path, label: str, sure: bool):
    made = drafted(tmp_path, "id,chosen,y", ["0", "1"], f"- `chosen`: {label}\n- `y`: score\n")
    assert ("arm" in blinds(made)) is not sure
    assert not sure or made.arms[made.control][1] == "0"


def test_a_help_page_in_comments(tmp_path: Path):
    page = "#' @format \\describe{\n#'   \\item{group}{The treatment.\n#'   Stored as a factor.}\n"
    made = drafted(tmp_path, "id,group,y", ["A", "B"], page + "#'   \\item{y}{A score.}\n#' }\n")
    assert made.home.column("group").label == "The treatment"


NOTE = """- `alpha`: the first score, a numeric vector
- `beta`: Whether they can sing. Outcome.
- `gamma`: a numeric vector

Fixed effects, and gamma, can help – but at the cost of time.
"""


def test_roles_types_and_sentences_are_no_labels(tmp_path: Path):
    made = drafted(tmp_path, "id,group,alpha,beta,gamma", ["drug", "placebo"], NOTE, 3)
    labels = {one.name: one.label for one in made.home.columns}
    assert labels["alpha"] == "the first score" and labels["gamma"] in ("", "gamma")
    assert made.primary.column == "beta" and "primary" not in blinds(made)


def test_what_a_file_says_of_the_lot_stays(tmp_path: Path):
    """A codebook beside it says less."""
    draw = random.Random(13)
    data = pd.DataFrame(
        {"build": [n % 2 for n in range(60)], "y": [draw.random() for _ in range(60)]}
    )
    labels = {"build": "Village assigned to treatment", "y": "Score"}
    pyreadstat.write_sav(data, str(tmp_path / "data.sav"), column_labels=labels)
    (tmp_path / "README.txt").write_text(
        "- `build`: Whether built\n- `y`: Score of a test\n", "utf-8"
    )
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    assert made.arm.name == "build" and made.arms[made.control][1] == "0"
    assert not {"arm", "control"} & blinds(made)
    assert made.home.column("y").label == "Score of a test"


@pytest.mark.parametrize("names", ["fbef,faft", "strength_before,strength_after"])
def test_before_and_after_at_the_end_of_a_word(tmp_path: Path, names: str):
    made = drafted(tmp_path, f"id,group,{names}", ["drug", "placebo"], cells=2)
    assert [name for _, name in made.primary.columns] == names.split(",")


def test_levels_that_are_columns_tell_what_was_first(tmp_path: Path):
    made = drafted(tmp_path, "id,first,vitamin,placebo", ["Vitamin", "Placebo"], cells=2)
    assert [code for _, code in made.arms.values()] == ["vitamin", "placebo"]
    assert (made.arm.name, made.design.kind) == ("", "crossover")
    assert made.arms[made.control][1] == "placebo" and not {"arm", "control"} & blinds(made)


@pytest.mark.parametrize(("name", "kind"), [("week", "repeated"), ("day", "mean")])
def test_few_doubled_rows_leave_planned_visits(tmp_path: Path, name: str, kind: str):
    draw = random.Random(14)
    rows = [
        f"{n},{'AB'[n % 2]},{week},{draw.gauss(9, 2):.1f}" for n in range(80) for week in (0, 4, 8)
    ]
    write(tmp_path / "data.csv", [f"id,trt,{name},score", *rows, "7,B,4,9.9"])
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    assert made.primary.kind == kind
    if kind == "repeated":
        told = {one.name: one for one in made.guesses}
        assert "1 doubled row" in told["visit.data"].evidence


def test_a_step_of_a_scale_in_several_rows_is_not_counted_unasked(tmp_path: Path):
    draw = random.Random(15)
    rows = [f"{n // 3},{'AB'[n // 3 % 2]},{draw.randint(1, 4)}" for n in range(180)]
    write(tmp_path / "data.csv", ["id,trt,y", *rows])
    note = "- `y`: state (1 = none, 2 = slight, 3 = moderate, 4 = dead)\n- `trt`: treatment\n"
    (tmp_path / "README.md").write_text(note, "utf-8")
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    assert made.primary.kind == "count" and "kind" in blinds(made)


def test_a_time_to_event_beside_what_was_censored(tmp_path: Path):
    draw = random.Random(16)
    rows = [f"{draw.expovariate(0.2):.2f},{n % 3 // 2},{1 + n % 2}" for n in range(90)]
    write(tmp_path / "data.csv", ["V1,V2,V3", *rows])
    note = """first column - times : time to event
second column - censor : censoring status; 0=censored, 1=event
third column - group : labels the single agent arm and combination arm
"""
    (tmp_path / "README.txt").write_text(note, "utf-8")
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    assert (made.primary.column, made.primary.status, made.primary.event) == ("V1", "V2", "1")
    assert made.arm.name == "V3" and "primary" not in blinds(made)


PAGE = """# Metadata

| Variable | Description/Code | Unit |
| --- | --- | --- |
| group | Preparation<br>1=SOL<br>2=placebo | |
| pain_2 | Pain in period 2 <br> 1 = worst <br> 2 = the same <br> 3 = better <br> 9 = missing | |
| pain_3 | Pain in the last | |
| | period (same code as pain_2) | |
"""


def test_a_table_of_a_page_with_breaks_and_cells_of_two_rows(tmp_path: Path):
    draw = random.Random(17)
    rows = [f"{n},{1 + n % 2},{draw.choice('1239')},{draw.choice('1239')}" for n in range(60)]
    write(tmp_path / "data.csv", ["id,group,pain_2,pain_3", *rows])
    (tmp_path / "README.md").write_text(PAGE, "utf-8")
    (table,) = profile([str(tmp_path)])
    columns = {one.name: one for one in table.columns}
    assert columns["pain_3"].label == "Pain in the last period"
    assert columns["pain_3"].choices == columns["pain_2"].choices != ()
    assert columns["pain_3"].missing_codes == columns["pain_2"].missing_codes == ("9",)
    assert dict(columns["group"].choices) == {"1": "SOL", "2": "placebo"}


@pytest.mark.parametrize(
    ("note", "labels"),
    [
        ("Variables:\n\n     group the arm: 1 = Tea, 2 = Milk\n\n     y the score\n", "Tea Milk"),
        (
            "    within(d, structure(group, levels = c('Tea', 'Milk'), class = 'factor'))\n",
            "Tea Milk",
        ),
        ("    d$group <- factor(group, levels = 1:2, labels = c('Tea', 'Milk'))\n", "Tea Milk"),
        ('The groups, 1-2, are, respectively, "Tea" and\n"Milk," of a diet.\n', "Tea Milk"),
        ('The groups, 1-3, are, respectively, "Tea" and "Milk."\n', ""),
        ("    within(d, structure(list(group, 2)))\n", ""),
    ],
)
def test_labels_of_arms_in_pages_of_packages(tmp_path: Path, note: str, labels: str):
    made = drafted(tmp_path, "id,group,y", ["1", "2"], note)
    found = {label for label, _ in made.arms.values()}
    assert found == ({*labels.split()} or {"1", "2"})


def test_one_of_the_four_preparations(tmp_path: Path):
    note = (
        "23 volunteers were randomized to one of the four preparations,\nand took 1 pill a day.\n"
    )
    made = drafted(tmp_path, "id,prep,y", ["1", "2", "3", "4"], note)
    assert made.arm.name == "prep" and "arm" not in blinds(made)


def test_a_log_of_what_has_a_label_is_no_second_outcome(tmp_path: Path):
    note = "Format:\n\n     cups number of cups\n\n     lcups log of the number of cups\n"
    made = drafted(tmp_path, "id,group,cups,lcups", ["drug", "placebo"], note, 2)
    assert made.primary.column == "cups"
    assert "lcups" not in {one.column for one in made.others}


def test_a_code_that_is_missing_in_all_of_a_word(tmp_path: Path):
    """Also in a column that has none now."""
    note = "For all pain scores 999 indicates missing value.\n"
    drafted(tmp_path, "id,group,pain1,pain2,cost", ["drug", "placebo"], note, 3)
    lines = (tmp_path / "data.csv").read_text("utf-8").splitlines()
    lines[3] = "2,drug,999,40.0,50.0"
    write(tmp_path / "data.csv", lines)
    (table,) = profile([str(tmp_path)])
    missing = {one.name: one.missing_codes for one in table.columns}
    assert missing["pain1"] == missing["pain2"] == ("999",) and missing["cost"] == ()


def test_treatments_of_a_crossover_in_two_columns_alone(tmp_path: Path):
    """By the same words two arms may be side by side: the refusal says how they are taken."""
    write(tmp_path / "data.csv", ["Drug,Placebo", *(f"{n % 7}.5,{n % 5}.5" for n in range(14))])
    with pytest.raises(UserError) as caught:
        decide(profile([str(tmp_path)]), {}, first_choice)
    told = {"arm": "Drug,Placebo", "design": "crossover"}
    assert "--arm Drug,Placebo --design crossover takes them so" in str(caught.value.problems[0].do)
    made = decide(profile([str(tmp_path)]), told, first_choice)
    assert made.design.kind == "crossover" and made.arms[made.control][1] == "Placebo"


@pytest.mark.parametrize(
    "note",
    [
        "Before the experiment began, all were told that they would sit a test (SCORE) in June.\n",
        "In the sister trial, for all scores 50 indicates missing value.\n",
        "In the pilot study rats were randomized into three groups.\n",
        "- `level`: not the same code as group but the reverse\n- `group`: 1 = tea, 2 = milk\n",
        "- `level`: same code as group of another form\n- `group`: 1 = tea, 2 = milk\n",
    ],
)
def test_sentences_of_something_else(tmp_path: Path, note: str):
    draw = random.Random(18)
    rows = [f"{n},{1 + n % 2},{1 + n // 2 % 3},{draw.randint(40, 60)}" for n in range(60)]
    write(tmp_path / "data.csv", ["id,group,level,score", *rows])
    (tmp_path / "README.md").write_text(note, "utf-8")
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    columns = {one.name: one for one in made.home.columns}
    assert made.arm.name == "group" and columns["score"].missing_codes == ()
    assert "before treatment" not in columns["score"].label
    assert all(code == label for code, label in columns["level"].choices)


@pytest.mark.parametrize("blank", [2, 20])
def test_blank_ids_are_no_patient_however_many(tmp_path: Path, blank: int):
    rows = [f"{n if n >= blank else ''},{'AB'[n % 2]},{n % 7}.5" for n in range(60)]
    write(tmp_path / "data.csv", ["id,arm,score", *rows])
    with pytest.raises(UserError, match=f"{blank} of 60 rows have no value"):
        decide(profile([str(tmp_path)]), {}, first_choice)


@pytest.mark.parametrize(
    ("label", "doubted"), [("Cough before the evening meal in week 8", True), ("Cough", False)]
)
def test_before_a_meal_is_no_baseline(tmp_path: Path, label: str, doubted: bool):
    note = f"- `cough_bef`: {label}\n- `cough_aft`: cough after the meal\n"
    made = drafted(tmp_path, "id,arm,cough_bef,cough_aft", ["drug", "placebo"], note, 2)
    assert ("primary" in blinds(made)) is doubted


def test_sides_that_were_tested_first_are_no_treatments(tmp_path: Path):
    """Both eyes of a patient, of whom each had one of two drops."""
    draw = random.Random(19)
    rows = [
        f"{n},{1 + n % 2},{draw.choice(['left', 'right'])},{draw.random():.2f},{draw.random():.2f}"
        for n in range(60)
    ]
    write(tmp_path / "data.csv", ["patient,grp,first,left,right", *rows])
    made = decide(profile([str(tmp_path)]), {}, first_choice)
    assert made.arm.name == "grp" or "arm" in blinds(made)
