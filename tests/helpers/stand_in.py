"""A trial of the project with files of a drawn cohort in the place of its synthetic source."""

import re
from pathlib import Path

from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.base.store import SYNTHETIC
from trialtrace.base.synthetic import MARK, SIGN, TRUTH
from trialtrace.run.synthetic.folder import files_source, write_folder
from trialtrace.run.trial.load import Trial, load_trial


def alone(root: Path, name: str) -> Project:
    """A project with a copy of one trial's configuration and the project's tables."""
    folder = root / "config" / "trials" / name
    folder.mkdir(parents=True)
    (root / "workflow").symlink_to(REPOSITORY / "workflow")
    for path in (REPOSITORY / "config").iterdir():
        if path.name != "trials":
            (root / "config" / path.name).symlink_to(path)
    for path in (REPOSITORY / "config" / "trials" / name).glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    return Project(root)


def without_marks(folder: Path) -> None:
    """The files of a drawn cohort as those of patients would be: nothing says what they are."""
    for name in (SIGN, TRUTH):
        (folder / name).unlink()
    for path in folder.glob("*.csv"):
        if path.name != "dictionary.csv":
            mark = re.compile(rf"[,;\t|]({MARK}|{SYNTHETIC})$".encode(), re.MULTILINE)
            path.write_bytes(mark.sub(b"", path.read_bytes()))


def put_files(at: Project, drawn: Trial) -> None:
    """`source` becomes the files of the drawn cohort, unmarked; what draws patients goes."""
    folder = at.trial_config(drawn.name)
    write_folder(drawn, at.root / "data")
    without_marks(at.root / "data")
    (folder / "cohort.yaml").unlink()
    (folder / "simulation.yaml").unlink(missing_ok=True)
    old = (folder / "trial.yaml").read_text()
    start, end = old.index("\nsource:\n") + 1, old.index("\ntables:\n") + 1
    new = old[:start] + files_source(drawn, "data") + "\n" + old[end:]
    (folder / "trial.yaml").write_text(new)


def stand_in(root: Path, name: str, seed: int) -> Trial:
    """The trial on an export that nobody has seen: drawn by another seed, told as a test."""
    at = alone(root, name)
    file = at.trial_config(name) / "trial.yaml"
    text = re.sub(r"\n  seed: \d+\n", f"\n  seed: {seed}\n", file.read_text())
    file.write_text(re.sub(r'(?m)^title: ("?)', r"title: \1A test without patients. ", text))
    put_files(at, load_trial(name, at))
    return load_trial(name, at)
