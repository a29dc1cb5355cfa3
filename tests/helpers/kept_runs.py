"""The mini trial of `mini_run`, changed between its runs, each of which is kept."""

import shutil
from pathlib import Path
from typing import Self

import mini_run
import mini_trial

from trialtrace.base.paths import Project
from trialtrace.report.commands.diff import compared, last_two
from trialtrace.run.archive.comparison import Account
from trialtrace.run.archive.keep import keep_run
from trialtrace.run.archive.shelf import Shelf
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.trial.load import load_trial

# Patient 3, of the drug arm: pain before is 6, relief yes.
ROW = "3,A,42,2,01,1,1,6,3,30,1,2020-02-03,seen"


class Runs:
    """The trial of a folder, changed between its runs."""

    def __init__(self, root: Path):
        self.at = Project(root)
        self.shelf = Shelf(self.at, "mini")

    @classmethod
    def written(cls, root: Path, disclosure: str) -> Self:
        """The trial before its first run."""
        made = cls(mini_run.write_mini(root).root)
        made.edit("config/config.yaml", "by_source", disclosure)
        for name in ("scripts", "requirements.lock", "workflow"):
            # A test that changes code has the package in its project.
            if not (root / name).exists():
                (root / name).symlink_to(mini_trial.REPOSITORY / name)
        return made

    def copied(self, root: Path) -> Self:
        """The trial with all of its runs in another folder."""
        return type(self)(shutil.copytree(self.at.root, root, symlinks=True, dirs_exist_ok=True))

    def run(self) -> str | None:
        """Every stage anew; the run is kept if it is another."""
        self.run_unkept()
        return keep_run(self.at, "mini", freshness(self.at))

    def run_unkept(self) -> None:
        trial = load_trial("mini", self.at)
        mini_run.run_stages(trial, self.at.results / "mini", self.at)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in a file of the project, which has it once."""
        path = self.at.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def told(self) -> Account:
        pair = last_two(self.shelf)
        assert pair is not None
        return compared(self.at, "mini", *pair)
