"""Our statistics against R's: every number of every case that an R script in this folder wrote.

The scripts and their output in expected/ are committed (first line: R and package versions);
`test_rerun_r.py` makes the output anew where R is installed.
"""

import math

import pytest
from recompute import HERE, SUBJECTS, read_numbers

# Relative. The largest differences seen are of the order 1e-10, where the data have a large common
# offset (there R rounds, by its own means) or a likelihood ratio is next to 0, and else 1e-11.
TOLERANCE = 1e-8


def agree(ours: float, theirs: float, relative: float) -> bool:
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) and math.isnan(theirs)
    return math.isclose(ours, theirs, rel_tol=relative)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_equals_r(subject):
    theirs = read_numbers(HERE / "expected" / f"{subject}.csv")
    ours = {(case, quantity): float(value) for case, quantity, value in SUBJECTS[subject]()}
    assert sorted(ours) == sorted(theirs)
    different = [
        f"{case} {quantity}: ours {ours[case, quantity]!r}, R {value!r}"
        for (case, quantity), value in theirs.items()
        if not agree(ours[case, quantity], value, TOLERANCE)
    ]
    assert not different, "\n".join(different[:20])
