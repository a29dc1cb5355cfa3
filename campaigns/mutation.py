"""Small faults in named modules: do their own unit tests see them?

Each mutant is run in a copy of the checkout. The sample is drawn from all mutants by the seed, the
same share of every module.
"""

import argparse
import ast
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from mutants import Mutant, mutants
from record import ROOT, circumstances, copy_checkout, table, write_section

PACKAGE = Path("workflow/trialtrace")
UNIT = "tests/unit"
TESTS = {
    "run/tables/conditions.py": (
        f"{UNIT}/ground/test_base_conditions.py",
        f"{UNIT}/ground/test_base_conditions_reference.py",
    ),
    "run/tables/contracts/tables.py": (f"{UNIT}/ground/test_base_contracts.py",),
    "audit/printed/agreement.py": (f"{UNIT}/claims/test_claims_agreement.py",),
    "run/cleaning/values.py": (
        f"{UNIT}/cleaning/test_cleaning_values.py",
        f"{UNIT}/cleaning/test_cleaning_parsers.py",
    ),
    "run/methods/analysing/rows.py": (f"{UNIT}/methods/test_analyses_rows.py",),
    "base/store.py": (f"{UNIT}/ground/test_base_store.py",),
}


@dataclass
class Tried:
    module: str
    mutant: Mutant
    fate: str


def passes(copy: Path, tests: tuple[str, ...], limit: float) -> bool | None:
    """Whether the tests pass; None where they took too long."""
    words = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests)
    variables = {"PYTHONPATH": str(copy / "workflow"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=copy,
            env=os.environ | variables,
            timeout=limit,
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode == 0


def fate(copy: Path, module: str, source: str, limit: float) -> str:
    """What becomes of a module with this source."""
    path = copy / PACKAGE / module
    kept = path.read_bytes()
    path.write_text(source)
    try:
        passed = passes(copy, TESTS[module], limit)
    finally:
        path.write_bytes(kept)
    return {None: "out of time", True: "survived", False: "killed"}[passed]


def campaign(copy: Path, chosen: dict[str, list[Mutant]], limit: float) -> list[Tried]:
    tried = []
    for module, some in chosen.items():
        whole = ast.unparse(ast.parse((ROOT / PACKAGE / module).read_text()))
        if fate(copy, module, whole, limit) != "survived":
            sys.exit(f"{module}: its tests fail without a mutation")
        for mutant in some:
            tried.append(Tried(module, mutant, fate(copy, module, mutant.source, limit)))
            print(f"{module}:{mutant.line}: {tried[-1].fate}", flush=True)
    return tried


def draw(every: dict[str, list[Mutant]], sample: int, seed: int) -> dict[str, list[Mutant]]:
    """The same share of every module, at least one of each; 0 takes all."""
    total, generator = sum(map(len, every.values())), random.Random(seed)
    if not 0 < sample < total:
        return every
    share = sample / total
    return {
        module: sorted(generator.sample(some, max(1, int(share * len(some)))), key=lambda m: m.line)
        for module, some in every.items()
    }


def report(every: dict[str, list[Mutant]], tried: list[Tried], how: str, seconds: float) -> str:
    rows = []
    for module, some in every.items():
        fates = [one.fate for one in tried if one.module == module]
        counts = [fates.count(name) for name in ("killed", "out of time", "survived")]
        rows.append((f"`{module}`", len(some), len(fates), *counts))
    rows.append(("all", *(sum(row[place] for row in rows) for place in range(1, 6))))
    head = ("module", "mutants", "tried", "killed", "out of time", "survived")
    listed = [
        f"- `{one.module}` line {one.mutant.line}: `{one.mutant.before}` → `{one.mutant.after}`"
        for one in tried
        if one.fate == "survived"
    ]
    survivors = "\n".join(listed) if listed else "None survived."
    last = f"{how} {seconds:.0f} seconds."
    return f"{circumstances()} {last}\n\n{table(head, rows)}\n\nSurvivors:\n\n{survivors}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=90, help="mutants to try; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60, help="seconds for a mutant's tests")
    parser.add_argument("--module", choices=TESTS, action="append", help="this module alone")
    chosen = parser.parse_args()
    named = chosen.module or list(TESTS)
    every = {name: list(mutants((ROOT / PACKAGE / name).read_text())) for name in named}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        copy_checkout(Path(folder))
        some = draw(every, chosen.sample, chosen.seed)
        tried = campaign(Path(folder), some, chosen.limit)
    text = report(every, tried, f"Seed {chosen.seed}.", time.perf_counter() - began)
    write_section("Mutation", text)


if __name__ == "__main__":
    main()
