"""Looks at rows: false alarms on true trials, slips and fabrications that they find.

python campaigns/looks.py --true 2000 --slips 40 --seed 300000
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from honest_papers.tally import share
from record import ROOT, circumstances, table

sys.path.insert(0, str(ROOT / "tests" / "helpers"))

import numpy as np
from rows.recipes import RECIPES
from rows.spoiled import FOUND_BY, UNSEEN, Slip, spoiled_export, trial_to_spoil
from rows.true_trials import VISITS, Made, chosen, export_of, true_trial

from trialtrace.run.endpoints.known import chances_of
from trialtrace.run.integrity.look import PAGE_LEVEL, UNEQUAL, judged
from trialtrace.run.integrity.registry import OF_ROWS, WEIGHTS, look_at

Recipe = Callable[[Made, np.random.Generator], Made]
Lines = list[tuple[str, ...]]


def unusual(seed: int, slip: Slip | None = None) -> list[str]:
    """The checks that find a trial unusual; every second true one has its patients in any order."""
    made, rng = trial_to_spoil(seed)
    if slip:
        slip(made, rng)
    export = spoiled_export(made)
    if slip is None and seed % 2:
        export = chosen(export, rng.permutation(export.n))
    looks = judged(look_at(export, OF_ROWS), WEIGHTS)
    red = list(dict.fromkeys(one.look.check for one in looks if one.adjusted < PAGE_LEVEL))
    return red if slip else [*red, *unequal(made, seed)]


def unequal(made: Made, seed: int) -> list[str]:
    """Whether outcomes are known unequally by arm where losses have nothing to do with it: who
    leaves is lost to all outcomes; in one third of the trials deaths differ between arms, in one
    third sites are randomised and lose patients together."""
    rng, n = np.random.Generator(np.random.PCG64([29, seed])), made.n
    arm, site, died = made.arm, None, np.full(n, VISITS)
    rate = np.full(n, rng.uniform(0.02, 0.25))
    if seed % 3 == 1:
        dies = rng.random(n) < np.where(arm == 1, 0.15, 0.4)
        died = np.where(dies, rng.integers(0, VISITS, n), VISITS)
    if seed % 3 == 2:
        sites = int(rng.integers(8, 30))
        site = rng.integers(0, sites, n).astype(float)
        arm = rng.permutation(np.arange(sites) % 2)[site.astype(int)]
        rate = rng.beta(2, 2 / rng.uniform(0.05, 0.2) - 2, sites)[site.astype(int)]
    left = np.where(rng.random(n) < rate, rng.integers(0, VISITS, n), VISITS)
    gone = np.arange(VISITS) >= np.minimum(left, died)[:, None]
    there = {name: ~np.isnan(values) & ~gone for name, (_, values, _) in made.visits.items()}
    looked_at = [
        (name, str(v), of[:, v], died <= v) for name, of in there.items() for v in range(VISITS)
    ]
    found = chances_of(looked_at, {str(a): arm == a for a in (0, 1)}, site)
    return ["known"] if any(p < UNEQUAL for p, _, _ in found) else []


def fabricated(seed: int, recipe: Recipe) -> list[str]:
    """The checks of both pages that find a fabricated trial unusual."""
    rng = np.random.Generator(np.random.PCG64([19, seed]))
    looks = judged(look_at(export_of(recipe(true_trial(seed), rng))))
    return list(dict.fromkeys(one.look.check for one in looks if one.unusual))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--true", type=int, default=2000)
    parser.add_argument("--slips", type=int, default=40)
    parser.add_argument("--seed", type=int, default=300000)
    given = parser.parse_args()
    tried = range(given.seed + given.true, given.seed + given.true + given.slips)
    with ProcessPoolExecutor() as pool:
        seeds = range(given.seed, given.seed + given.true)
        alarms = [checks for checks in pool.map(unusual, seeds, chunksize=20) if checks]
        slips = [
            _line(slip.__name__, list(pool.map(partial(unusual, slip=slip), tried)))
            for slip in (*FOUND_BY, *UNSEEN)
        ]
        recipes = [
            _line(recipe.__name__, list(pool.map(partial(fabricated, recipe=recipe), tried)))
            for recipe in RECIPES
        ]
    print(section(given, alarms, slips, recipes))


def _line(name: str, found: list[list[str]]) -> tuple[str, ...]:
    """A line of a table: how many were found, and by which check first."""
    first = Counter(checks[0] for checks in found if checks)
    by = ", ".join(f"{check} {n}" for check, n in first.most_common())
    return f"`{name}`", f"{first.total()} of {len(found)}", by


def section(
    given: argparse.Namespace, alarms: list[list[str]], slips: Lines, recipes: Lines
) -> str:
    """What was measured, and tables of slips and of fabrications."""
    by = Counter(check for checks in alarms for check in checks)
    told = ", ".join(f"{check} {count}" for check, count in by.most_common()) or "none"
    of = f"--true {given.true} --slips {given.slips} --seed {given.seed}"
    return f"""\
Written by `python campaigns/looks.py {of}`, on seeds that nobody had seen. {circumstances()}
Trials, slips and recipes are ours (the slips after what others had tried), so the figures say what
the checks do on these, not how often trials are spoiled or fabricated.

True trials with a red line, every second with its patients in any order (goal at most 2 %):
{share(len(alarms), given.true)}; by check: {told}.

Slips, {given.slips} trials each. The last can be seen by nobody: each value is one that a patient
may have.

{table(("slip", "told on page 1", "by the check"), slips)}

Fabrications after published recipes, {given.slips} trials each, by the looks of both pages.

{table(("recipe", "found", "by the check"), recipes)}"""


if __name__ == "__main__":
    main()
