"""Run the R scripts again: the committed numbers are what R gives, here and now."""

import shutil
import subprocess

import pytest
from oracle_subjects import SUBJECTS
from recompute import HERE, read_numbers


def skip_without(packages: tuple[str, ...]) -> str:
    """The path of Rscript; skips where it, or a package, is not installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")
    for package in packages:
        check = f"quit(status = !requireNamespace('{package}', quietly = TRUE))"
        if subprocess.run([rscript, "-e", check], capture_output=True).returncode:
            pytest.skip(f"the R package {package} is not installed")
    return rscript


@pytest.mark.r
@pytest.mark.parametrize("name", SUBJECTS)
def test_r_gives_the_committed_numbers(name, tmp_path):
    subject = SUBJECTS[name]
    rscript = skip_without(subject.packages)
    run = subprocess.run(
        # Named without its folder: R writes a space in --file= in another way.
        [rscript, f"{name}.R", str(tmp_path)],
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    again = read_numbers(tmp_path / f"{name}.csv")
    committed = read_numbers(HERE / "expected" / f"{name}.csv")
    assert list(again) == list(committed)
    different = subject.differences(again, committed, subject.again)
    assert not different, "\n".join(different[:20])
