"""What a validation has shown: tests, and the requirements that rest on them."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# Requirements, and what is recorded of the reference trials.
REFERENCE = Path(__file__).parent / "reference"

PASSED, FAILED, NOT_RUN = "passed", "FAILED", "not run"


@dataclass(frozen=True)
class Test:
    """A test that was made here, or why not. `found` names what is wrong, or what was seen."""

    id: str
    what: str
    outcome: str
    found: str = ""

    # It is no class of tests.
    __test__ = False


def tested(id: str, what: str, wrong: str, seen: str) -> Test:
    """Passed with what was seen, unless something is wrong."""
    return Test(id, what, FAILED if wrong else PASSED, wrong or seen)


def worst(tests: Iterable[Test]) -> str:
    """Failed where any did; not run where any was not, or there are none."""
    outcomes = {test.outcome for test in tests}
    if FAILED in outcomes:
        return FAILED
    return PASSED if outcomes == {PASSED} else NOT_RUN


@dataclass(frozen=True)
class Requirement:
    """What must hold, what happens where it does not, and the tests that show it, by the beginning
    of their identifiers."""

    id: str
    text: str
    risk: str
    tests: tuple[str, ...]

    def of(self, tests: Iterable[Test]) -> list[Test]:
        return [test for test in tests if test.id.startswith(self.tests)]


def _requirements() -> tuple[Requirement, ...]:
    with (REFERENCE / "requirements.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Requirement(row["id"], row["text"], row["risk"], tuple(row["tests"].split()))
            for row in csv.DictReader(lines)
        )


REQUIREMENTS = _requirements()
