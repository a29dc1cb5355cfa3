"""Where the project's files are: the one place that resolves them."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import Problem, UserError

# What can be said in a YAML file; workflow/schemas leads editors there.
SCHEMAS = Path(__file__).parents[1] / "schemas"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Project:
    """A checkout (or an installed copy): its root and the folders the parts agree on."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    def trial_config(self, trial: str) -> Path:
        """The configuration folder of a trial; its name must be a plain one."""
        if not NAME.fullmatch(trial):
            raise UserError(
                Problem(
                    "trial name",
                    found=repr(trial),
                    expected="small letters, digits and _, beginning with a letter, at most 40",
                )
            )
        return self.config / "trials" / trial

    def shown(self, path: Path) -> str:
        """A path as it is told to a person: relative to the project where it lies inside."""
        path = Path(path)
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def inside(self, relative: str, base: Path | None = None) -> Path:
        """Resolve a configured path; refuse one that leaves `base` (the project if None)."""
        base = (base or self.root).resolve()
        path = (base / relative).resolve()
        if not path.is_relative_to(base):
            raise UserError(
                Problem(
                    f"path {relative!r}",
                    found="a path that leaves its folder",
                    expected=f"a path inside {self.shown(base)}",
                )
            )
        return path


def project(root: Path | str | None = None) -> Project:
    """The project at `root`, else the one around the working folder, else this checkout.

    Raises UserError where its path is no text: most of what is used here could not work in it.
    """
    found = Path(root).resolve() if root is not None else _around(Path.cwd().resolve())
    try:
        os.fsencode(found).decode("utf-8")
    except UnicodeDecodeError:
        raise UserError(
            Problem(
                os.fsencode(found).decode("utf-8", "backslashreplace"),
                "the name of the project's folder, or of one above it, is no UTF-8 text",
                do="rename it, or copy the project into another folder",
            )
        ) from None
    return Project(found)


def _around(here: Path) -> Path:
    for folder in (here, *here.parents):
        if (folder / "Snakefile").is_file() and (folder / "config").is_dir():
            return folder
    return Path(__file__).resolve().parents[3]
