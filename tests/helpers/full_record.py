"""The record of the last run in which every test passed, `tests/full.json`.

python tests/helpers/full_record.py clean
    fails unless the work tree is that of the last commit, so that what is tested has a name
python tests/helpers/full_record.py write COMMIT REPORT SECONDS
    writes the record from pytest's report (JUnit XML), if all tests passed and none was skipped
python tests/helpers/full_record.py check
    fails where the record is missing, is of another history or lies too far back
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
FILE = "tests/full.json"
# Commits of the package or the tests after which everything is to be run again.
MOST_COMMITS = 150
AGAIN = f"Run `make test-all` on a clean work tree as root and commit {FILE}."


class Refused(Exception):
    """The record cannot be written, or does not hold."""


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=False)


def _asked(root: Path, *words: str) -> str:
    done = _git(root, *words)
    if done.returncode:
        raise Refused(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def tree_hash(root: Path, commit: str) -> str:
    """SHA-256 over the files of a commit, without the record itself."""
    files = _asked(root, "ls-tree", "-r", "--full-tree", commit).splitlines()
    kept = [line for line in files if not line.endswith(f"\t{FILE}")]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def require_clean(root: Path) -> None:
    """Raise Refused where a file but the record differs from the last commit."""
    status = _asked(root, "status", "--porcelain", "--", ".", f":(exclude){FILE}")
    if status:
        raise Refused(f"The work tree has changes that are in no commit:\n{status}")


def counts(report: Path) -> dict[str, int]:
    """How many tests passed, failed and were skipped, from JUnit XML."""
    suites = [*ElementTree.parse(report).getroot().iter("testsuite")]
    total = {
        name: sum(int(suite.attrib[name]) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = total["failures"] + total["errors"]
    passed = total["tests"] - failed - total["skipped"]
    return {"passed": passed, "failed": failed, "skipped": total["skipped"]}


def write(root: Path, commit: str, report: Path, seconds: int) -> None:
    """Write the record of a commit; raise Refused unless all of its tests passed."""
    require_clean(root)
    if (head := _asked(root, "rev-parse", "HEAD")) != commit:
        raise Refused(f"The tests began on {commit}, and the last commit is now {head}.")
    found = counts(report)
    if found["failed"] or found["skipped"] or not found["passed"]:
        raise Refused(f"Not every test passed, so {FILE} is not written: {found}")
    record = {"commit": commit, "tree": tree_hash(root, commit)} | found | {"seconds": seconds}
    (root / FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def check(root: Path) -> str:
    """Return how far back the record lies; raise Refused where it does not hold."""
    path = root / FILE
    if not path.is_file():
        raise Refused(f"{FILE} is missing: no run of all tests is recorded. {AGAIN}")
    record = json.loads(path.read_text(encoding="utf-8"))
    commit = record["commit"]
    if record["failed"] or record["skipped"]:
        raise Refused(f"{FILE} is of a run with failed or skipped tests. {AGAIN}")
    if _asked(root, "rev-parse", "--is-shallow-repository") == "true":
        return f"This clone is shallow: how far back {commit} lies, where all passed, is not known."
    if _git(root, "merge-base", "--is-ancestor", commit, "HEAD").returncode:
        raise Refused(
            f"{FILE}: commit {commit} is not in the history of this checkout: it was rebased after "
            f"its tests. {AGAIN}"
        )
    if tree_hash(root, commit) != record["tree"]:
        raise Refused(f"{FILE}: the files of commit {commit} are not those tested. {AGAIN}")
    paths = ("workflow", "tests", f":(exclude){FILE}")
    since = int(_asked(root, "rev-list", "--count", f"{commit}..HEAD", "--", *paths))
    if since > MOST_COMMITS:
        raise Refused(
            f"{FILE}: {since} commits of workflow/ or tests/ since all tests passed at {commit}, "
            f"{MOST_COMMITS} at most. {AGAIN}"
        )
    return f"All {record['passed']} tests passed at {commit}, {since} commits ago."


def main(words: list[str]) -> int:
    try:
        match words:
            case ["clean"]:
                require_clean(ROOT)
            case ["write", commit, report, seconds]:
                write(ROOT, commit, Path(report), int(seconds))
            case ["check"]:
                print(check(ROOT))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
