"""Record what the baseline holds of its trials: `baseline.py --write [TRIAL ...]`.

Without --write it compares, as test_baseline.py does. The inputs beside the tables are never
written: they are the configurations and exports as of one commit.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from baseline_compare import write_tables
from baseline_trials import (
    BASELINE,
    baseline_project,
    compare_whole_run,
    parts_of,
    run_by_snakemake,
    tables_of,
    trials,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="record instead of comparing")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("trial", nargs="*", help="trials of the baseline; all by default")
    asked = parser.parse_args()
    names = asked.trial or trials()
    if unknown := {*names} - {*trials()}:
        parser.error(f"{', '.join(sorted(unknown))}: the baseline has {', '.join(trials())}")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        at = baseline_project(Path(folder), names)
        run_by_snakemake(at, asked.cores)
        for name in names:
            if asked.write:
                write_tables(BASELINE / name, tables_of(at, name, parts_of(at, name)))
            else:
                found += filter(None, [compare_whole_run(at, name)])
    print("\n\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
