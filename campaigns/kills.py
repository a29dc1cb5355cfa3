"""Runs of one trial, killed at a random moment and taken up: do they end with the same bytes?

SIGKILL goes to the whole process group. The moments are drawn by the seed over the time that an
undisturbed run takes.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from record import circumstances, copy_checkout, table, write_section

UNDONE = (".snakemake", "logs")


@dataclass
class Kill:
    moment: float
    made: int
    resumed: float
    fault: str


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the copy, hidden ones too, but for logs, caches and the record of the run."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in UNDONE
        and "__pycache__" not in path.parts
        and path.name not in ("run.json", ".snakemake_timestamp")
    }


def start(folder: Path, trial: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "snakemake", "--cores", "2", trial]
    variables = {"PYTHONPATH": str(folder / "workflow"), "TMPDIR": str(folder / "tmp")}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(
        command, cwd=folder, env=os.environ | variables, start_new_session=True, **quiet
    )


def fresh(folder: Path) -> None:
    for name in ("results", "site", "tmp", *UNDONE):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "tmp").mkdir()


def undisturbed(folder: Path, trial: str) -> tuple[dict[str, bytes], float]:
    fresh(folder)
    began = time.perf_counter()
    if start(folder, trial).wait():
        sys.exit(f"{trial} does not run undisturbed")
    seconds = time.perf_counter() - began
    shutil.rmtree(folder / "tmp")
    return files(folder), seconds


def kill_once(folder: Path, trial: str, moment: float, whole: dict[str, bytes]) -> Kill:
    fresh(folder)
    process = start(folder, trial)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    made = sum(path.is_file() for path in (folder / "results").rglob("*"))
    # What the killed processes had in the system's folder for temporary files is the system's.
    shutil.rmtree(folder / "tmp")
    (folder / "tmp").mkdir()
    began = time.perf_counter()
    ended = start(folder, trial).wait()
    seconds = time.perf_counter() - began
    shutil.rmtree(folder / "tmp")
    return Kill(moment, made, seconds, fault(ended, whole, files(folder)))


def fault(ended: int, whole: dict[str, bytes], found: dict[str, bytes]) -> str:
    if ended:
        return f"the resumed run ended with {ended}"
    differ = [name for name in whole if found.get(name) != whole[name]]
    left = sorted(set(found) - set(whole))
    told = [f"{len(differ)} differ, first {differ[0]}"] if differ else []
    return "; ".join(told + ([f"{len(left)} left over, first {left[0]}"] if left else []))


def report(kills: list[Kill], how: str) -> str:
    head = ("killed after (s)", "files in `results/` then", "resumed in (s)", "fault")
    rows = [(f"{k.moment:.1f}", k.made, f"{k.resumed:.1f}", k.fault or "none") for k in kills]
    last = f"{len(kills)} kills, {sum(bool(kill.fault) for kill in kills)} with a fault."
    return f"{circumstances()} {how}\n\n{table(head, rows)}\n\n{last}"


def campaign(folder: Path, trial: str, times: int, seed: int) -> tuple[list[Kill], str]:
    """The kills, and words on the undisturbed run."""
    generator = random.Random(seed)
    whole, seconds = undisturbed(folder, trial)
    kills = []
    for _ in range(times):
        kills.append(kill_once(folder, trial, generator.uniform(0, seconds), whole))
        print(kills[-1], flush=True)
    return kills, f"undisturbed {seconds:.1f} seconds, {len(whole)} files of the copy compared"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--trial", default="ruetzler2013")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "a copy"
        copy_checkout(folder)
        kills, told = campaign(folder, chosen.trial, chosen.kills, chosen.seed)
    how = f"Trial {chosen.trial}, seed {chosen.seed}; {told}; "
    how += f"all {time.perf_counter() - began:.0f} seconds."
    write_section("Kills", report(kills, how))
    sys.exit(any(kill.fault for kill in kills))


if __name__ == "__main__":
    main()
