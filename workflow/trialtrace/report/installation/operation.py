"""Statistics on this machine: the project's tests against R and other code, run by pytest."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from xml.etree import ElementTree

from trialtrace.base.paths import Project
from trialtrace.report.installation.evidence import FAILED, NOT_RUN, PASSED, Test

PYTEST = "pytest is not here: python -m pip install --require-hashes -r requirements-test.lock"
MOST = 600


@dataclass(frozen=True)
class Suite:
    """A file of tests: how its tests are called here, and whether --quick has it. Where `cases` are
    subjects, each is a test; else those of a function are one."""

    id: str
    file: str
    what: str
    quick: bool = False
    cases: bool = False


SUITES = (
    Suite("O.oracle", "tests/oracle/test_oracle.py", "Numbers as R gave them", True, True),
    Suite("O.again", "tests/oracle/test_rerun_r.py", "R gives them here again", cases=True),
    Suite("O.checks", "tests/unit/methods/test_checks_oracle.py", "Checks against R", quick=True),
    Suite("O.choices", "tests/spec/checks/test_every_choice.py", "Every method, every option"),
    Suite("O.laws", "tests/spec/checks/test_laws.py", "Counts add up"),
)


def operation(at: Project, *, quick: bool) -> Iterator[Test]:
    """A test a case of each suite; of a suite that cannot be run, why."""
    run = []
    for suite in SUITES:
        if not (at.root / suite.file).is_file():
            yield Test(
                suite.id, suite.what, NOT_RUN, f"{suite.file} is not here: a checkout has it"
            )
        elif PathFinder.find_spec("pytest") is None:
            yield Test(suite.id, suite.what, NOT_RUN, PYTEST)
        elif quick and not suite.quick:
            yield Test(suite.id, suite.what, NOT_RUN, "--quick")
        else:
            run.append(suite)
    for suite in run:
        yield from _tests(at, suite)


def _tests(at: Project, suite: Suite) -> Iterator[Test]:
    with tempfile.TemporaryDirectory(prefix="validate") as folder:
        report = Path(folder, "report.xml")
        call = [sys.executable, "-m", "pytest", suite.file, f"--junit-xml={report}", "-q"]
        call += ["-p", "no:cacheprovider", f"--basetemp={folder}/made"]
        done = subprocess.run(
            call,
            cwd=at.root,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
        if not report.is_file():
            said = (done.stderr or done.stdout).strip()[-MOST:]
            yield Test(suite.id, suite.what, FAILED, f"pytest ended with {done.returncode}: {said}")
            return
        cases = list(ElementTree.parse(report).iter("testcase"))
    if not cases:
        yield Test(suite.id, suite.what, FAILED, "pytest found no test in it")
    by_name: dict[str, list[ElementTree.Element]] = {}
    for case in cases:
        name = case.get("name", "")
        by_name.setdefault(name if suite.cases else name.partition("[")[0], []).append(case)
    for name, same in by_name.items():
        yield _test(suite, name, same)


def _test(suite: Suite, name: str, cases: list[ElementTree.Element]) -> Test:
    """Of the cases of a test: failed where one is, with its words."""
    subject = re.fullmatch(r"\w+\[(.*)\]", name)
    words = (subject[1] if subject else name.removeprefix("test_")).replace("_", " ")
    told = {PASSED: ""}
    for case in cases:
        for child in case:
            if child.tag in ("failure", "error"):
                told.setdefault(FAILED, f"{case.get('name')}: {_words(child)}")
            elif child.tag == "skipped":
                told.setdefault(NOT_RUN, child.get("message", ""))
    outcome = next(each for each in (FAILED, NOT_RUN, PASSED) if each in told)
    found = told[outcome] or (f"{len(cases)} cases" if len(cases) > 1 else "")
    return Test(f"{suite.id}.{name}", f"{suite.what}: {words}", outcome, found[:MOST])


def _words(failure: ElementTree.Element) -> str:
    """What differs, without the code of the test; of a file that does not load, why."""
    text = failure.text or ""
    lines = failure.get("message", "").splitlines()
    if failure.tag == "error" or len(lines) < 2:
        lines += [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    told = dict.fromkeys(line.removeprefix("AssertionError: ") for line in lines if line.strip())
    return "; ".join(told)
