"""The mini trial of `mini_trial` on a synthetic cohort, in a checkout with the script of it."""

import re
from pathlib import Path

import mini_trial

from trialtrace.base.paths import Project
from trialtrace.base.store import SYNTHETIC
from trialtrace.base.synthetic import MARK, PUT_IN, SIGN

SOURCE = """\
source:
  kind: synthetic
  seed: 11
  items: {export: {}, events: {}}
tables:
"""
TRIAL = re.sub(r"source:\n.*?tables:\n", SOURCE, mini_trial.TRIAL, flags=re.DOTALL)
CLEANING = mini_trial.CLEANING.replace(
    'missing: {relief: ["9"]}', 'missing: {relief: ["9"], pain1: ["-1"]}'
)
SCRIPT = (Path(__file__).parent / "mini" / "cohort.py").read_text(encoding="utf-8")
FILES = {"trial": TRIAL, "cleaning": CLEANING}
# What a checkout has around the package, beside scripts/.
LINKED = ("workflow", "Snakefile", "reports", "requirements.lock")


def write_synthetic(root: Path, script: str = SCRIPT, **files: str) -> Project:
    """A project with the trial "mini", whose source is synthetic, and the script that draws it."""
    at = mini_trial.write_project(root, **(FILES | files))
    for name in LINKED:
        (root / name).symlink_to(mini_trial.REPOSITORY / name)
    (root / "scripts" / "cohorts").mkdir(parents=True)
    for path in (mini_trial.REPOSITORY / "scripts").glob("*.py"):
        (root / "scripts" / path.name).symlink_to(path)
    (root / "scripts" / "cohorts" / "mini.py").write_text(script, encoding="utf-8")
    config = at.config / "config.yaml"
    config.write_text(config.read_text().replace("[html]", "[html, docx, pdf]"))
    return at


def without_marks(folder: Path) -> None:
    """The files of a drawn cohort as those of patients would be: nothing says what they are."""
    for name in (SIGN, PUT_IN):
        (folder / name).unlink()
    for path in folder.glob("*.csv"):
        if path.name != "dictionary.csv":
            mark = re.compile(rf",({MARK}|{SYNTHETIC})$".encode(), re.MULTILINE)
            path.write_bytes(mark.sub(b"", path.read_bytes()))
