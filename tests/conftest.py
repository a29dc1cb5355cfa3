"""Every run gives the same result; tests that need a program are skipped where it is not there.

A test that needs such a program is `full`, as is one marked so: `make test-all` alone runs it. The
end of a run says which groups were skipped. Under TRIALTRACE_REQUIRE=r,slurm,… a skipped test of
such a group makes the run fail. `--shuffle SEED` runs the tests in a random order.
"""

import gc
import os
import random
import shutil
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from processes import FilesAndFolders, write_seconds

ROOT = Path(__file__).resolve().parents[1]

# As in a job of a run: looking for garbage among what thirteen thousand tests are made of takes a
# quarter of loading them and a tenth of running them.
gc.set_threshold(200_000, 20, 20)

# The same examples every time, however busy the machine.
settings.register_profile(
    "the same examples",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("the same examples")
# Hypothesis takes one value in twenty from the constants of the project's modules that happen to
# be loaded: examples would hang on the order of the tests and on the folder of the checkout.
providers._get_local_constants = Constants


def _slurm() -> str | None:
    if not (shutil.which("sbatch") and shutil.which("munged", path="/usr/sbin:/usr/bin")):
        return "sbatch or munged is not installed (apt-get install slurm-wlm munge)"
    if os.geteuid() != 0:
        return "starting SLURM needs root"
    if not (ROOT / ".venv-slurm/bin/snakemake").exists():
        return "its environment is not set up (make slurm)"
    return None


def _program(*names: str, hint: str, every: bool = False) -> str | None:
    """Why a program cannot be run: by one of its names, or where `every` one is needed."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    found = [bool(shutil.which(name, path=path)) for name in names]
    enough = all(found) if every else any(found)
    return None if enough else f"{names[found.index(False)]} is not installed ({hint})"


MISSING = {
    "r": _program("Rscript", hint="apt-get install r-base-core r-cran-survival r-cran-car"),
    "slurm": _slurm(),
    "slurmdbd": _program(
        "slurmdbd", "mariadbd", hint="apt-get install slurmdbd mariadb-server", every=True
    ),
    "chromium": _program(
        "chromium", "chromium-browser", "google-chrome", hint="apt-get install chromium"
    ),
    "libreoffice": _program("soffice", hint="apt-get install libreoffice-writer"),
    "crate": (
        None
        if (ROOT / ".venv-crate/bin/rocrate-validator").exists()
        else "its environment is not set up (make crate-tools)"
    ),
    "openssl": _program("openssl", hint="apt-get install openssl"),
    "quarto": _program("quarto", hint="environment.yml has it"),
}


def _required() -> set[str]:
    named = set(filter(None, os.environ.get("TRIALTRACE_REQUIRE", "").split(",")))
    if unknown := named - set(MISSING):
        raise pytest.UsageError(f"TRIALTRACE_REQUIRE: unknown {unknown}; known are {set(MISSING)}")
    return named


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shuffle", type=int, metavar="SEED", help="files in a random order, and their tests"
    )
    parser.addoption(
        "--seconds", action="store_true", help="write tests/seconds.csv, of a run of all tests"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> FilesAndFolders:
    return FilesAndFolders(config, log)


def pytest_configure(config: pytest.Config) -> None:
    _required()


def _shuffled(items: list[pytest.Item], seed: int) -> list[pytest.Item]:
    """Files in a random order and the tests of each, which share what their module makes."""
    order = random.Random(seed)
    files = [list(own) for _, own in groupby(items, key=lambda item: item.path)]
    for tests in (files, *files):
        order.shuffle(tests)
    return [item for tests in files for item in tests]


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.getoption("shuffle")
    if seed is not None:
        items[:] = _shuffled(items, seed)
    for item in items:
        for group, reason in MISSING.items():
            if item.get_closest_marker(group):
                item.add_marker(pytest.mark.full)
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


def _seconds(reporter) -> Counter[str]:
    """What each file took, with what it set up."""
    taken: Counter[str] = Counter()
    for report in (each for reports in reporter.stats.values() for each in reports):
        if isinstance(report, pytest.TestReport):
            taken[report.nodeid.split("::", 1)[0]] += report.duration
    return taken


def pytest_terminal_summary(terminalreporter) -> None:
    if terminalreporter.config.getoption("seconds"):
        write_seconds(_seconds(terminalreporter))
    required = _required()
    for group, reports in sorted(_skipped(terminalreporter).items()):
        why = MISSING[group] or str(reports[0].longrepr[2]).removeprefix("Skipped: ")
        line = f"skipped: group {group}, {len(reports)} of its tests: {why}"
        failed = group in required
        terminalreporter.write_line(
            line + (" — REQUIRED" if failed else ""), red=failed, yellow=not failed
        )
