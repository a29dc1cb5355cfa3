"""How much of a hidden count can be computed from a release; prints a table.

`python campaigns/disclosure.py` releases random trials under each of four presets until 2,500
counts are hidden, and attacks what is published (`campaigns/disclosed/`). Beside it the same trials
with a threshold alone: small counts are left out, and nothing else. `--counts 500` stops earlier.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from disclosed.attack import Attack, tally
from disclosed.trials import RandomTrial
from record import circumstances, table
from trialtrace.report.interchange.ard import ard
from trialtrace.run.disclosure.cells import cross_classified
from trialtrace.run.disclosure.presets import PRESETS, Preset
from trialtrace.run.disclosure.release import Release, Released

COUNTS = 2_500
TOLD_SO = (
    '"Told so" are counts of which the release itself says that what it tells exactly leaves fewer '
    "than three values."
)
ROUNDING = {"opensafely": "opensafely", "midpoint6": "midpoint6"}


def released(trial: RandomTrial, preset: Preset) -> tuple[Attack, int]:
    """The attack on a release, and how many counts the release itself says are bounded."""
    release = Release(
        trial.rows, trial.members, trial.subjects, trial.arms, preset, levels=trial.levels
    )
    hidden = set()
    for name, roles in release.cells.of.items():
        for which, role in (("value", "value"), ("whole", "denominator")):
            number = roles.get(role)
            if number is not None and release.protection.guarded(number):
                hidden.add((name, which))
    rounding = ROUNDING.get(preset.name, "exact")
    return Attack(ard(release.listed(release.told())), rounding, hidden), release.bounded


def thresholded(trial: RandomTrial, preset: Preset) -> Attack:
    """The results with small counts left out and all else as it is: what is done by hand."""
    told = []
    for row in trial.rows:
        counted = row["stat_name"] in ("count", "missing")
        held = preset.everywhere or cross_classified(row, trial.members[row["result_id"]])
        if counted and held and preset.too_small(round(row["stat_value"])):
            row = row | {"stat_value": None, "stat_text": "hidden"}
        told.append(Released(row))
    return Attack(ard(told))


def attacked(
    numbers: Iterable[int], preset: Preset, *, naive: bool
) -> Iterator[tuple[Counter, int]]:
    """Of each trial how many hidden counts can have how many values, and how many are bounded."""
    for number in numbers:
        trial = RandomTrial(number)
        attack, bounded = (thresholded(trial, preset), 0) if naive else released(trial, preset)
        yield tally(attack.values()), bounded


def until(counts: int, preset: Preset, *, naive: bool) -> tuple[Counter, int, int]:
    total: Counter = Counter()
    known = trials = 0
    for found, bounded in attacked(range(1_000_000), preset, naive=naive):
        total += found
        known += bounded
        trials += 1
        if total.total() >= counts:
            break
    return total, known, trials


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, default=COUNTS)
    parser.add_argument("--preset", choices=tuple(PRESETS))
    asked = parser.parse_args()
    rows = []
    for preset in PRESETS.values():
        if asked.preset in (None, preset.name):
            for naive in (False, True) if preset.small else (False,):
                began = time.monotonic()
                found, bounded, trials = until(asked.counts, preset, naive=naive)
                name = "threshold alone" if naive else "release"
                rows.append((preset.name, name, trials, found.total(), found[1], found[2], bounded))
                print(*rows[-1], f"{time.monotonic() - began:.0f} s", flush=True)
    heads = ("preset", "what", "trials", "hidden counts", "one value left", "two left", "told so")
    print(f"{circumstances()}\n\n{table(heads, rows)}\n{TOLD_SO}")


if __name__ == "__main__":
    main()
