"""What is declared against the words of the dictionary, told without a warning."""

from types import SimpleNamespace

import numpy as np
import pytest
from mini_trial import edit, told, write_project

from trialtrace.run.integrity import declared
from trialtrace.run.integrity.export import CODE, Column, Export, Sheet
from trialtrace.run.trial.load import load_trial

D, E = "dictionary.csv", "endpoints.yaml"
NOBODY = Export(0, "p", ())


@pytest.mark.parametrize("where", [{}, {"left": {"is": "0"}}, {"gone": {"is": "0"}}])
def test_a_column_that_says_who_is_not_analysed_and_nobody_is_left_out(where):
    who = np.arange(120)
    answers = {"left": "Not analysed", "smoker": "Smoker"}
    columns = tuple(
        Column(name, CODE, who % 10 == 3, label=label, levels=("no", "yes"))
        for name, label in answers.items()
    )
    export = Export(120, "p", (Sheet("p", who + 2, who, who * 0, who * 0, columns),))
    subjects = SimpleNamespace(origins={"gone": SimpleNamespace(column="left")})
    trial = SimpleNamespace(populations={"all": where}, subjects=subjects)
    lines = list(declared.not_left_out(trial, export))
    assert len(lines) == (not where)
    assert all("is yes for 12 patients" in line.text and line.column == "left" for line in lines)


@pytest.mark.parametrize(("start", "lines"), [("week 6", 1), ("start", 0)])
@pytest.mark.parametrize(
    "column",
    [
        'radio,Visit,"0, Before treatment | 6, Week 6"',
        'text,"Week: 0 (before treatment), 6",',
    ],
)
def test_a_baseline_after_the_visit_that_is_before_treatment(tmp_path, start, lines, column):
    at = write_project(tmp_path, claims="papers: {}\nclaims: {}\n")
    axis = '{column: week, labels: {"0": start, "6": week 6}}'
    visits = f"  column: pain0\n  visit: {axis}\n  baseline: {start}\n"
    edit(at, D, "seen,patients", f"week,patients,,{column},,,,,,,,,,,,\nseen,patients")
    edit(at, E, "  visits: {pain0: before, pain1: after}\n  baseline: before\n", visits)
    assert told(at) == ""
    found = [line.text for line in declared.lines(load_trial("mini", at), NOBODY)]
    assert len(found) == lines
    assert all("baseline is week 6" in line and "of start that" in line for line in found)
