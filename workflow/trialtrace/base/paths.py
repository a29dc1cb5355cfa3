"""Where the project's files are: the one place that resolves them."""

import os
import re
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import ANALYSIS, Purpose, purpose_of

PACKAGE = Path(__file__).resolve().parents[1]
# Taken when the package is loaded: the Snakefile quotes sys.executable for a shell.
PYTHON = sys.executable
# The example of a ledger, and in a wheel the schemas (base/config/schema_files.py).
SCHEMAS = PACKAGE / "schemas"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Folders of a trial's results that commands write for the owner of the data, beside those of a run:
# cells that are shown to nobody else, and what R gave on this machine.
PRIVATE, BY_R = "private", "r"
# In a folder of results that stands apart from its project: the path of that, and in a second line
# what its runs are for, where that is not the analysis.
ELSEWHERE = "trialtrace.project"
# The documents that every report is made of: reports/*.qmd.
TEMPLATES = ("report", "supplement", "summary")


@dataclass(frozen=True)
class Code:
    """The code of a project: the package, and the folder of Snakefile, scripts/ and locks.

    That is the root of a checkout; in a wheel it lies inside of the package (setup.py).
    """

    package: Path
    root: Path

    @property
    def is_installed(self) -> bool:
        return self.root.parent == self.package

    @property
    def assets(self) -> Path:
        """Style sheets and reference documents of reports."""
        return self.package / "report" / "assets"

    def place(self, path: Path) -> str | None:
        """Where a file stands in a checkout, installed or not; None of what is no code."""
        # A checkout has these twice: the package's are a link.
        if path.is_relative_to(self.assets):
            return f"reports/assets/{path.relative_to(self.assets).as_posix()}"
        if path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        if path.is_relative_to(self.package):
            return f"workflow/trialtrace/{path.relative_to(self.package).as_posix()}"
        return None


def _running() -> Code:
    inside = PACKAGE / "project"
    return Code(PACKAGE, inside if inside.is_dir() else PACKAGE.parents[1])


RUNNING = _running()


@dataclass(frozen=True)
class Project:
    """A trial's project: its root, and the folders the parts agree on.

    It is a checkout, or a folder with config/ alone, whose code is the one that runs. What a run
    makes lies in `apart`, where that is given, else in the root; `purpose` is what it is for.
    """

    root: Path
    apart: Path | None = field(default=None, kw_only=True)
    purpose: Purpose = field(default=ANALYSIS, kw_only=True)

    @cached_property
    def code(self) -> Code:
        package = self.root / "workflow" / "trialtrace"
        return Code(package, self.root) if package.is_dir() else RUNNING

    @property
    def assets(self) -> Path:
        """Style sheets and reference documents of reports: the project's, else the code's."""
        chosen = self.reports / "assets"
        return chosen if chosen.is_dir() else self.code.assets

    def template(self, stem: str) -> Path:
        """The document from which reports are made: the project's, else the code's."""
        chosen = self.reports / f"{stem}.qmd"
        return chosen if chosen.is_file() else self.code.root / "reports" / chosen.name

    @property
    def made(self) -> Path:
        """The folder that runs write to."""
        return self.apart or self.root

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def results(self) -> Path:
        return self.made / "results"

    @property
    def site(self) -> Path:
        return self.made / "site"

    @property
    def archive(self) -> Path:
        """Kept runs; those of a committee's reports of one kind lie together, so that two data cuts
        are compared."""
        if self.purpose.cut and self.made.parent.name == self.purpose.cut:
            return self.made.parents[1] / f"archive-{self.purpose.kind}"
        return self.made / "archive"

    def trial_config(self, trial: str) -> Path:
        """The configuration folder of a trial; its name must be a plain one."""
        if not NAME.fullmatch(trial):
            plain = re.sub("[^a-z0-9]+", "_", trial.lower()).strip("_")[:40]
            raise UserError(
                "trial name",
                found=repr(trial),
                expected="small letters, digits and _, beginning with a letter, at most 40",
                do=f"take {plain}" if NAME.fullmatch(plain) else None,
            )
        return self.config / "trials" / trial

    def shown(self, path: Path) -> str:
        """A path as it is told to a person: relative to the project where it lies inside."""
        path = Path(path)
        # Either of the two may lie in the other.
        for folder in sorted((self.made, self.root), key=lambda at: len(at.parts), reverse=True):
            if path.is_relative_to(folder):
                return str(path.relative_to(folder))
        return str(path)

    def inside(self, relative: str, base: Path | None = None) -> Path:
        """Resolve a configured path; refuse one that leaves `base` (the project if None)."""
        base = (base or self.root).resolve()
        path = (base / relative).resolve()
        if not path.is_relative_to(base):
            raise UserError(
                f"path {relative!r}",
                found="a path that leaves its folder",
                expected=f"a path inside {self.shown(base)}",
            )
        return path


def project(root: Path | str | None = None) -> Project:
    """The project at `root`, else the one around the working folder, else this checkout.

    Where the package is installed without one, the working folder is the project.
    Raises UserError where its path is no text: most of what is used here could not work in it.
    """
    found = Path(root).resolve() if root is not None else _around(Path.cwd().resolve())
    try:
        os.fsencode(found).decode("utf-8")
    except UnicodeDecodeError:
        raise UserError(
            os.fsencode(found).decode("utf-8", "backslashreplace"),
            "the name of the project's folder, or of one above it, is no UTF-8 text",
            do="rename it, or copy the project into another folder",
        ) from None
    return _standing_apart(found) or Project(found)


def project_of(folder: Path) -> Path | None:
    """The project whose results stand in a folder apart from it; None of any other folder."""
    at = _standing_apart(folder)
    return at.root if at else None


def _standing_apart(folder: Path) -> Project | None:
    try:
        root, _, purpose = (folder / ELSEWHERE).read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return Project(Path(root), apart=folder, purpose=purpose_of(purpose.rstrip("\n")))


def _around(here: Path) -> Path:
    for folder in (here, *here.parents):
        if (folder / "config" / "config.yaml").is_file() or (folder / ELSEWHERE).is_file():
            return folder
        if (folder / "Snakefile").is_file() and (folder / "config").is_dir():
            return folder
    return here if RUNNING.is_installed else RUNNING.root
