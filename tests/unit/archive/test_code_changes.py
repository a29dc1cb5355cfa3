"""Code whose file has another name has moved; what of it changed is told under its new place."""

import hashlib
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.run.archive.functions import MODULE, KnownFunctions, code_changes, moves

OLD = (
    "from here import LIMIT\n\n\ndef one(x):\n    return x\n\n\ndef two(x):\n    return x + LIMIT\n"
)
THREE = "\n\ndef three(x):\n    return 3 * x\n"


def put(known: KnownFunctions, folder: Path, text: str) -> str:
    path = folder / "code.py"
    path.write_text(text)
    return known.put(hashlib.sha256(text.encode()).hexdigest(), path)


def changed(folder: Path, old: dict[str, str], new: dict[str, str]) -> tuple[dict, set]:
    """Moves, and (file, function, how) of changes, between two stages of these files."""
    known = KnownFunctions(Project(folder))
    runs = [
        {"analyse": {file: put(known, folder, text) for file, text in files.items()}}
        for files in (old, new)
    ]
    told = {(one.file, one.function, one.how) for one in code_changes(known, *runs)}
    return moves(known, *runs), told


def test_a_file_that_moved_changes_nothing(tmp_path: Path):
    assert changed(tmp_path, {"a.py": OLD}, {"b/a.py": OLD}) == ({"a.py": "b/a.py"}, set())


def test_what_changed_of_a_file_that_moved_stands_under_its_new_name(tmp_path: Path):
    new = OLD.replace("from here", "from there").replace("return x\n", "return -x\n") + THREE
    where, told = changed(tmp_path, {"a.py": OLD + THREE}, {"b.py": new})
    assert where == {"a.py": "b.py"}
    assert told == {("b.py", MODULE, "changed"), ("b.py", "one", "changed")}


def test_a_file_of_other_functions_is_another(tmp_path: Path):
    new = OLD.replace("return x", "return -x")
    where, told = changed(tmp_path, {"a.py": OLD}, {"b.py": new})
    assert not where
    assert {(file, how) for file, _, how in told} == {("a.py", "gone"), ("b.py", "new")}


def test_a_copy_beside_the_file_is_no_move(tmp_path: Path):
    where, told = changed(tmp_path, {"a.py": OLD}, {"a.py": OLD, "b.py": OLD})
    assert not where
    assert {file for file, _, _ in told} == {"b.py"}


def test_of_two_places_one_is_where_a_file_moved(tmp_path: Path):
    where, told = changed(tmp_path, {"a.py": OLD + THREE}, {"b.py": OLD, "c.py": "x = 1" + THREE})
    assert where == {"a.py": "b.py"}
    assert ("b.py", "three", "gone") in told
    assert ("c.py", "three", "new") in told
