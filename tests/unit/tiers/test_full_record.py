"""The record of the last run of all tests, in repositories of a few commits."""

import json
import subprocess
from pathlib import Path

import full_record
import pytest
from full_record import FILE, MOST_COMMITS, Refused, check, write

REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


class Repository:
    def __init__(self, root: Path):
        self.root = root
        self.git("init", "-q")
        self.commit("workflow/code.py", "1")
        self.commit("tests/test_a.py", "1")

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        command = ["git", "-C", self.root, *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, name: str, text: str, *words: str) -> None:
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", name, *words)

    def write(self, tests: int = 9, failures: int = 0, errors: int = 0, skipped: int = 0) -> None:
        report = self.root.parent / "report.xml"
        report.write_text(REPORT.format(tests, failures, errors, skipped))
        write(self.root, self.git("rev-parse", "HEAD"), report, 60)

    def keep(self) -> None:
        self.commit(FILE, (self.root / FILE).read_text())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "made").mkdir()
    return Repository(tmp_path / "made")


def test_a_record_holds_while_few_commits_of_code_or_tests_follow(repository, monkeypatch):
    repository.write()
    record = json.loads((repository.root / FILE).read_text())
    assert [record[name] for name in ("passed", "failed", "skipped")] == [9, 0, 0]
    repository.keep()
    monkeypatch.setattr(full_record, "MOST_COMMITS", 2)
    for name in ("workflow/code.py", "docs/page.md", "tests/test_a.py", "docs/other.md"):
        repository.commit(name, "2")
    check(repository.root)
    repository.commit("tests/test_a.py", "3")
    with pytest.raises(Refused, match="3 commits"):
        check(repository.root)
    assert MOST_COMMITS == 150


@pytest.mark.parametrize("counts", [(9, 1), (9, 0, 1), (9, 0, 0, 1), (0,)])
def test_nothing_is_recorded_of_a_run_in_which_not_all_passed(repository, counts):
    with pytest.raises(Refused):
        repository.write(*counts)
    assert not (repository.root / FILE).exists()


def test_nothing_is_recorded_of_changes_that_are_in_no_commit(repository):
    (repository.root / "tests/test_new.py").write_text("")
    with pytest.raises(Refused, match=r"tests/test_new\.py"):
        repository.write()


def test_nothing_is_recorded_of_a_commit_that_came_during_the_tests(repository):
    before = repository.git("rev-parse", "HEAD")
    repository.commit("workflow/code.py", "2")
    with pytest.raises(Refused, match=before):
        write(repository.root, before, Path("no report"), 60)


def test_without_a_record_the_check_fails(repository):
    with pytest.raises(Refused, match="missing"):
        check(repository.root)


def test_a_record_of_a_commit_that_was_rewritten_does_not_hold(repository):
    repository.commit("workflow/code.py", "2")
    repository.write()
    (repository.root / FILE).rename(repository.root.parent / "record")
    repository.commit("workflow/code.py", "3", "--amend")
    repository.commit(FILE, (repository.root.parent / "record").read_text())
    with pytest.raises(Refused, match="not in the history"):
        check(repository.root)


def test_of_a_shallow_clone_the_check_says_that_it_cannot_tell(repository, tmp_path):
    repository.write()
    repository.keep()
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.root}", str(shallow))
    assert "shallow" in check(shallow)


@pytest.mark.parametrize(("key", "value"), [("tree", "0"), ("skipped", 1), ("failed", 1)])
def test_an_edited_record_does_not_hold(repository, key, value):
    repository.write()
    record = json.loads((repository.root / FILE).read_text()) | {key: value}
    repository.commit(FILE, json.dumps(record))
    with pytest.raises(Refused):
        check(repository.root)
