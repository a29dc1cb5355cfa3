"""Models of correlated outcomes against R; see test_oracle.py and test_rerun_r.py.

Looser where R's numbers are: Satterthwaite's degrees of freedom, and Kenward-Roger's by observed
information, rest there on numeric second derivatives of the likelihood, and lme4's optimum is
polished with numeric derivatives. The largest differences seen are 7e-8 in those numbers of mmrm
and 4e-11 in all else of it, 1.4e-9 in linear_mixed, 1.3e-10 in gee (a coefficient next to 0).
"""

import subprocess

import pytest
from recompute import HERE, read_numbers
from recompute_correlated import SUBJECTS
from test_oracle import agree
from test_rerun_r import skip_without

TOLERANCE = {"mmrm": 1e-8, "linear_mixed": 1e-7, "gee": 1e-8}
NUMERIC = 1e-6


def tolerance(subject: str, quantity: str) -> float:
    """Relative tolerance of one quantity."""
    numeric = "satterthwaite.df" in quantity or "observed" in quantity
    return NUMERIC if numeric else TOLERANCE[subject]


PACKAGES = {
    "mmrm": ("nlme", "numDeriv"),
    "linear_mixed": ("lmerTest", "pbkrtest"),
    "gee": ("geepack",),
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_equals_r(subject):
    theirs = read_numbers(HERE / "expected" / f"{subject}.csv")
    ours = {(case, quantity): float(value) for case, quantity, value in SUBJECTS[subject]()}
    assert sorted(ours) == sorted(theirs)
    different = [
        f"{case} {quantity}: ours {ours[case, quantity]!r}, R {value!r}"
        for (case, quantity), value in theirs.items()
        if not agree(ours[case, quantity], value, tolerance(subject, quantity))
    ]
    assert not different, "\n".join(different[:20])


@pytest.mark.r
@pytest.mark.parametrize("subject", SUBJECTS)
def test_r_gives_the_committed_numbers(subject, tmp_path):
    for package in PACKAGES[subject]:
        rscript = skip_without(package)
    run = subprocess.run(
        [rscript, str(HERE / f"{subject}.R"), str(tmp_path)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    again = read_numbers(tmp_path / f"{subject}.csv")
    committed = read_numbers(HERE / "expected" / f"{subject}.csv")
    assert list(again) == list(committed)
    different = [
        f"{case} {quantity}: now {again[case, quantity]!r}, committed {value!r}"
        for (case, quantity), value in committed.items()
        if not agree(again[case, quantity], value, tolerance(subject, quantity))
    ]
    assert not different, "\n".join(different[:20])
