"""What a validation has shown: tests, and the requirements that rest on them."""

from collections.abc import Iterable
from dataclasses import dataclass

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
    """What must hold, what happens if it does not, and its tests by the beginning of their ids."""

    text: str
    risk: str
    tests: tuple[str, ...]

    def of(self, tests: Iterable[Test]) -> list[Test]:
        return [test for test in tests if test.id.startswith(self.tests)]


SILENT = "Altered code gives other numbers in silence."
REQUIREMENTS = (
    Requirement(
        "The machine has what a run needs.",
        "A run stops, or two runs write into one folder.",
        ("I.machine",),
    ),
    Requirement(
        "Installed are the packages of the lock, and no other code.",
        SILENT,
        ("I.lock", "I.files", "I.strange"),
    ),
    Requirement("The project's code is that of its commit or release.", SILENT, ("I.project",)),
    Requirement(
        "Statistics agree with R.",
        "A wrong estimate, interval or p-value is reported.",
        ("O.statistics",),
    ),
    Requirement(
        "Runs of real trials give the recorded results.",
        "Parts that are right separately are wrong together.",
        ("P.results",),
    ),
    Requirement(
        "What is altered after a run is found and named.",
        "A report shows numbers that no run gave.",
        ("P.altered",),
    ),
    Requirement(
        "A reported number leads to its raw rows.",
        "An auditor cannot follow a number.",
        ("P.trace",),
    ),
)
