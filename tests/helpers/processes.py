"""Which tests go to one process, how long they take, and what begins first.

pytest-xdist's own groups are a suffix of `_nodeid`, which pytest has not read since 9.2: they would
send each test to any process, and each process would make what a file or a folder shares.
"""

import csv
from collections import Counter
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

# Files of these folders share a fixture of the session.
SHARED = (
    "tests/workflow/",
    "tests/results/",
    "tests/spec/archive/",
    "tests/spec/checks/",
    "tests/spec/cli/",
    "tests/spec/interchange/",
    "tests/spec/synthetic/",
    "tests/spec/verify/",
    "tests/unit/trace/",
)
# Seconds of files that take one or more, by a run of all tests with --seconds.
TABLE = Path(__file__).resolve().parents[1] / "seconds.csv"


def together(nodeid: str) -> str:
    """The folder or file with which a test is sent."""
    file = nodeid.split("::", 1)[0]
    return next((folder for folder in SHARED if file.startswith(folder)), file)


def seconds() -> Counter[str]:
    """What a folder or file takes; one that is not there takes less than a second."""
    taken: Counter[str] = Counter()
    with TABLE.open(newline="") as table:
        for file, number in csv.reader(table):
            taken[together(file)] += int(number)
    return taken


def write_seconds(taken: Counter[str]) -> None:
    """The table anew, from the seconds of each file."""
    rows = [(file, int(number)) for file, number in taken.most_common() if number >= 1]
    with TABLE.open("w", newline="") as table:
        csv.writer(table, lineterminator="\n").writerows(rows)


class FilesAndFolders(LoadScopeScheduling):
    """Sends each file or folder as a whole; the longest begins, so that none is waited for."""

    def __init__(self, config, log) -> None:
        super().__init__(config, log)
        self.seconds = seconds()

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def _assign_work_unit(self, node) -> None:
        # Of equal ones the queue begins with that of the most tests, and `max` takes the first.
        self.workqueue.move_to_end(max(self.workqueue, key=self.seconds.__getitem__), last=False)
        super()._assign_work_unit(node)
