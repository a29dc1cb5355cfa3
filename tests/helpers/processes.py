"""Which tests of a run by several processes stay together, and what begins first.

pytest-xdist's own groups are a suffix of `_nodeid`, which pytest has not read since 9.2: they would
send each test to any process, and each process would make what a file or a folder shares.
"""

from xdist.scheduler import LoadScopeScheduling

# Files of a folder that share a fixture of the session go to one process, any other file alone;
# what takes longest begins first, so that no process waits for the last one at the end.
LONGEST_FIRST = (
    "tests/workflow/",
    "tests/oracle/test_rerun_r.py",
    "tests/spec/checks/",
    "tests/results/",
    "tests/unit/report/",
    "tests/spec/ingest_clean/test_spoiled_exports.py",
    "tests/spec/archive/",
    "tests/spec/synthetic/",
    "tests/spec/docs/test_site.py",
    "tests/spec/verify/",
    "tests/spec/claims/",
    "tests/spec/disclosure/test_sentinels.py",
    "tests/spec/audit/test_audit_file.py",
    "tests/oracle/test_oracle.py",
    "tests/spec/cli/",
    "tests/spec/interchange/",
    "tests/spec/derive/",
    "tests/unit/trace/",
)


RANK = {whole: rank for rank, whole in enumerate(LONGEST_FIRST)}


def together(nodeid: str) -> str:
    """The folder or file with which a test is sent."""
    file = nodeid.split("::", 1)[0]
    return next((whole for whole in LONGEST_FIRST if file.startswith(whole)), file)


class FilesAndFolders(LoadScopeScheduling):
    """Sends each file or folder as a whole: those of the table, then those of the most tests."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)

    def _assign_work_unit(self, node) -> None:
        # The queue begins with the most tests; `min` takes the first of equal rank.
        first = min(self.workqueue, key=lambda whole: RANK.get(whole, len(RANK)))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
