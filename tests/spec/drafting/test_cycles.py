"""Numbers of cycles are visits, however many; doubled rows are told; a mean of rows says so."""

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from made_exports import ARMS, write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]


def cycles(path: Path, name: str, *, last: int, doubled: int = 0) -> Path:
    """Well-being at the cycles from 0 on of 40 patients; some rows are there twice and differ."""
    draw = random.Random(6)
    rows = [
        f"{n},{ARMS[n % 2]},{cycle},{draw.randint(0, 100)}"
        for n in range(1, 41)
        for cycle in range(last + 1)
    ]
    rows += [f"{row.rpartition(',')[0]},101" for row in rows[:doubled]]
    write(path, [f"patno,arm,{name},wellbeing", *rows])
    return path


def drafted(at: Project, call: Call, path: Path) -> dict[str, dict]:
    told = ("--yes", "--primary", "wellbeing", "--control", "Placebo")
    assert call("new", "mine", path, *told) == 0
    files = at.trial_config("mine").glob("*.yaml")
    return {one.stem: yaml.safe_load(one.read_text(encoding="utf-8")) for one in files}


@pytest.mark.parametrize("last", [3, 65])
@pytest.mark.parametrize("name", ["cycle", "cycleno", "cycle_nr", "visitnumber"])
def test_a_number_of_cycles_is_a_visit(at: Project, call: Call, name: str, last: int):
    files = drafted(at, call, cycles(at.root / "data" / "trial.csv", name, last=last))
    entry = files["endpoints"]["wellbeing"]
    assert (entry["kind"], entry["visit"]["column"]) == ("repeated", name)
    assert len(entry["visit"]["labels"]) == last + 1 and entry["baseline"].endswith(" 0")
    assert files["trial"]["tables"]["trial"]["key"] == ["patno", name]


def test_doubled_rows_are_told_and_can_be_settled(at: Project, call: Call):
    path = cycles(at.root / "data" / "trial.csv", "cycleno", last=3, doubled=6)
    guess = drafted(at, call, path)["guesses"]["guesses"]["key.trial"]
    assert guess["value"] == "patno, cycleno" and "all but 6 of 166 rows" in guess["evidence"]
    with pytest.raises(UserError, match="on_conflict"):
        run_stages(load_trial("mine", at), at.results / "mine", at)
    cleaning = at.trial_config("mine") / "cleaning.yaml"
    content = yaml.safe_load(cleaning.read_text())
    content["tables"] = {"trial": {"on_conflict": {"first": "The second is a mistake."}}}
    cleaning.write_text(yaml.safe_dump(content))
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    used = {row["n_used"] for row in rows if "/wellbeing/mean_difference." in row["result_id"]}
    assert used == {40}


def test_a_mean_of_rows_says_so(at: Project, call: Call):
    path = cycles(at.root / "data" / "trial.csv", "sheet", last=3)
    entry = drafted(at, call, path)["endpoints"]["wellbeing"]
    assert entry["kind"] == "aggregate" and entry["label"].endswith("(mean of a patient's rows)")


@pytest.mark.parametrize("sign", ",.")
def test_times_with_decimals_are_visits(at: Project, call: Call, sign: str, capsys):
    """In the order of their numbers, and found in the data however the file spells them."""
    draw = random.Random(6)
    times = ["0.333", "0.0", "0.667", "1.33", "1.0"]
    rows = [
        f"{n};{ARMS[n % 2]};{time};{draw.random() * 9:.2f}".replace(".", sign)
        for n in range(1, 21)
        for time in times
    ]
    path = at.root / "data" / "trial.csv"
    write(path, ["patno;arm;time;wellbeing", *rows])
    entry = drafted(at, call, path)["endpoints"]["wellbeing"]
    in_order = [text.replace(".", sign) for text in sorted(times)]
    assert list(entry["visit"]["labels"]) == in_order
    assert entry["baseline"] == f"time 0{sign}0"
    run_stages(load_trial("mine", at), at.results / "mine", at)
    endpoints = at.trial_config("mine") / "endpoints.yaml"
    endpoints.write_text(endpoints.read_text().replace(in_order[2], f"9{sign}9", 1))
    capsys.readouterr()
    assert call("check", "mine") == 1
    assert "20 rows with a value and a visit that has no label" in capsys.readouterr().err
