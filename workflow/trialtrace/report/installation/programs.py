"""Programs and fonts beside the packages."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.line import HINDERS, MISSING, Line, judged

# What they are for, and the Debian package that has them.
PROGRAMS = {
    "make": ("make run, make test", "make"),
    "git": ("the commit in the record of a run", "git"),
    "quarto": ("a report by Quarto, where that is chosen", ""),
    "sbatch": ("a run on SLURM", "slurm-wlm"),
}
QUARTO = "leave `renderer` as it is: a report needs none; or install Quarto"
SECONDS = 60
# Names of R packages come in by arguments, and what is lacking goes out.
LACKING = 'for (p in commandArgs(TRUE)) if (!nzchar(system.file(package = p))) cat(p, "")'


def programs(at: Project) -> Iterator[Line]:
    """Each is asked where it lies; R alone is run."""
    yield _fonts()
    for name, (what, package) in PROGRAMS.items():
        path = shutil.which(name)
        do = f"apt-get install {package}" if package else QUARTO
        yield judged(path is not None, name, f"{path or 'not here'}: {what}", do, MISSING)
    yield _executor(at)
    yield _r()


def _fonts() -> Line:
    """Reports use no font of the system: those inside of typst, and those of matplotlib."""
    homes = [_home_of(name) for name in ("typst", "matplotlib")]
    fonts = homes[1] / "mpl-data/fonts/ttf/DejaVuSans.ttf" if homes[1] else None
    good = homes[0] is not None and fonts is not None and fonts.is_file()
    found = "those inside of typst and matplotlib" if good else "typst or DejaVu Sans is not here"
    return judged(good, "fonts", found, "pip install 'trialtrace[report]'", MISSING)


def _home_of(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _executor(at: Project) -> Line:
    """SLURM's executor has an environment of its own."""
    snakemake = at.root / ".venv-slurm" / "bin" / "snakemake"
    found = str(snakemake) if snakemake.is_file() else "not here: Snakemake's executor of clusters"
    return judged(snakemake.is_file(), ".venv-slurm", found, "make slurm", MISSING)


def _r() -> Line:
    program = shutil.which("Rscript")
    if program is None:
        return Line("R", MISSING, "not here: scripts in R", "apt-get install r-base-core")
    needed = sorted(r_packages())
    call = [program, "--vanilla", "-e", LACKING, *needed]
    try:
        done = subprocess.run(
            call, capture_output=True, text=True, timeout=SECONDS, env=os.environ | {"LC_ALL": "C"}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Line("R", HINDERS, f"{program} does not run: {type(error).__name__}", "Rscript -e 1")
    if done.returncode:
        return Line("R", HINDERS, f"{program} ends with {done.returncode}", "Rscript -e 1")
    lacking = done.stdout.split()
    found = (
        f"{program}, without {', '.join(lacking)}"
        if lacking
        else f"{program}, {len(needed)} packages"
    )
    packages = " ".join(f"r-cran-{name.lower()}" for name in lacking)
    return judged(not lacking, "R", found, f"apt-get install {packages}", MISSING)


def r_packages() -> set[str]:
    """Those that a script of a trial's results may load."""
    from trialtrace.run.trial.plan.registry import cards

    return {name for card in cards() if card.r for name in card.r.packages}
