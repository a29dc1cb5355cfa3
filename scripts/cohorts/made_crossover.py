"""Draws made_crossover, an invented trial of two treatments, each for a period, in 40 patients.

Every number is an assumption, the same for both treatments, so that whatever difference between
them a table shows is chance. The second period is easier than the first.
"""

import numpy as np

from trialtrace.run.synthetic.drawing import Draw, Frames, Mess, between, likely

TRUTH = {"patients": 40}
# Nothing of the trial was published.
PUT_IN = ()


def draw(seed: int, truth: dict | None = None) -> Frames:
    """The files of the export; under a `truth` without errors."""
    told, made = TRUTH | (truth or {}), Draw(seed)
    sequence = made.shuffled("sequence", {"BD": told["patients"] // 2, "DB": told["patients"] // 2})
    n = len(sequence)
    patient = np.array([f"C{number:02d}" for number in range(1, n + 1)])
    who, period = np.repeat(np.arange(n), 2), np.tile([1, 2], n)
    bright = (sequence[who] == "BD") == (period == 1)
    minutes = made.score("minutes", 2 * n, within=who, correlation=0.6)
    rested = made.score("rested", 2 * n, within=who, correlation=0.4)
    came = (period == 1) | ~made.yes("left", 0.07, n)[who]
    periods = {
        "record_id": patient[who],
        "period": period,
        "treatment": np.where(bright, "bright", "dim"),
        "minutes": between(minutes, np.where(period == 1, 38, 34), 12, 3, 120, 1),
        "rested": likely(rested, np.where(period == 1, 0.45, 0.5)),
    }
    frames: Frames = {
        "patients.csv": {
            "record_id": patient,
            "sequence": sequence,
            "age": between(made.score("age", n), 44, 11, 18, 75, 1),
            "sex": np.where(made.yes("sex", 0.6, n), "f", "m"),
            "washout": made.integers("washout", 14, 18, n),
        },
        "periods.csv": {name: values[came] for name, values in periods.items()},
    }
    if truth is None:
        Mess(frames, made).repeat("periods.csv", 1)
    return frames
