"""Rows that are exact copies of another: told by their number, and left out by a run."""

import random
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pyarrow.parquet as pq
import pytest
import yaml
from made_exports import write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]
HEAD = "runner_id,shoe,lap,weight"


def laps(copies: int) -> list[str]:
    """Seconds that 30 runners took in each of two shoes; some lines stand twice."""
    draw = random.Random(6)
    rows = [
        f"R{n},{shoe},{draw.randint(200, 399) - 15 * (shoe == 'new')},{50 + n % 40}"
        for n in range(30)
        for shoe in ("old", "new")
    ]
    return rows + rows[:copies]


def guesses(at: Project) -> dict[str, dict]:
    text = (at.trial_config("mine") / "guesses.yaml").read_text("utf-8")
    return yaml.safe_load(text)["guesses"]


def test_copies_are_told_by_number_and_left_out(at: Project, call: Call, capsys):
    path, rows = at.root / "data" / "laps.csv", laps(copies=7)
    write(path, [HEAD, *rows])
    told = ("--arm", "shoe", "--control", "old", "--primary", "lap", "--kind", "measure")
    assert call("new", "mine", path, *told) == 0
    said = capsys.readouterr().out
    assert "7 of 67 rows are exact copies" in said and "not told" not in said
    assert not guesses(at)["copies.data"].get("blinds")
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    found = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    (one,) = (
        row for row in found if row["result_id"].endswith("lap/mean_difference.paired_t@new-old")
    )
    cells = {(who, shoe): int(lap) for who, shoe, lap, _ in (row.split(",") for row in rows)}
    gains = [cells[f"R{n}", "new"] - cells[f"R{n}", "old"] for n in range(30)]
    assert one["n_used"] == 30 and abs(one["stat_value"] - mean(gains)) < 1e-9


def test_a_column_that_numbers_rows_hides_no_copies(at: Project, call: Call, capsys):
    path = at.root / "data" / "laps.csv"
    write(path, [f"X,{HEAD}", *(f"{n},{row}" for n, row in enumerate(laps(copies=5), 1))])
    assert call("new", "mine", path, "--yes", "--arm", "shoe") == 1
    said = capsys.readouterr().err
    assert "5 of 65 rows are exact copies" in said and "mean" not in said


def test_rows_that_differ_in_few_codes_may_be_the_same_by_chance(tmp_path: Path):
    draw = random.Random(8)
    rows = [f"T{n},{'ab'[n % 2]},{draw.randint(0, 1)}" for n in range(20) for _ in range(12)]
    write(tmp_path / "typed.csv", ["typist_id,keyboard,hit", *rows])
    draft = decide(profile([str(tmp_path / "typed.csv")]), {"arm": "keyboard"}, first_choice)
    assert not any(one.name.startswith("copies") for one in draft.guesses)


def test_rows_that_a_number_within_a_patient_tells_apart_are_no_copies(tmp_path: Path):
    draw = random.Random(4)
    rows = [f"R{n},{at},{draw.randint(90, 130)}.5" for n in range(9) for at in range(1, 80)]
    # One stands twice with another number, so that no key tells all apart.
    write(tmp_path / "pulse.csv", ["runner_id,index,pulse", *rows, "R8,79,200.5"])
    (table,) = profile([str(tmp_path / "pulse.csv")])
    assert not table.keys and "copies" not in table.evidence


def test_the_same_row_twice_is_two_events_where_nothing_was_measured(tmp_path: Path):
    """Where runners fell: two equal rows are two falls, of a time for a lap a copy."""
    draw = random.Random(5)
    where = [(n, draw.randint(1, 90), draw.choice(("bridge", "hill"))) for n in range(40)] * 2
    events = [f"R{n},{day + at // 40 * 101},{hill}" for at, (n, day, hill) in enumerate(where)]
    events += events[:6]
    for extra, each in (("", True), (",lap", False), (",tired", False)):
        cells = {"": "", ",lap": ",{}", ",tired": ",{}"}[extra]
        words = [7, 9, 8] if "lap" in extra else ["yes", "no"]
        rows = [row + cells.format(words[int(row.split(",")[1]) % len(words)]) for row in events]
        write(tmp_path / "falls.csv", [f"runner_id,day,place{extra}", *rows])
        (table,) = profile([str(tmp_path / "falls.csv")])
        assert ("alike" in table.evidence, "copies" in table.evidence) == (each, not each)
        assert not each or "6 of 86 rows" in table.evidence["alike"]


def test_days_of_one_patient_are_no_treatments_told_once(tmp_path: Path):
    """Treatments in turn over days (ABAB), with copies of a few rows and days alike in columns."""
    rows = [
        f"{who},{day},{'AB'[(day // 5 + who) % 2]},{(who + day) * 7 % 9}"
        for who in range(12)
        for day in range(14)
    ]
    path = tmp_path / "days.csv"
    write(path, ["pid,day,treatment,stress", *rows, *rows[:4]])
    told = {"arm": "treatment", "control": "A", "primary": "stress"}
    with pytest.raises(UserError) as error:
        decide(profile([str(path)]), told, first_choice)
    assert "of 24 patients' treatments there are several rows" in str(error.value)
    assert "--kind mean" in str(error.value) and "exact copies" not in str(error.value)
    draft = decide(profile([str(path)]), told | {"kind": "mean"}, first_choice)
    assert "5 to 9 rows of each patient and treatment" in draft.primary.evidence
