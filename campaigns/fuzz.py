"""Property tests with many times their usual examples and a fresh seed.

`make test` gives them the same examples every time; here they are given others.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from record import ROOT, circumstances, table, write_section


def run(times: int, seed: int, words: list[str]) -> tuple[dict, int]:
    """Counts of every test, and how pytest ended; `words` are for pytest."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        variables = {
            "TRIALTRACE_CAMPAIGN": str(times),
            "TRIALTRACE_CAMPAIGN_COUNTS": str(counts),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT / "workflow")]),
        }
        pytest = ("-m", "pytest", "-p", "many_examples", f"--hypothesis-seed={seed}", *words)
        done = subprocess.run([sys.executable, *pytest], cwd=ROOT, env=os.environ | variables)
        if not counts.exists():
            sys.exit("the tests could not be run")
        return json.loads(counts.read_text()), done.returncode


def by_file(tests: dict[str, float]) -> Counter[str]:
    """Sums over the tests of each file, without "tests/" and ".py"."""
    found: Counter[str] = Counter()
    for name, number in tests.items():
        found[name.partition("::")[0].removeprefix("tests/").removesuffix(".py")] += number
    return found


def report(counts: dict, how: str) -> str:
    seconds, failed = by_file(counts["seconds"]), by_file(dict.fromkeys(counts["failed"], 1))
    rows = [
        (f"`{file}`", examples, f"{seconds[file]:.1f}", failed[file])
        for file, examples in by_file(counts["examples"]).items()
    ]
    whole = sum(counts["examples"].values()), f"{seconds.total():.1f}", failed.total()
    head = ("tests", "examples", "seconds", "failures")
    listed = "".join(f"\n- `{name}`" for name in counts["failed"])
    failures = f"\n\nFailed:\n{listed}" if listed else ""
    return f"{circumstances()} {how}\n\n{table(head, [*rows, ('all', *whole)])}{failures}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", default=["tests"], help="files or folders; else all")
    parser.add_argument("--times", type=int, default=5, help="times the examples of a usual run")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("-m", dest="marks", default="not full", help="as of pytest")
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    began = time.perf_counter()
    counts, ended = run(chosen.times, chosen.seed, ["-m", chosen.marks, *chosen.tests])
    how = f"Seed {chosen.seed}, {chosen.times} times the usual number of examples, "
    how += f"{time.perf_counter() - began:.0f} seconds."
    write_section("Fuzzing", report(counts, how))
    sys.exit(ended)


if __name__ == "__main__":
    main()
