"""Columns of 0 and 1 that are one factor, for arms and for visits."""

import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pyarrow.parquet as pq
import pytest
from made_exports import write
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.load import load_trial

HEAD = "cow,salt1,salt2,salt3,rep1,rep2,rep3,parity,y"
PAGE = [f"salt{n}: Dose={dose} (yes = 1, no = 0)" for n, dose in ((1, 5), (2, 10), (3, 20))]
PAGE += ["cow: its number", "parity: calves before", "y: litres of milk"]


def milked(folder: Path, page: list[str]) -> dict[tuple[int, int], list[float]]:
    """The milk of 48 cows on four days, by the place of their dose of salt, and of the day."""
    draw, rows = random.Random(2), []
    cells: dict[tuple[int, int], list[float]] = defaultdict(list)
    for cow in range(48):
        for day in range(4):
            milk = round(20 + draw.random() * 9 + cow % 4, 2)
            salt, rep = (["01"[at == n] for n in range(3)] for at in (cow % 4, day))
            rows.append(",".join(map(str, [cow, *salt, *rep, 1 + cow % 11, milk])))
            cells[cow % 4, day].append(milk)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "milk.csv", [HEAD, *rows])
    (folder / "names.txt").write_text("\n".join(page), encoding="utf-8")
    return cells


def test_dummies_are_the_arm_and_the_visit(at: Project, call: Callable[..., int], capsys):
    cells = milked(at.root / "data" / "milk", PAGE)
    given = ("--control", "0-0-0", "--before", "none", "--yes")
    assert call("new", "mine", at.root / "data" / "milk", *given) == 0
    assert "not told" not in capsys.readouterr().out
    trial = load_trial("mine", at)
    run = run_stages(trial, at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    found = {
        row["result_id"].rpartition("@")[2].partition(";")[0]: row["stat_value"]
        for row in rows
        if row["result_id"].startswith("mine/y/mean.t_interval@")
        if row["result_id"].endswith("visit=rep_other_than_rep1_rep2_rep3")
    }
    arms = {"dose_5": 0, "dose_10": 1, "dose_20": 2, "dose_other_than_5_10_20": 3}
    assert found == {arm: pytest.approx(mean(cells[n, 3])) for arm, n in arms.items()}


def drafted(folder: Path) -> Draft:
    return decide(profile([str(folder)]), {}, first_choice)


def test_what_dummies_are_made_of_is_told_and_used_no_more(tmp_path: Path):
    milked(tmp_path, PAGE)
    draft = drafted(tmp_path)
    told = {one.name: one for one in draft.guesses}
    assert told["made.dose"].value == "salt1, salt2, salt3" and not told["arm"].blinds
    assert {"Dose 5", "Dose 10", "Dose 20"} < {label for label, _ in draft.arms.values()}
    assert "control" in {one.name for one in draft.guesses if one.blinds}
    assert not {"factor", "design"} & {*told}


@pytest.mark.parametrize("codes", ["1 1 0", "0 0 0 0 0 0 0 0 0"])
def test_columns_that_overlap_or_are_rare_are_no_factor(tmp_path: Path, codes: str):
    """Of causes of death most have none."""
    each = codes.split()
    rows = [
        f"{n},{'ab'[n % 2]},{each[n % len(each)]},{int(n % 9 == 1)},{int(n % 9 == 2)},{n}"
        for n in range(90)
    ]
    write(tmp_path / "milk.csv", ["cow,arm,dose1,dose2,dose3,y", *rows])
    assert not profile([str(tmp_path)])[0].factors


def test_columns_whose_labels_are_of_other_things_are_no_doses(tmp_path: Path):
    """What was counted after each dose, whatever the names are."""
    rows = [
        f"{n},{'ab'[n % 2]},{int(n % 3 == 0)},{int(n % 3 == 1)},{int(n % 3 == 2)},{n}"
        for n in range(60)
    ]
    write(tmp_path / "milk.csv", ["cow,arm,dose1,dose2,dose3,y", *rows])
    assert profile([str(tmp_path)])[0].factors
    page = [f"dose{n}: Fever after dose {n}" for n in (1, 2, 3)]
    (tmp_path / "names.txt").write_text("\n".join(["cow: number", *page, "y: milk"]), "utf-8")
    assert not profile([str(tmp_path)])[0].factors


def told_apart(folder: Path, names: str, both: int = 0, none: int = 40) -> Draft:
    """People with one of two treatments, `none` of them or `both`, in columns of these names."""
    rows = [f"{n},{int(n % 5 == 0)},{n % 7}" for n in range(80 + none + both)]
    cells = ["1,0"] * 40 + ["0,1"] * 40 + ["0,0"] * none + ["1,1"] * both
    draw = random.Random(11)
    draw.shuffle(cells)
    write(
        folder / "wages.csv",
        [f"id,works,wage,{names}", *(f"{r},{c}" for r, c in zip(rows, cells, strict=True))],
    )
    return drafted(folder)


@pytest.mark.parametrize("names", ["treat_letter,treat_call", "treatmentletter,treatmentcall"])
def test_treatments_of_one_lot_are_arms(tmp_path: Path, names: str):
    """Nobody has both, though ten would if there were two lots; who has none is the control."""
    made = told_apart(tmp_path, names)
    labels = {label for label, _ in made.arms.values()}
    assert labels == {"Letter", "Call", "Neither letter nor call"}
    assert made.arms[made.control][0] == "Neither letter nor call"
    assert not {"arm", "control"} & {one.name for one in made.guesses if one.blinds}


@pytest.mark.parametrize(
    ("names", "both", "none"),
    [
        ("treat_letter,treat_call", 40, 40),  # Two lots.
        ("treat_letter,treat_call", 1, 40),  # Somebody has both.
        ("treat_letter,treat_call", 0, 4),  # Hardly anybody has none.
        ("region_north,region_south", 0, 40),  # No word of an arm.
        ("treat_1,treat_2", 0, 40),  # Numbers say nothing of what they are.
    ],
)
def test_columns_that_are_not_treatments_of_one_lot(
    tmp_path: Path, names: str, both: int, none: int
):
    draft = told_apart(tmp_path, names, both, none)
    assert not any(one.name.startswith("made.") for one in draft.guesses)
