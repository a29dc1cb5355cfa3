"""How far z of a log-rank test lies from Wald's z of the hazard ratio of the same patients.

`python campaigns/log_rank.py` draws trials of two groups, without ties, and writes a section of
docs/campaigns.md. A few seconds. The check `claims.prints.log_rank` rests on its figures.
"""

import numpy as np

from record import circumstances, table, write_section
from trialtrace.ground.arrays import Floats

TRIALS, SEED = 20_000, 20261121
BANDS = ((1, 2), (2, 3), (3, 5), (5, 8))
TEXT = """\
{how}

{kept:,} trials of 20 to 800 patients, one to three quarters of them in the first group, by chance;
exponential times with a log hazard ratio of standard deviation 0.6, in half of the trials with
Weibull shapes of their own, so that hazards cross; times censored at random and at the end. Kept
are those with five events or more in each group and an estimate between 1/4 and 4. Both z are of
the partial likelihood, by Newton's steps.

{table}

All: {least:.3f} to {most:.3f}."""


def drawn(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Times, events and groups of one trial."""
    n = int(np.exp(rng.uniform(np.log(20), np.log(800))))
    group = (rng.random(n) < rng.uniform(1 / 4, 3 / 4)).astype(float)
    ratio = np.exp(rng.normal(0, 0.6))
    shapes = np.exp(rng.normal(0, 0.4, 2)) if rng.random() < 0.5 else np.ones(2)
    hazard = rng.exponential(size=n)
    time = np.where(group == 1, (hazard / ratio) ** (1 / shapes[0]), hazard ** (1 / shapes[1]))
    lost = rng.exponential(size=n) * np.exp(rng.normal(0, 1))
    end = np.minimum(lost, np.quantile(time, rng.uniform(0.3, 1)))
    return np.minimum(time, end), (time <= end).astype(float), group


def both_z(time: Floats, event: Floats, group: Floats) -> tuple[float, float] | None:
    """z of the score test at no difference, and of Wald; None for what is not kept."""
    order = np.argsort(time, kind="stable")
    event, group = event[order] > 0, group[order]
    first = group[::-1].cumsum()[::-1]
    other = np.arange(len(time), 0, -1) - first
    first, other, own = first[event], other[event], group[event]
    if min(own.sum(), len(own) - own.sum()) < 5:
        return None
    share = first / (first + other)
    score = (own - share).sum() / np.sqrt((share * (1 - share)).sum())
    b = 0.0
    for _ in range(50):
        share = first * np.exp(b) / (first * np.exp(b) + other)
        information = (share * (1 - share)).sum()
        step = np.clip((own - share).sum() / information, -1, 1)
        b += step
        if abs(step) < 1e-10:
            break
    return (score, b * np.sqrt(information)) if abs(b) < np.log(4) else None


def main() -> None:
    rng = np.random.default_rng(SEED)
    found = np.array([z for _ in range(TRIALS) if (z := both_z(*drawn(rng))) is not None])
    size = abs(found).max(axis=1)
    factor = found[:, 0] / found[:, 1]
    rows = []
    for low, high in BANDS:
        band = (size >= low) & (size < high)
        apart = abs(found[band, 0] - found[band, 1]).max()
        rows.append(
            (
                f"{low} to {high}",
                band.sum(),
                f"{factor[band].min():.3f}",
                f"{np.median(factor[band]):.3f}",
                f"{factor[band].max():.3f}",
                f"{apart:.3f}",
            )
        )
    head = ("size of z", "trials", "least factor", "median", "greatest", "furthest apart")
    over = size >= BANDS[0][0]
    text = TEXT.format(
        how=circumstances(),
        kept=len(found),
        table=table(head, rows),
        least=factor[over].min(),
        most=factor[over].max(),
    )
    write_section("A log-rank test beside a hazard ratio", text)


if __name__ == "__main__":
    main()
