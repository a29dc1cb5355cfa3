"""What an audit costs: a paper of 40 claims from the shell, 10,000 claims, a search over the data.

Prints and writes docs/benchmarks-audit.md. Every round is a process of its own, start-up included,
beside the floor of what it cannot avoid in the same minute. CPU seconds are user and system time.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "campaigns"))
PAGE = ROOT / "docs" / "benchmarks-audit.md"
TRIALTRACE = str(Path(sys.executable).with_name("trialtrace"))
TRIAL = "elmunzer2012"
CLAIMS, MANY = 40, 10_000
ERRORS = (
    "digit_p",
    "digit_value",
    "digit_bound",
    "deviation",
    "denominator",
    "digit_percent",
    "level",
    "digit_mean",
)
LIMIT_PAPER, LIMIT_SEARCH = 3.0, 10.0


@dataclass
class Timed:
    """Wall and CPU seconds of some rounds."""

    name: str
    limit: float | None = None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def row(self) -> str:
        def told(values: list[float]) -> str:
            return f"{min(values):.2f} | {statistics.median(values):.2f} | {max(values):.2f}"

        limit = "" if self.limit is None else f"{self.limit:g} s"
        return f"| {self.name} | {told(self.wall)} | {statistics.median(self.cpu):.2f} | {limit} |"


def run(command: Sequence[str], *, may_fail: bool = False) -> tuple[float, float, str]:
    """Wall and CPU seconds of a process, and what it prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    # The audit ends with 1 where it objects to a number.
    if done.stderr or done.returncode > may_fail:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


# --- what is audited -------------------------------------------------------------------------


def true_paper() -> Any:
    """The first made-up paper of at least 40 claims."""
    from made_papers.paper import paper

    return next(made for seed in range(1000) if len((made := paper(seed)).claims) >= CLAIMS)


def with_errors(made: Any) -> Any:
    """The paper with an error of each kind, so that its searches are run."""
    from made_papers.planted import plant

    for kind in ERRORS:
        for attempt in range(50):
            done = plant(kind, made, np.random.default_rng([20261124, attempt]))
            if done is not None:
                made = done.paper
                break
    return made


def many_claims() -> dict[str, Any]:
    """10,000 claims of one paper: shares of two arms, and p of each pair."""
    from made_papers import formulas as f

    rng, groups = np.random.default_rng(20261125), ("new", "usual")
    outcomes, claims = {}, {}
    for number in range(MANY // 3 + 1):
        outcome = f"outcome{number}"
        outcomes[outcome] = {"label": outcome}
        x = [int(one) for one in rng.integers(5, 96, 2)]
        common = {"from": "main", "place": "table", "label": outcome}
        for group, count in zip(groups, x, strict=True):
            about = {"outcome": outcome, "group": group}
            claims[f"{outcome}_{group}"] = common | {
                "printed": f"{count}/100 ({count}%)",
                "about": about,
            }
        about = {"outcome": outcome, "compare": list(groups), "test": "chi_squared"}
        p = f.show_p(f.count_p(x, [100, 100], "chi_squared"), 3)
        claims[f"{outcome}_p"] = common | {"printed": p, "about": about}
    return {
        "papers": {"main": "A made-up paper"},
        "groups": {g: {"label": g, "randomised": "100", "control": g == "usual"} for g in groups},
        "outcomes": outcomes,
        "claims": dict(list(claims.items())[:MANY]),
    }


def written(document: dict[str, Any], path: Path) -> str:
    import yaml

    # By way of JSON, so that nothing is shared: a ledger has no anchors.
    alone = json.loads(json.dumps(document))
    path.write_text(yaml.safe_dump(alone, sort_keys=False, allow_unicode=True))
    return str(path)


def make_trial(folder: Path) -> None:
    """The stages before the audit, into a folder."""
    from trialtrace.base.paths import Project
    from trialtrace.run.cleaning.clean import clean_tables
    from trialtrace.run.endpoints.derive import derive_datasets
    from trialtrace.run.methods.analysing.run import analyse_plan
    from trialtrace.run.sources.ingest import ingest_sources
    from trialtrace.run.trial.load import load_trial

    trial = load_trial(TRIAL, Project(ROOT))
    ingest_sources(trial, folder / "raw")
    clean_tables(trial, folder / "raw", folder / "clean")
    derive_datasets(trial, folder / "clean", folder / "derived")
    analyse_plan(trial, folder / "derived", folder / "analysis")


def search_over_data(folder: Path) -> dict[str, Any]:
    """The audit stage of the trial in this process: how many specifications its searches had."""
    from trialtrace.base.paths import Project
    from trialtrace.run.claims.audit import audit_claims
    from trialtrace.run.trial.load import load_trial

    trial, out = load_trial(TRIAL, Project(ROOT)), folder / "audit" / "claims.parquet"
    audit_claims(trial, folder / "derived", folder / "analysis", out)
    found = json.loads(out.with_name("print.json").read_text())["searches_over_data"]
    return {one["claims"][0]: one["candidates"][-1] for one in found}


# --- measuring -------------------------------------------------------------------------------


def measured(rounds: int, folder: Path) -> tuple[list[Timed], dict[str, int], dict[str, str]]:
    true = true_paper()
    wrong = with_errors(true)
    files = {
        "true": written(true.document(), folder / "true.yaml"),
        "wrong": written(wrong.document(), folder / "wrong.yaml"),
        "many": written(many_claims(), folder / "many.yaml"),
    }
    claims = f"`trialtrace audit`, {len(true.claims)} claims"
    make_trial(folder)
    python = sys.executable
    search = (python, __file__, "--search", str(folder))
    commands = [
        (Timed("`python -c pass`"), (python, "-c", "pass")),
        (
            Timed("`python -c 'import pandas, scipy.stats'`"),
            (python, "-c", "import pandas, scipy.stats"),
        ),
        (Timed(f"{claims}, all true", LIMIT_PAPER), (TRIALTRACE, "audit", files["true"])),
        (
            Timed(f"{claims}, {len(ERRORS)} errors, searches included", LIMIT_PAPER),
            (TRIALTRACE, "audit", files["wrong"]),
        ),
        (Timed(f"audit of {TRIAL} with its data, searches included", LIMIT_SEARCH), search),
        (Timed(f"`trialtrace audit`, {MANY:,} claims"), (TRIALTRACE, "audit", files["many"])),
    ]
    said: dict[str, str] = {}
    for _ in range(rounds):
        for timed, command in commands:
            wall, cpu, said[timed.name] = run(command, may_fail=True)
            timed.wall.append(wall)
            timed.cpu.append(cpu)
    specifications = json.loads(said[commands[4][0].name])
    last = {
        name: next((line for line in text.splitlines() if "printed numbers:" in line), "")
        for name, text in said.items()
    }
    return [timed for timed, _ in commands], specifications, last


def page(rows: list[Timed], specifications: dict[str, int], last: dict[str, str]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    most = max(specifications, key=lambda name: specifications[name])
    within = all(statistics.median(one.cpu) <= one.limit for one in rows if one.limit)
    told = "; ".join(last[one.name] for one in rows if "claims" in one.name)
    return "\n".join(
        [
            "# What an audit costs",
            "",
            f"Measured by `make bench-audit` on {os.cpu_count()} cores, {memory:.0f} GB, Python "
            f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end. "
            f"{len(rows[0].wall)} rounds through the table, each line in a new process, start-up "
            "included; everything runs on one core. Wall time depends on what else the machine "
            "does; "
            "CPU seconds are user and system time, and the limits are held against their median: "
            f"{'all are kept' if within else '**not all are kept**'}.",
            "",
            "| | wall s, least | median | most | CPU s, median | limit |",
            "| --- | ---: | ---: | ---: | ---: | ---: |",
            *(one.row() for one in rows),
            "",
            "The papers are made-up ones (`campaigns/made_papers`). What the audits say of them: "
            f"{told}.",
            "",
            f"The searches over the 602 patients of {TRIAL} evaluate "
            f"{sum(specifications.values()):,} specifications for {len(specifications)} printed "
            f"numbers, {specifications[most]:,} of them for `{most}` alone.",
            "",
        ]
    )


def main() -> None:
    import trialtrace.run.jobs.job  # noqa: F401 - one thread, before any library is loaded

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--search", metavar="FOLDER", help="what a round of the search runs")
    chosen = parser.parse_args()
    if chosen.search:
        print(json.dumps(search_over_data(Path(chosen.search))))
        return
    with tempfile.TemporaryDirectory() as folder:
        text = page(*measured(chosen.rounds, Path(folder)))
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
