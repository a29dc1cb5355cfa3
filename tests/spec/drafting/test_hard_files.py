"""`trialtrace new` on files that are hard to guess: what is doubtful is told, what cannot be is
refused with what to do, and a blinded draft shows no estimate of an earlier run."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import yaml
from made_exports import wide, write
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.run.drafting.write_dictionary import written
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]
Out = pytest.CaptureFixture[str]


def guesses(at: Project) -> dict[str, dict[str, str]]:
    path = at.trial_config("mine") / "guesses.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))["guesses"]


def changed(at: Project, old: str, new: str) -> Path:
    """The wide export with one thing in its header changed."""
    lines = wide()
    lines[0] = lines[0].replace(old, new)
    write(at.root / "data" / "odd.csv", lines)
    return at.root / "data" / "odd.csv"


def with_column(at: Project, name: str, cells: list[str], encoding: str = "utf-8") -> Path:
    """The wide export with a column more, of which the cells come in turn."""
    lines = wide()
    rows = [f"{line},{cells[place % len(cells)]}" for place, line in enumerate(lines[1:])]
    text = "\n".join([f"{lines[0]},{name}", *rows]) + "\n"
    path = at.root / "data" / "odd.csv"
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize("name", ["null", "true", "false"])
def test_a_name_that_yaml_reads_as_no_text(at: Project, call: Call, capsys: Out, name: str):
    assert call("new", name, at.root / "data" / "trial.csv") == 1
    assert "a name that YAML reads as text" in capsys.readouterr().err
    assert not at.trial_config(name).exists()


@pytest.mark.parametrize("bad", ['"final\nscore"', '"final\r\nscore"', "x" * 101, "not"])
def test_a_name_that_no_dictionary_can_have(at: Project, call: Call, capsys: Out, bad: str):
    assert call("new", "mine", changed(at, "final_score", bad)) == 1
    assert "a name that cannot be used in position 7" in capsys.readouterr().err
    assert not at.trial_config("mine").exists()


def test_a_column_that_is_called_any(at: Project, call: Call):
    """In a condition a list joins, and a test is of the column."""
    choices = ("--primary", "any", "--kind", "event", "--event", "yes", "--yes")
    assert call("new", "mine", changed(at, "responded", "any"), *choices) == 0
    endpoints = (at.trial_config("mine") / "endpoints.yaml").read_text(encoding="utf-8")
    assert 'event: {any: {is: "yes"}}' in endpoints
    assert call("check", "mine") == 0


def test_an_empty_name_of_a_file(call: Call, capsys: Out):
    assert call("new", "mine", "") == 1
    assert "a file or a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--visit", "zzz"], "found     zzz"),
        (["--primary", "arm"], "arm, the arm"),
        (["--primary", "responded", "--status", "status"], "responded, no number"),
    ],
)
def test_what_was_told_and_cannot_be(
    at: Project, call: Call, capsys: Out, flags: list[str], told: str
):
    assert call("new", "mine", at.root / "data" / "trial.csv", "--arm", "arm", *flags) == 1
    assert told in capsys.readouterr().err
    assert not at.trial_config("mine").exists()


def test_the_number_of_the_patient_is_no_endpoint(at: Project, call: Call, capsys: Out):
    path = at.root / "data" / "visits.csv"
    assert call("new", "mine", path, "--arm", "treatment", "--primary", "subject") == 1
    assert "subject, the column of the patients" in capsys.readouterr().err


def test_visits_that_are_days(at: Project, call: Call, capsys: Out):
    rows = [
        f"{number},{'ab'[number % 2]},2020-0{visit}-{10 + number},{number % 7 + visit}"
        for number in range(1, 18)
        for visit in (1, 2, 3)
    ]
    path = at.root / "data" / "days.csv"
    write(path, ["id,arm,visit,score", *rows])
    assert call("new", "mine", path, "--primary", "score", "--visit", "visit") == 1
    assert "visit, 51 different values" in capsys.readouterr().err


@pytest.mark.parametrize(("weight", "sign"), [("weight_kg", "."), ("", ",")])
def test_commas_that_may_stand_before_thousands(at: Project, call: Call, weight: str, sign: str):
    path = with_column(at, "platelets", ['"1,204"', '"2,310"', "870"])
    if not weight:
        lines = path.read_text(encoding="utf-8").splitlines()
        write(path, [re.sub(r"(,\d+)\.\d,", r"\1,", line) for line in lines])
    assert call("new", "mine", path) == 0
    guess = guesses(at)["decimal.data"]
    assert guess["value"] == sign
    assert "before thousands" in guess["evidence"]


def test_an_encoding_that_is_a_guess(at: Project, call: Call):
    path = with_column(at, "town", ["Köln", "Bonn"], encoding="latin-1")
    assert call("new", "mine", path) == 0
    assert guesses(at)["encoding.data"]["value"] == "windows-1252"


def test_a_dictionary_that_contradicts_its_data(at: Project, call: Call):
    fields = [
        {"field_name": "pid", "form_name": "f", "field_type": "text", "label": "Number"},
        {"field_name": "responded", "form_name": "f", "field_type": "radio", "label": "Responded",
         "choices": "4, better | 5, worse"},
        {"field_name": "age", "form_name": "f", "field_type": "text", "label": "Age",
         "validation": "integer", "minimum": "60", "maximum": "70"},
    ]  # fmt: skip
    path = at.root / "data" / "dict.csv"
    path.write_text(written(fields), encoding="utf-8")
    assert call("new", "mine", at.root / "data" / "trial.csv", path) == 0
    found = guesses(at)
    assert found["contradiction.trial"]["value"] == "responded"
    assert found["range.trial"]["value"] == "age"
    assert "60 to 70" in found["range.trial"]["evidence"]


def test_an_arm_of_too_many_levels_is_told(at: Project, call: Call):
    lines = [line.replace(",Active,", f",T{n % 25},").replace(",Placebo,", f",T{n % 25},")
             for n, line in enumerate(wide())]  # fmt: skip
    write(at.root / "data" / "trial.csv", lines)
    assert call("new", "mine", at.root / "data" / "trial.csv") == 0
    assert "arm is passed over: 25 values" in guesses(at)["arm"]["evidence"]


def test_a_plan_of_many_arms_is_asked(at: Project, call: Call):
    lines = [line.replace(",Active,", f",T{n % 18},").replace(",Placebo,", f",T{n % 18},")
             for n, line in enumerate(wide())]  # fmt: skip
    write(at.root / "data" / "trial.csv", lines)
    assert call("new", "mine", at.root / "data" / "trial.csv", "--yes") == 0
    arm = guesses(at)["arm"]
    assert arm["value"] == "arm" and arm["blinds"] and "18 levels" in arm["evidence"]


def test_rows_of_no_repeating_instrument_are_not_undecided(at: Project, call: Call):
    rows = ["id,redcap_repeat_instrument,redcap_repeat_instance,arm,died,term"]
    for number in range(1, 31):
        rows += [f"{number},,,{'ab'[number % 2]},{number % 3 % 2},", f"{number},ae,1,,,nausea"]
    write(at.root / "data" / "r.csv", rows)
    assert call("new", "mine", at.root / "data" / "r.csv") == 0
    assert check_trial(at, "mine") == []
    text = (at.trial_config("mine") / "trial.yaml").read_text(encoding="utf-8")
    assert '{present: true, is: "ae"}' in text


def test_a_guess_that_a_new_primary_endpoint_brings_is_open(at: Project, call: Call):
    assert call("new", "mine", at.root / "data" / "trial.csv") == 0
    assert call("confirm", "mine", "--all") == 0
    assert call("confirm", "mine", "--key", "primary", "--value", "final_score") == 0
    # It is of another kind, and other columns are the exploratory endpoints now.
    assert list(guesses(at)) == ["kind", "endpoints"]


def test_results_of_a_run_before_the_draft_are_not_shown(at: Project, call: Call, capsys: Out):
    flags = ("--yes", "--primary", "responded")
    assert call("new", "mine", at.root / "data" / "trial.csv", *flags) == 0
    run_stages(load_trial("mine", at), at.results / "mine", at)
    shutil.rmtree(at.trial_config("mine"))
    assert call("new", "mine", at.root / "data" / "trial.csv") == 0
    capsys.readouterr()
    number = "mine/responded/risk_difference.newcombe@active-placebo"
    for command in (
        ["results", "mine"],
        ["trace", number],
        ["claims", "mine"],
        ["serve", "mine"],
    ):
        assert call(*command) == 1
        told = capsys.readouterr()
        assert "results by arm of an earlier run" in told.err
        assert told.out == ""


def test_an_outcome_once_a_patient_in_rows_of_visits(at: Project, call: Call, capsys: Out):
    """Such an endpoint takes a row a patient: those of the first visit."""
    rows = [
        f"{number},{'ab'[number % 2]},{visit},{number % 7 + visit},{number % 3 % 2},{number}"
        for number in range(1, 41)
        for visit in (0, 1, 2)
    ]
    path = at.root / "data" / "long.csv"
    write(path, ["id,arm,visit,score,died,time", *rows])
    for name, *flags in (["once", "died"], ["timed", "time", "--status", "died"]):
        told = ("--arm", "arm", "--control", "a", "--yes")
        assert call("new", name, path, *told, "--primary", *flags) == 0
        run_stages(load_trial(name, at), at.results / name, at)
    lines = [line for line in path.read_text().splitlines() if ",1," not in line]
    write(path, [line for line in lines if ",0," not in line or not line.startswith("1,")])
    assert call("new", "mine", path, "--primary", "died") == 1
    assert "give a file with a row a patient" in capsys.readouterr().err


def test_rows_of_two_times_without_a_number_of_the_patient_are_asked(
    at: Project, call: Call, tmp_path: Path
):
    """Children of a published trial stand in two rows, before and after, and have no number."""
    rows = [
        f"{20 + n % 50},{('drug', 'placebo')[n * 7 % 5 % 2]},{time},{n * 7 % 31 + time}.5"
        for n in range(60)
        for time in (1, 2)
    ]
    write(tmp_path / "t.csv", ["age,arm,Time,score", *rows])
    assert call("new", "mine", tmp_path / "t.csv", "--yes") == 0
    subject = guesses(at)["subject"]
    assert subject["blinds"] and "a patient may have 2 rows" in subject["evidence"]
    assert (
        call("new", "mine", tmp_path / "t.csv", "--yes", "--subject", "source_row", "--anew") == 0
    )
    assert "subject" not in guesses(at)


def test_arms_that_no_list_of_choices_holds_are_offered_and_a_measure_is_no_key(
    at: Project, call: Call, tmp_path: Path
):
    """As in Bland's trial of anaesthesia, of a measure and one column in words."""
    arms = ["N2O+O2,24h"] * 8 + ["N2O+O2,op"] * 9 + ["O2,24h"] * 5
    rows = [f'{206 + 37 * n % 187},"{arm}"' for n, arm in enumerate(arms)]
    write(tmp_path / "t.csv", ["folate,ventilation", *rows])
    assert call("new", "mine", tmp_path / "t.csv", "--yes") == 0
    assert (guesses(at)["arm"]["value"], guesses(at)["arm"]["blinds"]) == ("ventilation", True)
    assert "key: [source_row]" in (at.trial_config("mine") / "trial.yaml").read_text()


def test_a_date_is_no_key_of_rows_that_are_patients(at: Project, call: Call, tmp_path: Path):
    """Nobody was randomised on the day of another, by chance."""
    rows = [
        f"2020-0{n // 14 + 1}-{2 * (n % 14) + 1:02},{'AB'[n % 2]},{n * 7 % 41}" for n in range(42)
    ]
    write(tmp_path / "t.csv", ["randdate,group,score", *rows])
    assert call("new", "mine", tmp_path / "t.csv", "--yes") == 0
    assert "key: [source_row]" in (at.trial_config("mine") / "trial.yaml").read_text()


def test_arms_of_the_same_words_are_told(call: Call, tmp_path: Path, capsys):
    rows = [f"{n},{('placebo', 'Placebo', 'drug')[n % 3]},{n * 7 % 41}" for n in range(42)]
    write(tmp_path / "t.csv", ["id,arm,score", *rows])
    assert call("new", "mine", tmp_path / "t.csv", "--yes") == 1
    told = capsys.readouterr().err
    assert "'Placebo' and 'placebo', of the same words" in told


def test_a_postcode_is_no_number_of_patients_and_a_hospital_number_is(
    at: Project, call: Call, tmp_path: Path
):
    rows = [f"{10119 + n * 37},{70000 + n},{'AB'[n % 2]},{n * 7 % 41}" for n in range(42)]
    write(tmp_path / "t.csv", ["postcode,hospital number,arm,score", *rows])
    assert call("new", "mine", tmp_path / "t.csv", "--yes") == 0
    assert "subject: hospital number" in (at.trial_config("mine") / "trial.yaml").read_text()


def test_a_time_of_the_dead_alone_is_no_time_to_an_event(call: Call, tmp_path: Path, capsys):
    """A hazard ratio of them would leave out who lived."""
    rows = [
        f"{n},{'AB'[n % 2]},{'yes' if n % 3 else 'no'},{n * 7 % 41 + 1 if n % 3 else ''},{n + 60}"
        for n in range(42)
    ]
    write(tmp_path / "t.csv", ["id,arm,death,death_day,followup_days", *rows])
    told = ("--yes", "--status", "death", "--event", "yes", "--primary")
    assert call("new", "mine", tmp_path / "t.csv", *told, "death_day") == 1
    assert "which all rows with death no lack" in capsys.readouterr().err
    assert call("new", "mine", tmp_path / "t.csv", *told, "followup_days") == 0


def test_a_plus_is_a_word_of_an_arm(at: Project, call: Call, tmp_path: Path):
    rows = [f"{n},{('placebo', 'drug', 'drug+')[n % 3]},{n * 7 % 41}" for n in range(42)]
    write(tmp_path / "t.csv", ["id,arm,score", *rows])
    assert call("new", "mine", tmp_path / "t.csv", "--yes") == 0
    text = (at.trial_config("mine") / "trial.yaml").read_text()
    assert "label: Drug," in text and 'label: "Drug+",' in text


ABOUT = """About the file
==============

	A trial of two drugs, in weeks 1, 2 and 4.
Columns are explained below; times are in days, and blanks are missing.
Written by one of the authors, for whom it may concern.
"""


def test_prose_beside_a_table_is_set_aside_with_a_word(at: Project, call: Call):
    (at.root / "data" / "about.txt").write_text(ABOUT, encoding="utf-8")
    files = at.root / "data" / "about.txt", at.root / "data" / "trial.csv"
    assert call("new", "mine", *files, "--yes") == 0
    assert "about.txt: sentences and no table" in guesses(at)["set_aside"]["evidence"]
    assert [*load_trial("mine", at).source.items] == ["trial"]


def test_notes_of_a_folder_are_set_aside_with_a_word(at: Project, call: Call):
    folder = at.root / "export"
    folder.mkdir()
    write(folder / "trial.csv", wide())
    for name in ("codebook.md", "trial.Rd", "notes.txt"):
        (folder / name).write_text("score: of 0 to 10\n", encoding="utf-8")
    assert call("new", "mine", folder, "--yes") == 0
    aside = guesses(at)["set_aside"]["evidence"]
    assert "codebook.md, notes.txt, trial.Rd: beside the tables" in aside


def test_a_workbook_that_is_called_a_dictionary_is_no_table(at: Project, call: Call):
    book = openpyxl.Workbook()
    for row in (["Column", "Explanation", "Coding"], ["arm", "who had what", "as it is"]):
        book.active.append(row)
    book.save(at.root / "data" / "data_dictionary.xlsx")
    files = at.root / "data" / "trial.csv", at.root / "data" / "data_dictionary.xlsx"
    assert call("new", "mine", *files, "--yes") == 0
    assert [*load_trial("mine", at).source.items] == ["trial"]


@pytest.mark.parametrize(("end", "separator"), [("", " "), (" ", "blanks")])
def test_blanks_between_columns_are_read(at: Project, call: Call, end: str, separator: str):
    path = at.root / "data" / "blanks.csv"
    rows = [f"{n} {'AB'[n % 2]} {n * 7 % 23}{end * (n % 2)}" for n in range(1, 41)]
    write(path, ["pid arm score", *rows])
    assert call("new", "mine", path, "--yes") == 0
    (item,) = load_trial("mine", at).source.items.values()
    assert item.separator == separator
