"""Run the R scripts again: the committed numbers are what R gives, here and now.

Another version of R or of a package may round otherwise, hence a tolerance; it is below that of
test_oracle.py.
"""

import shutil
import subprocess

import pytest
from recompute import HERE, SUBJECTS, read_numbers
from test_oracle import agree

RERUN = 1e-9
PACKAGES = {
    "survival": "survival",
    "risk_sets": "survival",
    "resampling": "survival",
    "repeated": "car",
    "repeated_general": "car",
    "metafor": "metafor",
    "restricted_mean": "survival",
    "cox_start_stop": "survival",
    "competing_risks": "cmprsk",
    "vcdextra": "vcdExtra",
    "group_sequential": "mvtnorm",
}


def skip_without(package: str | None) -> str:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")
    if package:
        check = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
        if subprocess.run([rscript, "-e", check], capture_output=True).returncode:
            pytest.skip(f"the R package {package} is not installed")
    return rscript


@pytest.mark.r
@pytest.mark.parametrize("subject", SUBJECTS)
def test_r_gives_the_committed_numbers(subject, tmp_path):
    rscript = skip_without(PACKAGES.get(subject))
    run = subprocess.run(
        # Named without its folder: R writes a space in --file= in another way.
        [rscript, f"{subject}.R", str(tmp_path)],
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    again = read_numbers(tmp_path / f"{subject}.csv")
    committed = read_numbers(HERE / "expected" / f"{subject}.csv")
    assert list(again) == list(committed)
    different = [
        f"{case} {quantity}: now {again[case, quantity]!r}, committed {value!r}"
        for (case, quantity), value in committed.items()
        if not agree(again[case, quantity], value, RERUN)
    ]
    assert not different, "\n".join(different[:20])
