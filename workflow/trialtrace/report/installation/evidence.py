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
    """What must hold, what happens where it does not, and the tests that show it, by the beginning
    of their identifiers."""

    id: str
    text: str
    risk: str
    tests: tuple[str, ...]

    def of(self, tests: Iterable[Test]) -> list[Test]:
        return [test for test in tests if test.id.startswith(self.tests)]


REQUIREMENTS = (
    Requirement(
        "R1",
        "The machine has what a run needs.",
        "A run stops, or two runs write into one folder.",
        ("I.machine",),
    ),
    Requirement(
        "R2",
        "Installed are the packages of the lock, byte for byte, and no other code.",
        "Altered code gives other numbers in silence.",
        ("I.lock", "I.files", "I.strange", "I.memory", "I.bytecode", "I.wheels"),
    ),
    Requirement(
        "R3",
        "The project's own code is that of its commit or release.",
        "Altered code gives other numbers in silence.",
        ("I.project",),
    ),
    Requirement(
        "R4",
        "Statistics are those of R, as recorded.",
        "A wrong estimate, interval or p-value is reported.",
        ("O.oracle",),
    ),
    Requirement(
        "R5",
        "R of this machine gives what was recorded of R.",
        "The recorded numbers are wrong, or of another version.",
        ("O.again",),
    ),
    Requirement(
        "R6",
        "Every method with every option agrees with a recomputation by other code.",
        "A method is wrong, or its check does not see it.",
        ("O.choices", "O.checks"),
    ),
    Requirement(
        "R7",
        "No row and no subject is lost between export and result.",
        "Patients are left out in silence.",
        ("O.laws",),
    ),
    Requirement(
        "R8",
        "Whole runs of reference trials give the recorded results.",
        "Parts that are right alone are wrong together.",
        ("P.results",),
    ),
    Requirement(
        "R9",
        "What is altered after a run is found and named.",
        "A report shows numbers that no run gave.",
        ("P.altered",),
    ),
    Requirement(
        "R10",
        "A reported number leads to the raw rows behind it.",
        "An auditor cannot follow a number.",
        ("P.trace",),
    ),
)
