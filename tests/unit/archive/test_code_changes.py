"""A room of the code changed where both runs imported it, in other versions."""

import subprocess
from pathlib import Path

import pyarrow as pa

from trialtrace.base.paths import Code
from trialtrace.run.archive.code_changes import CodeChange, code_changes, subjects_between
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


def test_three_commits_are_named_and_the_others_counted():
    def change(*subjects: str) -> CodeChange:
        return CodeChange("run.cleaning", ("clean_tables",), subjects)

    assert change().place == "code of run.cleaning"
    assert change("a", "b", "c").part == "run.cleaning: a; b; c"
    assert change("a", "b", "c", "d").place == "code of run.cleaning: a; b; c; 1 more commit"
    assert change("a", "b", "c", "d", "e").part == "run.cleaning: a; b; c; 2 more commits"


def test_commits_of_a_room_of_what_stands_around_the_rooms_and_of_a_file(tmp_path: Path):
    first = commit(tmp_path, "run/cleaning/rules.py", "1", "Rules")
    commit(tmp_path, "run/cleaning/rules.py", "2", "Rules: one more")
    commit(tmp_path, "base/text.py", "1", "Text")
    commit(tmp_path, "__init__.py", "1", "Version")
    commit(tmp_path, "run/__init__.py", "1", "Run")
    last = commit(tmp_path, "../../scripts/clean.py", "1", "Script")
    at = Code(tmp_path / PACKAGE, tmp_path)
    for room, subjects in {
        "run.cleaning": ("Rules: one more",),
        "base": ("Run", "Version", "Text"),
        "scripts/clean.py": ("Script",),
        "stats": (),
        "trialtrace": ("Run", "Version", "Text", "Rules: one more"),
    }.items():
        assert subjects_between(at, room, first, last) == subjects, room
    assert subjects_between(at, "base", None, last) == subjects_between(at, "base", first, "") == ()
    assert subjects_between(at, "base", "0" * 40, last) == ()


def test_a_stage_that_an_older_version_ran_is_named_once(tmp_path: Path):
    at = Code(tmp_path / PACKAGE, tmp_path)
    kept = {"run": "a", "ended": "", "commit": None}
    old = kept, {"clean": {"base": "1", "stats": "1"}, "derive": {"base": "1", "stats": "1"}}
    new = kept, {"clean": {"base": "2", "stats": "1"}, "derive": {"base": "2", "stats": "2"}}
    found = [(change.room, change.stages) for change in code_changes(at, old, new)]
    assert found == [("base", ("clean", "derive")), ("stats", ("derive",))]
    # A stage that only the later run has is no change of a room.
    assert list(code_changes(at, (kept, {}), new)) == []


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
