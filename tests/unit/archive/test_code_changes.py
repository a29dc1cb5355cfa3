"""A room of the code changed where both runs imported it, in other versions."""

import subprocess
from pathlib import Path

import pyarrow as pa

from trialtrace.base.paths import Code
from trialtrace.run.archive.code_changes import code_changes
from trialtrace.run.archive.compare import PLACES, as_read
from trialtrace.run.archive.table_changes import aligned_change

PACKAGE = "workflow/trialtrace"


def commit(root: Path, name: str, text: str, subject: str) -> str:
    path = root / PACKAGE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", subject]):
        subprocess.run([*git, *words], cwd=root, check=True)
    done = subprocess.run(
        [*git, "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_the_room_is_named_with_its_commits_and_no_room_that_came_into_use(tmp_path: Path):
    first = commit(tmp_path, "stats/rates.py", "1", "Rates")
    commit(tmp_path, "stats/rates.py", "2", "Rates: a limit at 0")
    last = commit(tmp_path, "report/page.py", "1", "A page")
    at = Code(tmp_path / PACKAGE, tmp_path)
    old = {"run": "a", "ended": "", "commit": first}, {"clean_tables": {"stats": "1"}}
    later = {"clean_tables": {"stats": "2", "run.synthetic": "1"}}
    new = {"run": "b", "ended": "", "commit": last}, later
    (change,) = code_changes(at, old, new)
    assert (change.room, change.stages) == ("stats", ("clean_tables",))
    assert change.subjects == ("Rates: a limit at 0",)
    came_into_use = {"clean_tables": {"stats": "1", "run.synthetic": "1"}}
    assert list(code_changes(at, old, (new[0], came_into_use))) == []
    # Without a commit the room alone is known.
    (change,) = code_changes(at, (old[0] | {"commit": None}, old[1]), new)
    assert (change.room, change.subjects) == ("stats", ())


def test_of_a_run_that_kept_files_in_place_of_rooms_the_code_is_another(tmp_path: Path):
    at = Code(tmp_path / PACKAGE, tmp_path)
    kept = {"run": "a", "ended": "", "commit": None}
    old = kept, {"analyse_plan": {f"{PACKAGE}/stats/rates.py": "1"}}
    (change,) = code_changes(at, old, (kept, {"analyse_plan": {"stats": "1"}}))
    assert (change.room, change.stages) == ("trialtrace", ("analyse_plan",))


def test_an_empty_cell_of_a_registry_is_one_of_a_file():
    registry = pa.table({"id": ["1", "2"], "bleed": [None, "0"], "source_row": [1, 2]})
    file = pa.table({"id": ["1", "2"], "bleed": ["", "1"], "source_row": [2, 3]})
    change = aligned_change("data", as_read(registry), as_read(file), PLACES)
    assert [(cell.column, cell.old, cell.new) for cell in change.cells] == [("bleed", "0", "1")]
