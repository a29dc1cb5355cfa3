"""Suites and reference trials as tests, and the document of a validation."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from trialtrace.base.paths import Project
from trialtrace.report.installation import operation, performance
from trialtrace.report.installation.dossier import verdict
from trialtrace.report.installation.evidence import (
    FAILED,
    NOT_RUN,
    PASSED,
    REQUIREMENTS,
    Test,
    worst,
)

SUITE = operation.Suite("O.oracle", "tests/test_made.py", "Numbers", quick=True, cases=True)
MADE = """
import pytest
@pytest.mark.parametrize("name", ["two_by_two", "ranks", "without"])
def test_equals_r(name):
    if name == "without":
        pytest.skip("not installed")
    assert name == "ranks", "a wald.low: 1.0, in expected/ 2.0"
"""


@pytest.fixture
def at(tmp_path) -> Project:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_made.py").write_text(MADE)
    return Project(tmp_path)


def test_a_case_that_fails_is_named_with_what_differs(at, monkeypatch):
    monkeypatch.setattr(operation, "SUITES", (SUITE,))
    by_name = {test.what: test for test in operation.operation(at, quick=True)}
    assert [by_name[f"Numbers: {name}"].outcome for name in ("ranks", "two by two", "without")] == [
        PASSED,
        FAILED,
        NOT_RUN,
    ]
    assert "a wald.low: 1.0, in expected/ 2.0" in by_name["Numbers: two by two"].found
    assert "not installed" in by_name["Numbers: without"].found


def test_what_is_not_here_or_left_out_is_said_and_what_does_not_load_fails(at, monkeypatch):
    absent = replace(SUITE, file="tests/none.py")
    monkeypatch.setattr(operation, "SUITES", (absent, replace(SUITE, quick=False)))
    assert [test.outcome for test in operation.operation(at, quick=True)] == [NOT_RUN, NOT_RUN]
    (at.root / "tests/test_made.py").write_text("import nowhere\n")
    monkeypatch.setattr(operation, "SUITES", (SUITE,))
    (test,) = operation.operation(at, quick=True)
    assert test.outcome == FAILED and "nowhere" in test.found


def test_numbers_beside_their_record():
    kept = [["a", "1.5", "", "3.0", "10"], ["b", "1e-20", "", "", ""], ["c", "1", "", "", ""]]
    found = {"a": [1.5 + 1e-12, None, 3.0, 10], "b": [2e-20, None, None, None], "d": [1, 1, 1, 1]}
    assert list(performance._differences(kept, found)) == [
        "b stat_value: 2e-20, recorded 1e-20",
        "c is not there",
        "d is not recorded",
    ]


def test_one_bit_is_altered_and_the_file_is_left_as_it_was(at, monkeypatch):
    folder = at.results / "made"
    file = folder / "analysis" / "results.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(content := bytes(range(11)))
    seen = []

    def command(*words):
        seen.append(file.read_bytes())
        name = str(file.relative_to(folder))
        return SimpleNamespace(returncode=1, stdout=name, stderr=name)

    monkeypatch.setattr(performance, "command", command)
    assert performance._altered(at, folder, "An alteration").outcome == PASSED
    bits = [[a ^ b for a, b in zip(one, content, strict=True)] for one in seen]
    assert [sum(each.bit_count() for each in one) for one in bits] == [1, 1]
    assert file.read_bytes() == content


def test_every_reference_trial_is_recorded_whole():
    kept = json.loads((performance.REFERENCE / "platform.json").read_text())
    assert sorted(kept["files"]) == sorted(performance.TRIALS)
    assert all(sorted(files) == sorted(performance.FILES) for files in kept["files"].values())


def test_every_test_serves_a_requirement_and_every_requirement_has_one():
    ids = {suite.id for suite in operation.SUITES} | {"P.results", "P.altered", "P.trace"}
    ids |= {"I.machine", "I.lock", "I.files", "I.strange", "I.memory", "I.wheels", "I.bytecode"}
    served = {id for each in REQUIREMENTS for id in each.tests}
    assert served == ids | {"I.project"}


def test_a_requirement_is_shown_only_where_all_of_its_tests_passed():
    tests = {word: Test(word, "", word) for word in (PASSED, FAILED, NOT_RUN)}
    assert worst([tests[PASSED], tests[NOT_RUN], tests[FAILED]]) == FAILED
    assert worst([tests[PASSED], tests[NOT_RUN]]) == NOT_RUN == worst([])
    assert worst([tests[PASSED]]) == PASSED
    assert verdict([tests[PASSED]]) == "passed: 1 passed, 0 failed, 0 not run"
    assert verdict(list(tests.values())).startswith("FAILED: 1 passed, 1 failed")
