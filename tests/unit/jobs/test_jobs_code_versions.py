"""A room of the code has one version: another where a tree is another, and only there."""

import shutil
from pathlib import Path

import pytest

from trialtrace.base.paths import Code, Project
from trialtrace.run.jobs.code_versions import Sources, Trees, room_of, tree_hash

MODULE = '''\
"""A docstring."""


class A:
    """Of a class."""

    def f(self, x):
        return x + 1
'''


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("A docstring.", "Another.", True),
        ("Of a class.", "Of a class, longer.", True),
        ('    """Of a class."""\n\n', "", True),
        ("return x + 1", "return x + 1  # a comment", True),
        ("return x + 1", "return (\n            x + 1\n        )", True),
        ("return x + 1", "return x + 2", False),
        ("f(self, x)", "f(self, x=0)", False),
        ("return x + 1", 'return "A docstring."', False),
        ("return x + 1", "return x +", False),
    ],
)
def test_a_tree_has_no_docstrings_comments_and_layout(old: str, new: str, same: bool):
    other = MODULE.replace(old, new)
    assert other != MODULE
    assert (tree_hash(MODULE.encode()) == tree_hash(other.encode())) is same


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("stats/survival/cox.py", "stats"),
        ("stats/_wald.py", "stats"),
        ("run/cleaning/values.py", "run.cleaning"),
        ("run/endpoints/kinds/count.py", "run.endpoints"),
        ("run/__init__.py", "base"),
        ("__init__.py", "base"),
        ("cli.py", "cli"),
    ],
)
def test_the_room_of_a_file(path: str, room: str):
    assert room_of(Path(path).parts) == room


@pytest.fixture
def at(tmp_path: Path) -> Project:
    package = tmp_path / "project/workflow/trialtrace"
    for name in ("stats/rates.py", "stats/table.csv", "report/page.py", "stats/__pycache__/a.pyc"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("A = 1\n")
    (tmp_path / "project/reports/assets").mkdir(parents=True)
    (tmp_path / "project/reports/assets/page.css").write_text("a {}")
    return Project(tmp_path / "project")


def versions(at: Project, cache: Path) -> dict[str, str]:
    return Sources(at, Trees(cache)).versions


@pytest.mark.parametrize(
    ("file", "text", "changed"),
    [
        ("workflow/trialtrace/stats/rates.py", "A = 2\n", {"stats"}),
        ("workflow/trialtrace/stats/table.csv", "A = 2\n", {"stats"}),
        ("workflow/trialtrace/stats/rates.py", "A = 1  # one\n", set()),
        ("workflow/trialtrace/stats/__pycache__/a.pyc", "B", set()),
        ("workflow/trialtrace/stats/__init__.pyi", "B", set()),
        ("workflow/trialtrace/report/page.py", "A = 2\n", {"report"}),
        ("reports/assets/page.css", "b {}", {"report"}),
        ("reports/supplement.qmd", "text", {"report"}),
        ("workflow/trialtrace/stats/more.py", "", {"stats"}),
    ],
)
def test_a_file_changes_the_version_of_its_room(at: Project, tmp_path, file, text, changed):
    before = versions(at, tmp_path / "cache")
    (at.root / file).write_text(text)
    after = versions(at, tmp_path / "cache")
    assert {room for room in before if before[room] != after[room]} == changed


def test_a_file_that_moves_is_another_version(at: Project, tmp_path: Path):
    before = versions(at, tmp_path)
    stats = at.root / "workflow/trialtrace/stats"
    (stats / "rates.py").rename(stats / "shares.py")
    assert versions(at, tmp_path)["stats"] != before["stats"]


@pytest.mark.parametrize("spoiled", ["", "[]", "{", '{"a": 1}'])
def test_a_cache_that_cannot_be_read_or_written_changes_no_version(at, tmp_path, spoiled: str):
    before = versions(at, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_text(spoiled)
    assert versions(at, tmp_path / "cache") == before
    (tmp_path / "file").write_text("")
    assert versions(at, tmp_path / "file" / "cache") == before


def test_a_wheel_has_the_versions_of_its_checkout(at: Project, tmp_path: Path):
    """Its package has the style sheets inside, and snakefile, scripts and locks."""
    package = tmp_path / "site-packages/trialtrace"
    shutil.copytree(at.code.package, package)
    shutil.copytree(at.reports / "assets", package / "report/assets")
    (package / "project/scripts").mkdir(parents=True)
    (package / "project/scripts/clean_tables.py").write_text("1")
    installed = Project(tmp_path / "mine")
    installed.__dict__["code"] = Code(package, package / "project")
    assert versions(installed, tmp_path) == versions(at, tmp_path)
