"""Run the R scripts again: the committed numbers are what R gives, here and now."""

import shutil
import subprocess

import pytest
from oracle_subjects import SUBJECTS
from recompute import HERE, read_numbers


@pytest.fixture(scope="module")
def rscript() -> str:
    """The path of Rscript; skips where it is not installed."""
    return shutil.which("Rscript") or pytest.skip("Rscript is not installed")


@pytest.fixture(scope="module")
def missing(rscript: str) -> set[str]:
    """Packages of any script that are not installed, asked once: loading each takes seconds."""
    wanted = sorted({package for subject in SUBJECTS.values() for package in subject.packages})
    ask = "p <- commandArgs(TRUE); cat(p[!nzchar(vapply(p, \\(x) system.file(package = x), ''))])"
    told = subprocess.run(
        [rscript, "-e", ask, *wanted], capture_output=True, text=True, check=True
    ).stdout
    return set(told.split())


@pytest.mark.r
@pytest.mark.parametrize("name", SUBJECTS)
def test_r_gives_the_committed_numbers(name, rscript, missing, tmp_path):
    subject = SUBJECTS[name]
    if without := missing & set(subject.packages):
        pytest.skip(f"R packages that are not installed: {', '.join(sorted(without))}")
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
