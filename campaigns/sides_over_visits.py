"""How often each analysis of two sides over visits finds a treatment that is none.

`python campaigns/sides_over_visits.py` draws patients whose two sides do not differ on average, and
writes docs/sides-over-visits.md. About two minutes. The seed is fixed: the same page every time.
"""

import numpy as np
from scipy.special import stdtr

from trialtrace.ground.arrays import Floats
from trialtrace.ground.paths import project
from trialtrace.ground.store import write_text
from trialtrace.stats.repeated.anova_batch import rm_anova_batch

PAGE = "docs/sides-over-visits.md"
PATIENTS, VISITS, LEVEL, SEED = 22, 4, 0.05, 20261121
DRAWS, CHUNK, SWAPS = 100_000, 1_000, 999
# Standard deviations of a side's slope per visit, in those of a single measurement's error.
SLOPES = (0.0, 0.5, 1.0)
LATER = ("first later visit", "second", "third")
EACH = {
    "paired": "paired t of the change, t(21)",
    "swapped": "sides laid anew: 999 of the 4,194,304 ways, drawn",
    "symmetric": "mixed model with compound symmetry, t(126)",
}
OVERALL = {
    "uncorrected": "analysis of variance, F(3, 63)",
    "greenhouse_geisser": "the same by Greenhouse and Geisser's ε",
}
TEXT = """\
# Two sides of a patient over visits: which analysis keeps its level

*Written by `python campaigns/sides_over_visits.py`.*

A patient's two sides are treated differently and measured at {visits} visits, the first of them
before the treatment. Here neither treatment does anything: {draws:,} data sets of {patients}
patients are drawn, each side of each patient with a level of its own and, in the lower rows, a
slope of its own over the visits, as sides have that grow weak at different pace. The error of one
measurement has a standard deviation of 1; that of the slopes per visit is told. A test at 0.05
should call one in twenty of these data sets different.

## At each later visit

The difference of the sides in their change since the first visit:

{each}

- The paired t test and the exact one hold their level at every visit. The mixed model of the
  differences, with an unstructured covariance and Kenward and Roger's degrees of freedom, is the
  same test as the paired t where every patient has every visit (tests hold it to that), so it has
  no line.
- The model with an intercept of the patient and of each side takes any two visits to be equally
  alike. It pools one error over all visits, on 126 degrees of freedom. With slopes of the sides the
  error of a change grows with time: pooled, it is too large early, and too small late.

## All visits together

The interaction of side and visit, one test of all visits:

{overall}

- Slopes make the differences of visits unequal: the uncorrected test finds too much, and the ε of
  Greenhouse and Geisser corrects that. Which correction counts stands in a plan before the data;
  Mauchly's test does not decide it.

The standard error of a share of 0.05 is {error:.4f} here, of 0.15 {larger:.4f}: about a tenth, or
less, of the differences from 0.05 that are pointed out.
"""


def drawn(rng: np.random.Generator, draws: int, slope: float) -> Floats:
    """Values (draws, patients, sides, visits); a patient's own level would cancel out."""
    shape = (draws, PATIENTS, 2, 1)
    values: Floats = rng.normal(size=shape) + slope * rng.normal(size=shape) * np.arange(VISITS)
    return values + rng.normal(size=(*shape[:3], VISITS))


def p_values(values: Floats, swaps: Floats) -> dict[str, Floats]:
    """p by each analysis: of each later visit (draws, visits - 1), or of all (draws,)."""
    n = values.shape[1]
    gaps = values[:, :, 0] - values[:, :, 1]
    change = gaps[:, :, 1:] - gaps[:, :, :1]
    mean, sd = change.mean(axis=1), change.std(axis=1, ddof=1)
    laid = np.abs(np.tensordot(swaps, change, axes=(1, 1))) / n
    reached = (laid >= np.abs(mean) - 1e-12).sum(axis=0)
    overall = rm_anova_batch(gaps)
    return {
        "paired": 2 * stdtr(n - 1, -np.abs(mean) / (sd / np.sqrt(n))),
        "swapped": (1 + reached) / (1 + len(swaps)),
        "symmetric": _symmetric(values, mean),
        "uncorrected": overall.within.p_value,
        "greenhouse_geisser": overall.within.p_at(overall.epsilon_gg),
    }


def _symmetric(values: Floats, mean: Floats) -> Floats:
    """p of the model with intercepts of the patient and of each side, all values there.

    Its error is what is left of the values beside the means of each side of a patient and of each
    side at a visit; that of a difference of changes has four such errors.
    """
    _, n, sides, visits = values.shape
    left = values - values.mean(axis=3, keepdims=True)
    left -= left.mean(axis=1, keepdims=True)
    df = sides * (n - 1) * (visits - 1)
    variance = (left**2).sum(axis=(1, 2, 3)) / df
    return np.asarray(2 * stdtr(df, -np.abs(mean) / np.sqrt(4 * variance / n)[:, None]))


def shares(slope: float, draws: int, seed: int) -> dict[str, Floats]:
    """The share of data sets with p at or below the level, by analysis; of each visit or of all."""
    rng = np.random.default_rng([seed, round(1000 * slope)])
    counts: dict[str, Floats] = {}
    for _ in range(draws // CHUNK):
        swaps = rng.choice([-1.0, 1.0], size=(SWAPS, PATIENTS))
        for name, p in p_values(drawn(rng, CHUNK, slope), swaps).items():
            counts[name] = counts.get(name, np.zeros(p.shape[1:])) + (p <= LEVEL).sum(axis=0)
    return {name: count / (CHUNK * (draws // CHUNK)) for name, count in counts.items()}


def page(found: dict[float, dict[str, Floats]]) -> str:
    each = [("slopes", "analysis", *LATER), ("---:", "---", *("---:",) * len(LATER))]
    overall = [("slopes", "analysis", "called different"), ("---:", "---", "---:")]
    for slope, by in found.items():
        each += [(f"{slope:g}", title, *map(_share, by[name])) for name, title in EACH.items()]
        overall += [(f"{slope:g}", title, _share(by[name])) for name, title in OVERALL.items()]
    return TEXT.format(
        visits="four",
        draws=DRAWS,
        patients=PATIENTS,
        each="\n".join(map(_line, each)),
        overall="\n".join(map(_line, overall)),
        error=np.sqrt(0.05 * 0.95 / DRAWS),
        larger=np.sqrt(0.15 * 0.85 / DRAWS),
    )


def _share(value: Floats) -> str:
    return f"{value:.3f}"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    told = {slope: shares(slope, DRAWS, SEED) for slope in SLOPES}
    write_text(project().root / PAGE, page(told))
