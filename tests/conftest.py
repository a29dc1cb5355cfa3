"""Tests that need a program: skipped where it is not there, and the end of a run says so.

Under TRIALTRACE_REQUIRE=r,slurm,… a skipped test of such a group makes the run fail.
"""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# How long an example takes depends on what else the machine does: no test fails for it.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def _slurm() -> str | None:
    if not (shutil.which("sbatch") and shutil.which("munged", path="/usr/sbin:/usr/bin")):
        return "sbatch or munged is not installed (apt-get install slurm-wlm munge)"
    if os.geteuid() != 0:
        return "starting SLURM needs root"
    if not (ROOT / ".venv-slurm/bin/snakemake").exists():
        return "its environment is not set up (make slurm)"
    return None


def _program(*names: str, hint: str) -> str | None:
    found = any(shutil.which(name) for name in names)
    return None if found else f"{names[0]} is not on the PATH ({hint})"


MISSING = {
    "r": _program("Rscript", hint="apt-get install r-base-core r-cran-survival r-cran-car"),
    "slurm": _slurm(),
    "chromium": _program(
        "chromium", "chromium-browser", "google-chrome", hint="apt-get install chromium"
    ),
    "quarto": _program("quarto", hint="environment.yml has it"),
}


def _required() -> set[str]:
    named = set(filter(None, os.environ.get("TRIALTRACE_REQUIRE", "").split(",")))
    if unknown := named - set(MISSING):
        raise pytest.UsageError(f"TRIALTRACE_REQUIRE: unknown {unknown}; known are {set(MISSING)}")
    return named


def pytest_configure(config: pytest.Config) -> None:
    _required()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for group, reason in MISSING.items():
            if item.get_closest_marker(group):
                item.user_properties.append(("group", group))
                if reason:
                    item.add_marker(pytest.mark.skip(reason=reason))


def _skipped(reporter) -> dict[str, list]:
    groups: dict[str, list] = {}
    for report in reporter.stats.get("skipped", []):
        for key, group in getattr(report, "user_properties", ()):
            if key == "group":
                groups.setdefault(group, []).append(report)
    return groups


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and _required() & set(_skipped(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter) -> None:
    required = _required()
    for group, reports in sorted(_skipped(terminalreporter).items()):
        why = MISSING[group] or str(reports[0].longrepr[2]).removeprefix("Skipped: ")
        line = f"skipped: group {group}, {len(reports)} of its tests: {why}"
        failed = group in required
        terminalreporter.write_line(
            line + (" — REQUIRED" if failed else ""), red=failed, yellow=not failed
        )
