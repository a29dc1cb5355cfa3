"""The short id of a number, as a printed report has it, and a point of a figure as arguments."""

import base64
import csv
import hashlib
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.cli import main

RISK = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
SHORT = base64.b32encode(hashlib.sha256(RISK.encode()).digest()).decode()[:8].lower()
TOLD = "26.7 percentage points (95 % CI −15.8 to 58.1)"
Call = Callable[..., str]


@pytest.fixture
def call(whole: Project, capsys: pytest.CaptureFixture[str]) -> Call:
    """A function: what a command says, where it ends in the given code."""

    def said(*arguments: str, code: int = 0) -> str:
        assert main(["--project", str(whole.root), *arguments]) == code
        out, error = capsys.readouterr()
        return error if code else out

    return said


def test_commands_take_it_for_the_result(call: Call):
    text = call("trace", SHORT)
    assert text.startswith(f"risk difference {TOLD}") and text == call("trace", RISK)
    assert f"id        {SHORT}   {RISK}\n" in text
    assert call("script", SHORT) == call("script", RISK)
    told = json.loads(call("impact", "mini", SHORT, "--format", "json"))
    assert told == json.loads(call("impact", "mini", RISK, "--format", "json"))
    assert told["results"] == [RISK]
    assert "none" not in call("impact", "mini", SHORT)


def test_what_is_typed_from_paper_is_read_and_one_letter_off_is_told(call: Call):
    whole = call("trace", SHORT)
    assert call("trace", SHORT.upper()) == call("trace", f" {SHORT} ") == whole
    digits = SHORT.translate(str.maketrans("olb", "018"))
    assert call("trace", digits) == whole
    wrong = ("a" if SHORT[0] != "a" else "b") + SHORT[1:]
    assert f"{SHORT} is {RISK}" in call("trace", wrong, code=1)


def test_verify_holds_the_results_of_its_run(whole: Project, call: Call):
    assert call("verify", SHORT).startswith(f"{RISK}: {TOLD}: whole (run of mini, hash ")
    file = whole.root / FOLDER / "analysis" / "results.parquet"
    kept = file.read_bytes()
    try:
        file.write_bytes(kept + b" ")
        assert main(["--project", str(whole.root), "verify", SHORT]) != 0
    finally:
        file.write_bytes(kept)


def test_verify_tells_an_altered_number_from_its_neighbour(
    whole: Project, capsys: pytest.CaptureFixture[str]
):
    file = whole.root / FOLDER / "analysis" / "results.parquet"
    kept, table = file.read_bytes(), pq.read_table(file)
    rows = table.to_pylist()
    (at,) = (n for n, row in enumerate(rows) if row["result_id"] == RISK)
    other = next(n for n, row in enumerate(rows) if row["stat_value"] and n != at)
    try:
        for place, code in ((other, 0), (at, 1)):
            spoilt = [
                row | {"stat_value": 7.5} if n == place else row for n, row in enumerate(rows)
            ]
            pq.write_table(pa.Table.from_pylist(spoilt, table.schema), file)
            assert main(["--project", str(whole.root), "verify", SHORT]) == code
            text = capsys.readouterr().out
            assert ("other numbers of this run are altered" in text) == (place == other)
    finally:
        file.write_bytes(kept)


def test_a_line_of_a_figure_is_its_result_or_what_it_is_drawn_from(whole: Project, call: Call):
    folder = whole.root / FOLDER / "report" / "figures"
    with (folder / "forest_1.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.DictReader(file))
    assert call("trace", "mini/figure/forest_1:2") == call("trace", shown[0]["result"])
    rests = json.loads(call("impact", "mini", "mini/figure/forest_1:2", "--format", "json"))
    assert any(one.startswith("forest: ") for one in rests["displays"])
    (curve, *_) = sorted(folder.glob("kaplan_meier_*.csv"))
    with curve.open(encoding="utf-8", newline="") as file:
        point = next(iter(csv.DictReader(file)))
    with curve.open(encoding="utf-8", newline="") as file:
        at_risk = next(row["result"] for row in csv.DictReader(file) if row["result"])
    rests = json.loads(call("impact", "mini", at_risk, "--format", "json"))
    assert any(one.startswith("kaplan_meier: ") for one in rests["displays"])
    text = call("trace", f"mini/figure/{curve.stem}:2")
    assert f"line      line {point['line']}; " in text and "displays.kaplan_meier" in text
    # Ten patients an arm, each with a time.
    assert "records   10 of adtte where " in text and "export.csv, lines " in text
    told = json.loads(call("trace", f"mini/figure/{curve.stem}:2", "--format", "json"))
    assert told["lines"][0][1] in text
