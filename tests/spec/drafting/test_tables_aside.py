"""Tables that hold none of the trial's patients are set aside and told, or asked."""

import random
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml
from made_exports import ARMS, write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.material import Material
from trialtrace.report.sections.this_reanalysis import this_reanalysis
from trialtrace.run.drafting.decided import Decided
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice, guess_nothing_told
from trialtrace.run.drafting.strangers import of_the_trial
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.load import Trial, load_settings, load_trial

NUMBERS = range(1, 61)


def main(folder: Path, prefix: str = "KH-") -> None:
    rows = [f"{prefix}{n:03d},{ARMS[n % 2]},{'mf'[n % 3 // 2]},{n * 7 % 19}.5" for n in NUMBERS]
    write(folder / "main.csv", ["patient_id,arm,sex,final_score", *rows])


def drafted(folder: Path, **told: str) -> Draft:
    return decide(profile([str(folder)]), told, guess_nothing_told)


def test_what_has_no_patients_is_told(at: Project, call: Callable[..., int], capsys):
    """A lookup, the numbers of a paper by arm, and staff: at the end of `new`, in the draft and on
    page 1 of the report, with rows and reason; what is computed is of the trial."""
    folder = at.root / "data" / "mixed"
    folder.mkdir()
    main(folder)
    write(folder / "sites.csv", ["site,country", "A,UK", "B,FR", "C,FR"])
    write(folder / "table2.csv", ["arm,n,mean", f"{ARMS[0]},30,8.1", f"{ARMS[1]},30,9.2"])
    write(folder / "staff.csv", ["staff_id,role", *(f"{n},nurse" for n in range(1, 8))])
    told = ("--primary", "final_score", "--control", "Placebo", "--arm", "arm")
    assert call("new", "mine", folder, *told) == 0
    said = "staff.csv (7 rows): no column has the patients of main"
    assert said in capsys.readouterr().out
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text())["guesses"]
    assert said in guesses["aside"]["evidence"] and "tables" not in guesses
    assert all(name in guesses["aside"]["evidence"] for name in ("sites.csv (3", "table2.csv (2"))
    trial = load_trial("mine", at)
    run = run_stages(trial, at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    (row,) = [one for one in rows if "mean_difference.welch" in one["result_id"]]
    even, odd = ([n * 7 % 19 + 0.5 for n in NUMBERS if n % 2 == part] for part in (0, 1))
    expected = sum(even) / 30 - sum(odd) / 30
    assert row["stat_value"] == pytest.approx(expected if ARMS[1] == "Placebo" else -expected)
    page = page_1(at, trial, run.folder)
    assert "not used" in page and "(7 rows): no column has the patients of" in page
    assert call("confirm", "mine", "--key", "aside") == 0
    assert "not used" not in page_1(at, load_trial("mine", at), run.folder)
    capsys.readouterr()
    assert call("new", "mine", folder, "--again") == 0
    again = capsys.readouterr().out
    assert "main: 60 rows" in again and "staff.csv: none of the tables of mine" in again
    assert call("new", "mine", folder / "staff.csv", folder / "sites.csv", "--again") == 1


def page_1(at: Project, trial: Trial, folder: Path) -> str:
    return unescape(this_reanalysis(Material(trial, load_settings(at), folder, {}), {}))


def test_another_study_under_the_same_numbers_is_asked(tmp_path: Path):
    """Of its patients the sex differs: they are others. What is told settles it."""
    main(tmp_path)
    rows = [f"KH-{n:03d},{ARMS[n // 2 % 2]},{'mf'[n % 2]},{n}" for n in range(1, 31)]
    write(tmp_path / "pilot.csv", ["patient_id,arm,sex,age", *rows])
    odd = sum((n % 3 == 2) != (n % 2 == 1) for n in range(1, 31))
    guesses = {one.name: one for one in drafted(tmp_path).guesses}
    assert guesses["tables"].value == "main" and guesses["tables"].blinds
    arms = sum(n % 2 != n // 2 % 2 for n in range(1, 31))
    assert f"arm differs in {arms} of 30: other people" in guesses["aside"].evidence
    # Where the arm is the same in both, the sex tells it.
    text = (tmp_path / "pilot.csv").read_text(encoding="utf-8").splitlines()
    same = [",".join([*row.split(",")[:1], *row.split(",")[2:]]) for row in text]
    write(tmp_path / "pilot.csv", same)
    guesses = {one.name: one for one in drafted(tmp_path).guesses}
    assert f"sex differs in {odd} of 30: other people" in guesses["aside"].evidence
    made = drafted(tmp_path, tables="main.csv")
    assert [one.name for one in made.tables] == ["main"]
    assert not {"tables", "aside"} & {one.name for one in made.guesses}
    # The sex of one patient, mistyped, makes no other people.
    right = [f"KH-{n:03d},{'mf'[n % 3 // 2]},{n}" for n in range(1, 31)]
    write(tmp_path / "pilot.csv", ["patient_id,sex,age", right[0].replace(",m", ",f"), *right[1:]])
    assert len(drafted(tmp_path).tables) == 2


def test_patients_of_few_rows_under_another_name_are_joined(tmp_path: Path):
    """Texts that are patients of the trial; numbers from 1 on may be of anything."""
    main(tmp_path)
    events = [f"KH-{n:03d},fever" for n in (4, 9, 9, 31, 44, 58)]
    write(tmp_path / "sae.csv", ["label,diagnosis", *events])
    write(tmp_path / "codes.csv", ["drug_code,drug", *(f"C{n},drug {n}" for n in range(1, 16))])
    made = drafted(tmp_path)
    assert made.subject == {"main": "patient_id", "sae": "label"}
    main(tmp_path, prefix="")
    write(tmp_path / "sae.csv", ["label,diagnosis", *(one.removeprefix("KH-") for one in events)])
    assert made.subject != drafted(tmp_path).subject
    (aside,) = [one for one in drafted(tmp_path).guesses if one.name == "aside"]
    assert "sae.csv (6 rows)" in aside.evidence and "codes.csv (15 rows)" in aside.evidence


def test_a_list_of_the_lot_has_its_own_numbers(tmp_path: Path):
    """Patients have another id beside the number under which they were drawn."""
    write(tmp_path / "list.csv", ["rand_no,arm", *(f"{n},{ARMS[n % 2]}" for n in NUMBERS)])
    rows = [f"R-{n * 7},{n},{n * 7 % 19}" for n in NUMBERS]
    write(tmp_path / "patients.csv", ["patient_id,rand_no,final_score", *rows])
    made = drafted(tmp_path)
    assert {*made.subject.values()} == {"rand_no"} and len(made.tables) == 2
    (guess,) = [one for one in made.guesses if one.name == "subject.patients"]
    assert "60 are in it; those that patient_id would tell are in none" in guess.evidence


def test_what_is_lacking_may_stand_in_a_table_that_is_set_aside(tmp_path: Path):
    """Patients written otherwise: the message says how they would be known."""
    write(
        tmp_path / "arms.csv", ["patient_id,arm", *(f"KH-{n:03d},{ARMS[n % 2]}" for n in NUMBERS)]
    )
    write(tmp_path / "diary.csv", ["patient_id,steps", *(f"{n},{n * 91}" for n in NUMBERS)])
    with pytest.raises(UserError, match=r"endpoint(.|\n)*60 of 60 unknown subjects would be known"):
        drafted(tmp_path)


def test_numbers_of_who_was_screened_are_no_patients(tmp_path: Path):
    main(tmp_path, prefix="")
    rows = [f"{n:03d},{'yes' if n % 2 else 'no'}" for n in range(1, 141)]
    write(tmp_path / "screening.csv", ["screening_no,eligible", *rows])
    guesses = {one.name: one for one in drafted(tmp_path).guesses}
    assert guesses["tables"].blinds
    assert "60 of its 140 screening_no are among the 60" in guesses["aside"].evidence


def test_arms_of_schools_are_refused_beside_their_pupils(tmp_path: Path):
    schools = [f"S{n:02d},{ARMS[n % 2]},{n * 37}" for n in range(1, 25)]
    pupils = [f"{n},S{n % 24 + 1:02d},{n % 31}" for n in range(1001, 1361)]
    write(tmp_path / "schools.csv", ["school_id,arm,size", *schools])
    write(tmp_path / "pupils.csv", ["pupil_id,school_id,score", *pupils])
    with pytest.raises(
        UserError, match=r"each row of pupils.csv has the arm of its school_id"
    ) as no:
        drafted(tmp_path)
    # The command that is told gives each pupil the arm.
    (words,) = re.findall("(python -c '.*') writes schools_members.csv", str(no.value))
    subprocess.run([sys.executable, *shlex.split(words)[1:]], cwd=tmp_path, check=True)
    (tmp_path / "schools.csv").unlink()
    (tmp_path / "pupils.csv").unlink()
    draft = drafted(tmp_path, primary="score")
    assert (draft.arm.name, draft.design.cluster, draft.home.rows) == ("arm", "school_id", 360)


def test_a_questionnaire_of_many_sheets_is_opened_seldom_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Beside the table of 60 people a workbook whose sheets have merged cells, as forms have."""
    main(tmp_path)
    book = openpyxl.Workbook()
    for n in range(8):
        sheet = book.create_sheet(f"Part {n}")
        for row in range(1, 9):
            sheet.append([f"Question {row}", "yes", "no"])
        sheet.merge_cells("A2:B3")
        sheet.merge_cells(f"A5:B{6 + n % 2}")
    book.save(tmp_path / "form.xlsx")
    opened = []
    whole = openpyxl.load_workbook
    monkeypatch.setattr(
        openpyxl, "load_workbook", lambda *a, **k: opened.append(a) or whole(*a, **k)
    )
    told = {one.name: one.evidence for one in drafted(tmp_path).guesses}["aside"]
    assert (
        "8 sheets (Part 0, Part 1" in told
        and "of form.xlsx cannot be read: merged" in told
        and len(told) < 300
    )
    # Twice a sheet, and not once for each sheet of each.
    assert len(opened) <= 2 * 8 + 4


def test_a_sheet_without_rows_is_told(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.title = "Patients"
    book.active.append(["patient_id", "arm", "final_score"])
    for n in NUMBERS:
        book.active.append([f"P{n}", ARMS[n % 2], n * 7 % 19])
    book.create_sheet("Events").append(["patient_id", "event", "grade"])
    book.save(tmp_path / "trial.xlsx")
    (table,) = profile([str(tmp_path)])
    assert "[Events]: a header and no row" in table.evidence["set_aside"]
    write(tmp_path / "empty.csv", ["patient_id,arm"])
    (tmp_path / "trial.xlsx").unlink()
    with pytest.raises(UserError, match="a header and no row"):
        profile([str(tmp_path)])


def test_what_cannot_be_read_is_set_aside(at: Project, call: Callable[..., int], capsys):
    """Of a folder a file with a name twice, and a sheet with notes beside its table: named with the
    reason at the end of `new`; the trial of the others runs, and a flag that names one is told."""
    folder = at.root / "data" / "mixed"
    folder.mkdir()
    main(folder)
    write(folder / "twice.csv", ["site,country,site", "A,UK,A", "B,FR,B"])
    book = openpyxl.Workbook()
    book.active.title = "guide"
    for row in (["Notes"], ["page 2", "see the paper"], ["page 3", "as told"]):
        book.active.append(row)
    book.create_sheet("blood").append(["patient_id", "ferritin"])
    for n in NUMBERS:
        book["blood"].append([f"KH-{n:03d}", n * 5 % 31])
    book.save(folder / "book.xlsx")
    told = ("--primary", "final_score", "--control", "Placebo", "--arm", "arm")
    assert call("new", "mine", folder, *told) == 0
    said = capsys.readouterr().out
    assert "twice.csv cannot be read: names that stand twice, in positions" in said
    assert "book.xlsx[guide] cannot be read: a value in cell" in said and "UK" not in said
    assert "not told" not in said
    trial = load_trial("mine", at)
    assert {*trial.tables} == {"main", "blood"}
    run = run_stages(trial, at.results / "mine", at)
    assert "twice.csv cannot be read" in page_1(at, trial, run.folder)
    for name, why in (("guide", "a value in cell"), ("twice.csv", "names that stand twice")):
        with pytest.raises(UserError, match=why):
            drafted(folder, tables=f"main,{name}")
    draft = drafted(folder, tables="main", arm="arm", control="Placebo", primary="final_score")
    assert [one.name for one in draft.tables] == ["main"]


def test_what_cannot_be_read_and_may_be_the_trial_is_asked(tmp_path: Path):
    """A file with as many rows: nothing is computed by arm until somebody says that it is none."""
    main(tmp_path)
    rows = [f"{n},{n % 2},{n}" for n in NUMBERS]
    write(tmp_path / "twice.csv", ["patient_id,arm,arm", *rows])
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 cut")
    told = {"arm": "arm", "control": "Placebo", "primary": "final_score"}
    asked = {one.name: one for one in drafted(tmp_path, **told).guesses}
    assert asked["tables"].blinds and asked["tables"].value == "main"
    for name in ("twice.csv", "broken.xlsx"):
        assert f"{name} cannot be read" in asked["tables"].evidence
        assert f"{name} cannot be read" in asked["aside"].evidence
    named = drafted(tmp_path, tables="main", **told)
    assert not any(one.blinds for one in named.guesses)


def test_what_was_named_or_is_alone_is_refused(tmp_path: Path):
    main(tmp_path)
    write(tmp_path / "twice.csv", ["patient_id,arm,arm", "1,a,b"])
    with pytest.raises(UserError, match="names that stand twice"):
        profile([str(tmp_path / "main.csv"), str(tmp_path / "twice.csv")])
    (tmp_path / "main.csv").unlink()
    with pytest.raises(UserError, match="names that stand twice"):
        profile([str(tmp_path)])


def test_columns_of_widths_of_their_own_are_read_in_a_folder(tmp_path: Path):
    """Blanks fill the columns; the note beside the table, whose part has the title of a help page
    of R, is a codebook all the same, and the table is none."""
    rows = [f'{n:>4}   "{ARMS[n % 2]}"  {n * 7 % 19:>3} ' for n in NUMBERS]
    write(tmp_path / "trial.dat", ["id   arm  score  ", *rows])
    said = [
        "## Format",
        "",
        "Each line is a plot.",
        "",
        "**arm**: which soil",
        "",
        "**score**: a height",
    ]
    write(tmp_path / "trial.md", said)
    (table,) = profile([str(tmp_path)])
    assert table.reading["separator"] == "blanks" and table.rows == len(NUMBERS)
    assert {code for code, _ in table.column("arm").values} == {*ARMS}
    assert table.column("score").label == "a height" and "set_aside" not in table.evidence


def test_uneven_words_of_a_folder_are_no_table(tmp_path: Path):
    rows = [f"{n:>4}   {n % 2}  {n * 7 % 19}" for n in NUMBERS]
    write(tmp_path / "trial.dat", ["id   arm  score", *rows, "   9   1"])
    with pytest.raises(UserError, match="a folder without a table"):
        profile([str(tmp_path)])


@pytest.mark.parametrize(("start", "apart"), [(200, True), (31, False)])
def test_files_of_one_form_and_other_people_are_one_table(tmp_path: Path, start: int, apart: bool):
    """Typed at two places: whose people are in both files has two forms."""
    for name, first in (("north", 1), ("south", start)):
        rows = [f"{n},{ARMS[n % 2]},{n * 7 % 19}.5" for n in range(first, first + 60)]
        write(tmp_path / f"{name}.csv", ["patient_id,arm,catch", *rows])
    if apart:
        asked = {one.name: one for one in drafted(tmp_path).guesses}
        assert asked["stack"].blinds and asked["stack"].value == "part"
        with pytest.raises(UserError, match="--stack part puts them under one another"):
            drafted(tmp_path, tables="north,south", stack="apart")
    seen = [f"{n},{n % 9}" for first in (1, start) for n in range(first, first + 60)]
    write(tmp_path / "weights.csv", ["patient_id,weight", *dict.fromkeys(seen)])
    arm = f"{'stacked' if apart else 'data'}.arm"
    draft = drafted(tmp_path, primary="catch", tables="north,south,weights", arm=arm)
    told = [one for one in draft.guesses if one.name == "stack"]
    assert bool(told) is apart
    if apart:
        assert told[0].blinds and "no patient_id of 120 is in two of them" in told[0].evidence
        assert "north.csv (60 rows), south.csv (60 rows)" in told[0].evidence


def test_patients_with_numbers_come_before_lists(tmp_path: Path):
    """A list of files by sample has more ids than there are patients, and no outcome; the
    numbers that both have are no patients of both."""
    rows = [f"{100 + n},{n % 20 + 1},{n // 20},{n * 7 % 19}.5" for n in NUMBERS]
    write(tmp_path / "data.csv", ["sample_id,subject_id,time_point,acid", *rows])
    write(
        tmp_path / "files.csv",
        ["sample_id,kind", *(f"{n},{'ab'[n % 2]}" for n in range(1, 90)), "x1,a"],
    )
    asked = []
    decided = Decided({}, lambda question: asked.append(question))
    (table,) = of_the_trial(profile([str(tmp_path)]), decided)
    assert table.name == "data"
    assert [choice for choice, _ in asked[0].choices] == ["data", "data_2"]


def test_folders_in_a_folder_are_named(at: Project, call: Callable[..., int], capsys):
    folder = at.root / "data" / "mixed"
    (folder / "monitor" / "raw").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "empty").mkdir()
    main(folder)
    for name in ("monitor/P1.csv", "monitor/raw/P2.csv", ".git/x.csv"):
        write(folder / name, ["minute,co2", "1,40"])
    told = ("--primary", "final_score", "--control", "Placebo", "--arm", "arm")
    assert call("new", "mine", folder, *told) == 0
    said = capsys.readouterr().out
    assert "monitor, a folder with 2 files, is not looked into" in said and "not told" not in said
    assert ".git" not in said and "empty" not in said
    with pytest.raises(UserError, match="monitor, a folder with 2 files, is not looked into"):
        drafted(folder, tables="main,monitor")
    tables = profile([str(folder), str(folder / "monitor")])
    assert len(tables) == 2 and [one.why[:5] for one in tables[0].unread] == ["raw, "]


@pytest.mark.parametrize(("people", "asked"), [(15, True), (60, False)])
def test_samples_are_no_people_beside_a_table_of_these(tmp_path: Path, people: int, asked: bool):
    rows = [f"T{n * 37},{ARMS[n % 2]},{n * 7 % 19}.5" for n in NUMBERS]
    write(tmp_path / "assay.csv", ["tube_id,arm,final_score", *rows])
    whose = [f"KH-{n % people:03d},{n // people}" for n in NUMBERS]
    write(tmp_path / "taken.csv", ["participant_id,occasion", *whose])
    told = {one.name: one for one in drafted(tmp_path).guesses}
    assert ("samples" in told) == asked
    assert not asked or (told["samples"].blinds and "15 participant_id" in told["samples"].evidence)


@pytest.mark.parametrize("told", [{}, {"tables": "meta.csv,microbes.csv"}])
def test_tables_of_samples_are_joined_by_the_command_that_is_told(tmp_path: Path, told):
    """Two samples of each of 22 patients, whose number alone stands beside what was measured; a
    text beside the files speaks of both, and of no arm that a file is."""
    draw = random.Random(5)
    meta, taxa = ["time,subject,sample,group"], ['"",lacto,bifido']
    for n in range(44):
        group = ("Placebo", "LGG")[n // 2 % 2]
        meta.append(f"{1 + n % 2},S{n // 2},sample-{n},{group}")
        taxa.append(f"sample-{n},{draw.gauss(50, 9):.2f},{draw.gauss(70, 9):.2f}")
    write(tmp_path / "meta.csv", meta)
    write(tmp_path / "microbes.csv", taxa)
    text = "Microbes before and after the intervention, meta of placebo and microbes of treatment."
    write(tmp_path / "help.txt", [text])
    with pytest.raises(UserError) as refused:
        decide(profile([str(tmp_path)]), told, first_choice)
    assert "its rownames are the sample of meta.csv, several of each subject" in str(refused.value)
    assert "which arm" not in str(refused.value)
    (words,) = re.findall("(python -c '.*') writes meta_microbes.csv", str(refused.value))
    subprocess.run([sys.executable, *shlex.split(words)[1:]], cwd=tmp_path, check=True)
    draft = decide(
        profile([str(tmp_path / "meta_microbes.csv")]), {"primary": "lacto"}, first_choice
    )
    assert (draft.arm.name, draft.subject["data"]) == ("group", "subject")
    assert draft.home.rows == 44
