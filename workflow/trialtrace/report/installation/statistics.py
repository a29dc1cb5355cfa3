"""The table by statistic: this installation's numbers compared with R's, as the tests have them."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from trialtrace.base.paths import Project
from trialtrace.report.installation.evidence import NOT_RUN, Test, tested

# Prints the table; it lies with the numbers of R, outside of the package.
SCRIPT = "tests/oracle/comparison.py"


@dataclass(frozen=True)
class Compared:
    """A statistic: its cases and numbers, what computed the reference, the largest relative
    difference with its place, and how many numbers lie outside of the tolerance."""

    subject: str
    statistic: str
    cases: int
    numbers: int
    reference: str
    largest: float
    where: str
    outside: int


def statistics(at: Project) -> tuple[Test, Sequence[Compared]]:
    """The test that all numbers agree, and the table."""
    id, what = "O.statistics", "Numbers agree with those of R"
    if not (at.root / SCRIPT).is_file():
        return Test(id, what, NOT_RUN, f"{SCRIPT} is not here: a checkout has it"), []
    done = subprocess.run(
        [sys.executable, SCRIPT, "--json"], cwd=at.root, capture_output=True, text=True
    )
    if done.returncode and not done.stdout:
        return tested(id, what, f"{SCRIPT}: {done.stderr.strip()[-400:]}", ""), []
    table = [Compared(**row) for row in json.loads(done.stdout)]
    wrong = [f"{row.subject} {row.statistic}: {row.where}" for row in table if row.outside]
    numbers = sum(row.numbers for row in table)
    largest = max((row.largest for row in table), default=0.0)
    seen = f"{numbers:,} numbers of {len(table)} statistics; largest difference {largest:.1e}"
    return tested(id, what, "; ".join(wrong), seen), table
