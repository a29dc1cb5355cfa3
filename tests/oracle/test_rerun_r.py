"""Run the R scripts again: the committed numbers are what R gives, here and now.

One R loads the packages of all scripts, which takes longer than most of them compute; each script
then runs in a process split off from it, and so leaves nothing to the next.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from oracle_subjects import SUBJECTS
from oracle_tables import HERE, read_numbers

# A script knows its own name and the folder to write to by its arguments.
DRIVER = """
given <- commandArgs(TRUE)
out <- given[1]
subjects <- strsplit(given[-1], ",")
lacking <- Filter(
  function(name) !requireNamespace(name, quietly = TRUE),
  unique(unlist(lapply(subjects, `[`, -1)))
)
writeLines(lacking, file.path(out, "lacking.txt"))
for (subject in subjects) {
  file <- paste0(subject[1], ".R")
  if (any(subject[-1] %in% lacking)) next
  commandArgs <- function(trailingOnly = FALSE) if (trailingOnly) out else paste0("--file=", file)
  job <- parallel::mcparallel(capture.output(source(file, local = globalenv())), silent = TRUE)
  ended <- parallel::mccollect(job)[[1]]
  if (!is.character(ended) || inherits(ended, "try-error"))
    writeLines(c("did not end", as.character(ended)), file.path(out, paste0(subject[1], ".txt")))
}
"""


@pytest.fixture(scope="module")
def again(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what the scripts of the chosen tests wrote; skips where R is not there."""
    program = shutil.which("Rscript") or pytest.skip("Rscript is not installed")
    folder = tmp_path_factory.mktemp("again")
    chosen = [item for item in request.session.items if item.path == request.path]
    names = [item.callspec.params["name"] for item in chosen]
    subjects = [",".join((name, *SUBJECTS[name].packages)) for name in names]
    run = subprocess.run(
        [program, "-e", DRIVER, str(folder), *subjects], cwd=HERE, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return folder


@pytest.mark.r
@pytest.mark.parametrize("name", SUBJECTS)
def test_r_gives_the_committed_numbers(name, again):
    subject = SUBJECTS[name]
    if without := {*(again / "lacking.txt").read_text().split()} & set(subject.packages):
        pytest.skip(f"R packages that are not installed: {', '.join(sorted(without))}")
    stopped = again / f"{name}.txt"
    assert not stopped.exists(), stopped.read_text()
    numbers = read_numbers(again / f"{name}.csv")
    committed = read_numbers(HERE / "expected" / f"{name}.csv")
    assert list(numbers) == list(committed)
    different = subject.differences(numbers, committed, subject.again)
    assert not different, "\n".join(different[:20])
