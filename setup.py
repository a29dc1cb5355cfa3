"""The wheel: besides the package what a checkout has around it, below trialtrace/project, the
schemas of the configuration and the stubs of the statistics.

Everything else stands in pyproject.toml. Trials of the repository are not part of it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
CARRIED = (
    "Snakefile",
    "workflow/Snakefile",
    "workflow/rules",
    "workflow/profiles",
    "workflow/report",
    "scripts",
    "requirements.lock",
    "config/config.yaml",
    "config/norms",
    "config/conversions",
    "reports/report.qmd",
    "reports/summary.qmd",
    "reports/supplement.qmd",
)

# Scripts of synthetic cohorts go with the trials of the repository.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "cohorts")


class WithWorkflow(build_py):
    def run(self) -> None:
        if self.editable_mode:
            super().run()
            return
        # What an earlier build left of files that are gone would be in the wheel.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        folder = Path(self.build_lib, "trialtrace", "project")
        for name in CARRIED:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, target, ignore=LEFT_OUT)
            else:
                shutil.copyfile(ROOT / name, target)
        (folder / "commit").write_text(commit())
        self.write("from trialtrace.stats._offered import write_stubs; write_stubs()")
        schemas = str(Path(self.build_lib, "trialtrace", "schemas").resolve())
        self.write(
            "from pathlib import Path; "
            "from trialtrace.base.config.schema_files import write_schemas"
            f"; write_schemas(Path({schemas!r}))"
        )

    def write(self, code: str) -> None:
        """Run code of the package that was copied, which writes into that."""
        own = {"PYTHONPATH": str(Path(self.build_lib).resolve()), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, "-c", code], env=os.environ | own, check=True)


def commit() -> str:
    """The commit of this checkout; nothing where files differ from it, or there is none."""
    if git("rev-parse", "--show-toplevel") != str(ROOT):
        return ""
    changed = git("status", "--porcelain", "--untracked-files=no")
    return "" if changed or changed is None else git("rev-parse", "HEAD") or ""


def git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


setup(cmdclass={"build_py": WithWorkflow})
