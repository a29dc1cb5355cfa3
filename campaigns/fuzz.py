"""Property tests with many times their usual examples and a fresh seed."""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import ROOT, circumstances, table, write_section

TESTS = tuple(
    f"tests/unit/{name}"
    for name in (
        "config/test_config_mutations.py",
        "config/test_config_files.py",
        "core/test_core_conditions_reference.py",
        "core/test_core_store.py",
        "cleaning/test_cleaning_conservation.py",
        "cleaning/test_cleaning_parsers.py",
        "claims/test_claims_agreement.py",
        "claims/test_claims_printed.py",
        "analyses/test_analyses_rows.py",
        "endpoints/test_endpoint_properties.py",
    )
)


def run(times: int, seed: int, more: list[str]) -> tuple[dict, int]:
    """Counts of every test, and how pytest ended."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        variables = {
            "TRIALTRACE_CAMPAIGN": str(times),
            "TRIALTRACE_CAMPAIGN_COUNTS": str(counts),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT / "workflow")]),
        }
        words = ("-m", "pytest", "-p", "many_examples", f"--hypothesis-seed={seed}", *more, *TESTS)
        done = subprocess.run([sys.executable, *words], cwd=ROOT, env=os.environ | variables)
        if not counts.exists():
            sys.exit("the tests could not be run")
        return json.loads(counts.read_text()), done.returncode


def report(counts: dict, how: str) -> str:
    rows = [
        (f"`{Path(name.partition('::')[0]).stem}`: {name.partition('::')[2]}", examples,
         f"{counts['seconds'][name]:.1f}", sum(f.startswith(name) for f in counts["failed"]))
        for name, examples in counts["examples"].items()
    ]  # fmt: skip
    seconds = sum(counts["seconds"].values())
    whole = sum(counts["examples"].values()), f"{seconds:.1f}", len(counts["failed"])
    head = ("test", "examples", "seconds", "failures")
    return f"{circumstances()} {how}\n\n{table(head, [*rows, ('all', *whole)])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="times the examples of a usual run")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("-m", dest="marks", default="not slow", help="as of pytest")
    chosen = parser.parse_args()
    began = time.perf_counter()
    counts, ended = run(chosen.times, chosen.seed, ["-m", chosen.marks])
    how = f"Seed {chosen.seed}, {chosen.times} times the usual number of examples, "
    how += f"{time.perf_counter() - began:.0f} seconds."
    write_section("Fuzzing", report(counts, how))
    sys.exit(ended)


if __name__ == "__main__":
    main()
