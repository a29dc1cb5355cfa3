"""Our statistics against R's: every number of every case that an R script in this folder wrote.

The scripts and their output in expected/ are committed (first line: R and package versions);
`test_rerun_r.py` makes the output anew where R is installed.
"""

import pytest
from oracle_subjects import SUBJECTS
from oracle_tables import HERE, Subject, agree, read_numbers


def test_every_output_of_r_has_our_numbers_beside_it():
    assert sorted(path.stem for path in (HERE / "expected").glob("*.csv")) == sorted(SUBJECTS)


@pytest.mark.parametrize("name", SUBJECTS)
def test_equals_r(name):
    subject = SUBJECTS[name]
    theirs = read_numbers(HERE / "expected" / f"{name}.csv")
    ours = {(case, quantity): float(value) for case, quantity, value in subject.numbers()}
    assert sorted(ours) == sorted(theirs)
    different = subject.differences(ours, theirs, subject.tolerance)
    assert not different, "\n".join(different[:20])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1.0, 1.0 + 1e-9, True),
        (1.0, 1.0 + 1e-7, False),
        (float("nan"), float("nan"), True),
        (float("nan"), 0.0, False),
        (0.0, 1e-300, False),
    ],
)
def test_numbers_agree_by_their_ratio_or_where_both_are_missing(one, other, same):
    assert agree(one, other, 1e-8) is same


def test_only_what_rests_on_numeric_derivatives_is_looser():
    subject = Subject(lambda: iter(()), by_derivatives=1e-6)
    theirs = {("a", "satterthwaite.df"): 1.0, ("a", "observed.se"): 1.0, ("a", "estimate"): 1.0}
    ours = dict.fromkeys(theirs, 1.0 + 1e-07)
    (difference,) = subject.differences(ours, theirs, 1e-8)
    assert difference.startswith("a estimate")
