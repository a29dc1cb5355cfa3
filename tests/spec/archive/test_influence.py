"""What single patients weigh: the same as the whole run without them, or with another value."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_runs import Runs
from mini_run import COLUMNS, csv_text, patients, run_mini
from scipy.stats import fisher_exact

from trialtrace.cli import main
from trialtrace.run.methods.analysing.influence import (
    primary_results,
    with_other_outcomes,
    without_each,
)
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.tables.frames import Frames

Make = Callable[..., Runs]
P = "mini/relief_primary/p_value.fisher@drug-placebo"


def p_of(rows: list[dict]) -> float:
    """Fisher's p of relief by arm, by scipy."""
    counts = [
        [sum(r["arm"] == arm and r["relief"] == code for r in rows) for code in ("1", "0")]
        for arm in "AB"
    ]
    return float(fisher_exact(counts).pvalue)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    return run_mini(tmp_path_factory.mktemp("influence"))


def test_each_p_is_that_of_the_table_without_the_patient(run):
    frames = Frames(run.folder / "derived")
    found = {one.subject: one for one in without_each(run.trial, frames) if one.result_id == P}
    assert len(found) == 20
    rows = patients()
    subjects = frames.table("adsl").select(["SUBJID", "USUBJID"]).to_pylist()
    for who in subjects:
        rest = [row for row in rows if str(row["id"]) != who["SUBJID"]]
        assert found[who["USUBJID"]].value == pytest.approx(p_of(rest), rel=1e-12)


def test_each_p_is_that_of_the_table_with_the_other_outcome(run):
    frames = Frames(run.folder / "derived")
    found = [one for one in with_other_outcomes(run.trial, frames) if one.result_id == P]
    names = {row["USUBJID"]: row["SUBJID"] for row in frames.table("adsl").to_pylist()}
    # Patient 20 has no value.
    assert len(found) == 19 and "20" not in {names[one.subject] for one in found}
    for one in found:
        rows = patients()
        (row,) = (row for row in rows if str(row["id"]) == names[one.subject])
        assert {row["relief"], f"{one.to:g}"} == {"0", "1"}
        row["relief"] = f"{one.to:g}"
        assert one.value == pytest.approx(p_of(rows), rel=1e-12)
        assert one.crosses == ((p_of(rows) <= 0.05) != (p_of(patients()) <= 0.05))


def test_a_whole_run_without_a_patient_gives_the_same(run, tmp_path: Path):
    frames = Frames(run.folder / "derived")
    names = {row["SUBJID"]: row["USUBJID"] for row in frames.table("adsl").to_pylist()}
    left = {
        one.result_id: one.value
        for one in without_each(run.trial, frames)
        if one.subject == names["7"]
    }
    other = run_mini(tmp_path, [row for row in patients() if row["id"] != 7])
    rows = read_table(other.folder / "analysis" / "results.parquet", RESULTS).to_pylist()
    again = {row["result_id"]: row["stat_value"] for row in rows}
    assert left == {name: again[name] for name in left}
    assert {one.result_id for one in primary_results(run.trial, frames)} == set(left)


def call(made: Runs, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["--project", str(made.at.root), "impact", "mini", "--influence", *words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_told_as_text_table_json_and_picture(
    runs: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    made = runs()
    code, text, _ = call(made, capsys)
    assert code == 0 and "without each of 20 patients" in text
    assert "decisions that hang on one patient being there: none" in text
    assert "(19 other values tried)" in text
    picture = tmp_path / "new" / "dots.svg"
    code, text, errors = call(made, capsys, "--format", "json", "--picture", str(picture))
    told = json.loads(text)
    assert len(told["left_out"]) == 20 * len(told["results"])
    assert picture.is_file() and picture.with_suffix(".png").is_file() and "drawn: " in errors
    assert call(made, capsys, "--format", "csv")[1].count("\n") == 1 + 39 * len(told["results"])


def test_an_outcome_that_decides_is_told_with_its_cells(
    runs: Make, capsys: pytest.CaptureFixture[str]
):
    """Relief in all of the drug and two of placebo, then three: p is on either side of 0.005."""
    rows = patients()
    for row in rows:
        row["relief"] = "1" if row["arm"] == "A" or row["id"] in (2, 4, 6) else "0"
    made = runs()
    path = made.at.root / "data" / "export.csv"
    path.write_text(csv_text(rows, COLUMNS))
    level = (
        p_of(rows) + p_of([row | {"relief": "0"} if row["id"] == 2 else row for row in rows])
    ) / 2
    made.edit("config/trials/mini/plan.yaml", "decision_level: 0.05", f"decision_level: {level}")
    made.run()
    told = json.loads(call(made, capsys, "--format", "json")[1])
    flips = [one for one in told["another_value"] if one["result_id"] == P]
    assert {cell for one in flips for cell in one["cells"]} >= {
        f"export.csv:{line}:relief" for line in (3, 5, 7)
    }
    assert all(one["to"] == 0 for one in flips if one["cells"] == ["export.csv:3:relief"])
    assert "export.csv:3:relief" in call(made, capsys)[1]


def test_nothing_is_told_where_disclosure_is_restricted(
    runs: Make, capsys: pytest.CaptureFixture[str]
):
    code, text, errors = call(runs("restricted"), capsys)
    assert (code, text) == (1, "") and "disclosure: restricted" in errors


def test_what_if_is_of_a_cell(runs: Make, capsys: pytest.CaptureFixture[str]):
    code, _, errors = call(runs(), capsys, "--what-if", "1")
    assert code == 1 and "a cell: FILE:LINE:COLUMN" in errors
