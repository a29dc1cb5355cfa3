"""Two groups and regression models against R; see test_oracle.py and test_rerun_r.py.

The largest relative differences seen: 6e-12 in models (a p-value where the data have a large
common offset), 2e-9 in ordinal_mixed (R's derivatives are numeric), 4e-15 in win_ratio and
hodges_lehmann.
"""

import subprocess

import pytest
from recompute import HERE, read_numbers
from recompute_models import SUBJECTS
from test_oracle import TOLERANCE, agree
from test_rerun_r import skip_without

# R's derivatives are numeric in ordinal_mixed; its root search ends at 1e-11 in Firth's bounds.
RERUN = {"ordinal_mixed": 1e-7, "models": 1e-8}
PACKAGES = {
    "models": ("sandwich", "car", "ordinal", "MASS", "numDeriv"),
    "ordinal_mixed": ("ordinal", "numDeriv"),
}


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


@pytest.mark.r
@pytest.mark.parametrize("subject", SUBJECTS)
def test_r_gives_the_committed_numbers(subject, tmp_path):
    rscript = skip_without(None)
    for package in PACKAGES.get(subject, ()):
        skip_without(package)
    run = subprocess.run(
        [rscript, f"{subject}.R", str(tmp_path)], cwd=HERE, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    again = read_numbers(tmp_path / f"{subject}.csv")
    committed = read_numbers(HERE / "expected" / f"{subject}.csv")
    assert list(again) == list(committed)
    different = [
        f"{case} {quantity}: now {again[case, quantity]!r}, committed {value!r}"
        for (case, quantity), value in committed.items()
        if not agree(again[case, quantity], value, RERUN.get(subject, 1e-9))
    ]
    assert not different, "\n".join(different[:20])
