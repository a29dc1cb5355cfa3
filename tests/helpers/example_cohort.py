"""A small cohort that has most kinds of quantities."""

from pathlib import Path

from mini_trial import REPOSITORY

from trialtrace.base.config.files import read_document
from trialtrace.base.config.spec import structure
from trialtrace.base.paths import Project
from trialtrace.run.trial.cohort.file import CohortFile

COHORT = (Path(__file__).parent / "mini" / "example_cohort.yaml").read_text(encoding="utf-8")


def cohort_of(tmp_path: Path, text: str = COHORT) -> CohortFile:
    """A cohort from the text of its file, by way of the schema."""
    path = tmp_path / "cohort.yaml"
    path.write_text(text, encoding="utf-8")
    document = read_document(Project(REPOSITORY), path, "cohort")
    assert not document.problems, "\n".join(map(str, document.problems))
    return structure(CohortFile, document.data)
