"""Missing data against base R and mice; see test_oracle.py and test_rerun_r.py.

The largest relative difference seen is 4e-12, in a bound of a ratio of 1e-53; imputed values
differ by at most 2e-12, p-values of tables by 4e-14.
"""

import subprocess

import pytest
from recompute import HERE, read_numbers
from recompute_missing import missing_data
from test_oracle import agree
from test_rerun_r import RERUN, skip_without

TOLERANCE = 1e-8


def test_equals_r():
    theirs = read_numbers(HERE / "expected" / "missing.csv")
    ours = {(case, quantity): float(value) for case, quantity, value in missing_data()}
    assert sorted(ours) == sorted(theirs)
    different = [
        f"{case} {quantity}: ours {ours[case, quantity]!r}, R {value!r}"
        for (case, quantity), value in theirs.items()
        if not agree(ours[case, quantity], value, TOLERANCE)
    ]
    assert not different, "\n".join(different[:20])


@pytest.mark.r
def test_r_gives_the_committed_numbers(tmp_path):
    rscript = skip_without("mice")
    run = subprocess.run(
        [rscript, "missing.R", str(tmp_path)], cwd=HERE, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    again = read_numbers(tmp_path / "missing.csv")
    committed = read_numbers(HERE / "expected" / "missing.csv")
    assert list(again) == list(committed)
    different = [
        f"{case} {quantity}: now {again[case, quantity]!r}, committed {value!r}"
        for (case, quantity), value in committed.items()
        if not agree(again[case, quantity], value, RERUN)
    ]
    assert not different, "\n".join(different[:20])
