"""Checks of rows: false alarms on true trials, slips and fabrications that they flag.

python campaigns/looks.py --true 200 --slips 4 --seed 300000
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
from rows.true_trials import Made, chosen, export_of, true_trial

from row_recipes import RECIPES
from row_slips import SLIPS, UNSEEN, Slip, spoiled_export, trial_to_spoil
from trialtrace.run.integrity.export import Export
from trialtrace.run.integrity.first_page import page_line
from trialtrace.run.integrity.look import Judged, Look, judged
from trialtrace.run.integrity.registry import look_at

Recipe = Callable[[Made, np.random.Generator], Made]
Lines = list[tuple[str, ...]]
# A flag has the right rows where so many of its patients are spoiled, or it has nearly all who are
# and few others.
SPOILED, NEARLY_ALL, FEW = 0.4, 0.9, 0.6


def true_alarms(seed: int) -> tuple[list[str], bool]:
    """The checks that flag a true trial, and whether page 1 has a red line; every second one has
    its patients in any order."""
    made, rng = trial_to_spoil(seed)
    export = spoiled_export(made)
    if seed % 2:
        export = chosen(export, rng.permutation(export.n))
    flags, red = found(export)
    return list(dict.fromkeys(one.look.check for one in flags)), red


def found(export: Export) -> tuple[list[Judged], bool]:
    """The flags of an export, and whether page 1 has a red line."""
    every = judged(look_at(export))
    line = page_line("made", every, {}, {})
    return [one for one in every if one.flagged], [one.kind for one in line] == ["unusual_rows"]


def of_slip(seed: int, slip: Slip) -> tuple[list[str], list[str], bool]:
    """The checks that flag the spoiled rows of a trial, those that flag others, and whether page 1
    has a red line."""
    true, _ = trial_to_spoil(seed)
    made, rng = trial_to_spoil(seed)
    slip(made, rng)
    before, export = spoiled_export(true), spoiled_export(made)
    flags, red = found(export)
    whose = {
        (sheet.name, int(row)): int(who)
        for sheet in export.sheets
        for row, who in zip(sheet.rows, sheet.subject, strict=True)
    }
    spoiled = changed(before, export)
    right: dict[bool, list[str]] = {True: [], False: []}
    for one in flags:
        right[_has(one.look, whose, spoiled, export.n)].append(one.look.check)
    return right[True], right[False], red


def changed(true: Export, spoiled: Export) -> set[int]:
    """The places of patients with another value, arm or site; where patients are gone, of those
    whose neighbour is another."""
    if true.n != spoiled.n:
        names = {one: at for at, one in enumerate(true.names)}
        steps = np.diff([names[one] for one in spoiled.names])
        return {int(at) + more for at in np.flatnonzero(steps > 1) for more in (0, 1)}
    made = {int(at) for at in np.flatnonzero(true.arm_or_none != spoiled.arm_or_none)}
    made |= {int(at) for at in np.flatnonzero(true.site != spoiled.site)}
    for one, other in zip(true.sheets, spoiled.sheets, strict=True):
        columns = {column.name: column.values for column in one.columns}
        for column in other.columns:
            old = columns.get(column.name, column.values)
            same = (old == column.values) | (np.isnan(old) & np.isnan(column.values))
            made |= {int(who) for who in other.subject[~same]}
    return made


def _has(look: Look, whose: dict[tuple[str, int], int], spoiled: set[int], n: int) -> bool:
    who = {whose[look.table, row] for row in look.rows}
    both = len(who & spoiled)
    if not who or not spoiled:
        return False
    whole = both >= NEARLY_ALL * len(spoiled) and len(who) <= FEW * n
    return both >= SPOILED * len(who) or whole


def fabricated(seed: int, recipe: Recipe) -> list[str]:
    """The checks that flag a fabricated trial."""
    rng = np.random.Generator(np.random.PCG64([19, seed]))
    flags, _ = found(export_of(recipe(true_trial(seed), rng)))
    return list(dict.fromkeys(one.look.check for one in flags))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--true", type=int, default=200)
    parser.add_argument("--slips", type=int, default=4)
    parser.add_argument("--seed", type=int, default=300000)
    given = parser.parse_args()
    tried = range(given.seed + given.true, given.seed + given.true + given.slips)
    with ProcessPoolExecutor() as pool:
        seeds = range(given.seed, given.seed + given.true)
        alarms = list(pool.map(true_alarms, seeds, chunksize=20))
        every = {
            slip.__name__: list(pool.map(partial(of_slip, slip=slip), tried))
            for slip in (*SLIPS, *UNSEEN)
        }
        recipes = [
            (recipe.__name__, list(pool.map(partial(fabricated, recipe=recipe), tried)))
            for recipe in RECIPES
        ]
    print(section(given, alarms, every, recipes))


def _by(checks: list[list[str]]) -> str:
    """Which check was the first, and how often."""
    first = Counter(each[0] for each in checks if each)
    return ", ".join(f"{check} {n}" for check, n in first.most_common())


def section(
    given: argparse.Namespace,
    alarms: list[tuple[list[str], bool]],
    slips: dict[str, list[tuple[list[str], list[str], bool]]],
    recipes: list[tuple[str, list[list[str]]]],
) -> str:
    """What was measured, and tables of slips and of fabrications."""
    by = Counter(check for checks, _ in alarms for check in checks)
    told = ", ".join(f"{check} {count}" for check, count in by.most_common()) or "none"
    tried = [one for every in slips.values() for one in every]
    right = sum(bool(one[0]) for one in tried)
    red = sum(one[2] for one in tried)
    any_, of_page = sum(bool(checks) for checks, _ in alarms), sum(is_red for _, is_red in alarms)
    lines = [
        (
            f"`{name}`",
            f"{sum(bool(one[0]) for one in every)} of {len(every)}",
            str(sum(one[2] for one in every)),
            _by([one[0] for one in every]),
        )
        for name, every in slips.items()
    ]
    made = [
        (f"`{name}`", f"{sum(map(bool, every))} of {len(every)}", _by(every))
        for name, every in recipes
    ]
    return f"""\
Written by `python campaigns/looks.py --true {given.true} --slips {given.slips} --seed \
{given.seed}`, on seeds that nobody had seen. {circumstances()} Trials, slips and recipes are \
ours: the figures say what the checks do on these, not how often data are spoiled or fabricated.

True trials, every second with its patients in any order: a red line on page 1 in \
{share(of_page, given.true)} (goal at most 2 %), any flag in {share(any_, given.true)} (goal at \
most 10 %), by {told}.

Slips flagged with the right rows: {share(right, len(tried))}; with a red line: {red}.

{table(("slip", "flagged with its rows", "red", "by the check"), lines)}

Fabrications after published recipes.

{table(("recipe", "flagged", "by the check"), made)}"""


if __name__ == "__main__":
    main()
