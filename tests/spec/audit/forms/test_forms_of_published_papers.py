"""What forms propose on published numbers: without an error, and with documented ones.

Of 84 documented errors each that the audit finds stands in exactly one row, and that row proposes
yes or unclear.
"""

import csv
from collections import Counter
from functools import cache

import pytest

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.forms.form import form_of
from trialtrace.audit.forms.results import results
from trialtrace.audit.forms.rows import Beside
from trialtrace.base.paths import project

ROOT = project().root
CONTROLS = sorted((ROOT / "tests" / "spec" / "audit" / "published").glob("*.yaml"))
PROBLEMS = ROOT / "campaigns" / "problem_papers"


def form(path):
    ledger = read_standing(project(), path, trust=False)[0]
    return form_of(ledger, path.stem, "1", "", Beside())


@cache
def of_problem(name):
    """The form of a problem paper, and the rows in which each claim has a finding."""
    ledger = read_standing(project(), PROBLEMS / f"{name}.yaml", trust=False)[0]
    rows: dict[str, set[str]] = {}
    for one in results(ledger).found:
        rows.setdefault(one.claim, set()).add(one.row)
    return form_of(ledger, name, "1", "", Beside()), rows


@pytest.mark.parametrize("path", CONTROLS, ids=lambda path: path.stem)
def test_a_paper_without_an_error_gets_no_proposal(path):
    made = form(path)
    assert [(row.check.number, row.proposed) for row in made.rows if row.proposed] == []
    assert sum(row.numbers for row in made.rows) > 0


def test_controls_are_ten_or_more():
    assert len(CONTROLS) >= 10


def test_each_documented_error_stands_in_one_row_that_asks():
    with (PROBLEMS / "documented.csv").open(encoding="utf-8", newline="") as lines:
        errors = list(csv.DictReader(lines))
    rows_of, answers = Counter(), Counter()
    for error in errors:
        made, rows = of_problem(error["ledger"])
        own = set().union(*(rows.get(claim, set()) for claim in error["claims"].split()))
        rows_of[len(own)] += 1
        answers.update(made.row(number).proposed for number in own)
    assert rows_of[1] >= 77
    assert set(rows_of) <= {0, 1}
    # All of them are proposed, none as no.
    assert answers["yes"] + answers["unclear"] == rows_of[1]
    assert answers["yes"] >= 70
