"""Recorded trials, the table by statistic, and the document of a validation."""

import json
from types import SimpleNamespace

import pytest

from trialtrace.base.paths import Project
from trialtrace.report.installation import trials
from trialtrace.report.installation.dossier import verdict, write_dossier
from trialtrace.report.installation.evidence import (
    FAILED,
    NOT_RUN,
    PASSED,
    REQUIREMENTS,
    Test,
    worst,
)
from trialtrace.report.installation.statistics import SCRIPT, Compared, statistics

ROW = {"subject": "two_by_two", "statistic": "wilson", "cases": 16, "numbers": 192}
ROW |= {"reference": "R version 4.2.2", "largest": 1.1e-15, "where": "zero wilson0", "outside": 0}


@pytest.fixture
def at(tmp_path) -> Project:
    return Project(tmp_path)


def written(at: Project, rows: list[dict], code: int = 0) -> None:
    script = at.root / SCRIPT
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(f"import sys; print({json.dumps(rows)!r}); sys.exit({code})\n")


def test_the_table_passes_if_no_number_lies_outside(at):
    assert statistics(at)[0].outcome == NOT_RUN
    written(at, [ROW])
    test, (row,) = statistics(at)
    assert test.outcome == PASSED and "1.1e-15" in test.found and row.cases == 16
    written(at, [ROW, ROW | {"statistic": "wald", "outside": 1, "where": "zero wald1.low"}], 1)
    test, rows = statistics(at)
    assert test.outcome == FAILED and "wald: zero wald1.low" in test.found and len(rows) == 2
    (at.root / SCRIPT).write_text("import nowhere\n")
    test, rows = statistics(at)
    assert test.outcome == FAILED and "nowhere" in test.found and not rows


def test_numbers_are_compared_with_their_record_and_the_largest_difference_is_named():
    kept = {"a": [1.5, None, 3.0, 10.0], "b": [1e-20, None, None, None], "c": [1.0] * 4}
    found = {"a": [1.5 + 1e-12, None, 3.0, 10.0], "b": [2e-20, None, None, None], "d": [1.0] * 4}
    largest, where, wrong = trials.compare(kept, found)
    assert (largest, where) == (0.5, "b stat_value")
    assert wrong == [
        "b stat_value: 2e-20, recorded 1e-20",
        "c is not there",
        "d is not recorded",
    ]
    largest, where, wrong = trials.compare({"a": kept["a"]}, {"a": found["a"]})
    assert 0 < largest < 1e-11 and where == "a stat_value" and not wrong
    assert trials.compare({"a": kept["a"]}, {"a": [1.5, 0.0, 3.0, 10.0]})[2]


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

    monkeypatch.setattr(trials, "command", command)
    assert trials._altered(at, folder).outcome == PASSED
    bits = [[a ^ b for a, b in zip(one, content, strict=True)] for one in seen]
    assert [sum(each.bit_count() for each in one) for one in bits] == [1, 1]
    assert file.read_bytes() == content


def test_every_reference_trial_is_recorded():
    assert all(len(trials.read_recorded(trial)) > 100 for trial in trials.TRIALS)


def test_a_requirement_is_shown_only_where_all_of_its_tests_passed():
    tests = {word: Test(word, "", word) for word in (PASSED, FAILED, NOT_RUN)}
    assert worst([tests[PASSED], tests[NOT_RUN], tests[FAILED]]) == FAILED
    assert worst([tests[PASSED], tests[NOT_RUN]]) == NOT_RUN == worst([])
    assert worst([tests[PASSED]]) == PASSED
    assert verdict([tests[PASSED]]) == "passed: 1 passed, 0 failed, 0 not run"
    assert verdict(list(tests.values())).startswith("FAILED: 1 passed, 1 failed")


def test_the_document_has_every_requirement_test_and_statistic(tmp_path):
    ids = [each.tests[0] for each in REQUIREMENTS]
    tests = [Test(id, f"what {id}", PASSED, "seen") for id in ids[1:]]
    write_dossier(tmp_path, tests, [Compared(**ROW)], {"machine": "m"})
    document = json.loads((tmp_path / "validation.json").read_text())
    outcomes = [row["outcome"] for row in document["traceability"]]
    assert outcomes == [NOT_RUN] + [PASSED] * (len(ids) - 1)
    assert document["statistics"] == [ROW]
    page = (tmp_path / "validation.html").read_text()
    assert "1.1e-15" in page and all(f"what {id}" in page for id in ids[1:])
    assert (tmp_path / "validation.pdf").read_bytes().startswith(b"%PDF")
