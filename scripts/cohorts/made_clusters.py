"""Draws made_clusters, an invented trial of eighteen practices in two arms.

Every number is an assumption, the same in both arms, so that whatever difference between them a
table shows is chance. Patients of one practice are alike.
"""

import numpy as np

from trialtrace.run.synthetic.drawing import Draw, Frames, Mess, between, lognormal, only

TRUTH = {"practices": {"card": 9, "usual": 9}}
# Nothing of the trial was published.
PUT_IN = ()


def draw(seed: int, truth: dict | None = None) -> Frames:
    """The files of the export; under a `truth` without errors."""
    told, made = TRUTH | (truth or {}), Draw(seed)
    arms = made.shuffled("arm", told["practices"])
    sizes = made.score("size", len(arms))
    sizes = lognormal(sizes, mean=17, sd=10, low=5, high=45, step=1).astype(int)
    practice = np.repeat(np.arange(len(arms)), sizes)
    number = np.concatenate([np.arange(1, size + 1) for size in sizes])
    rows = len(practice)
    pressure = made.score("pressure", rows)

    def alike(name: str, correlation: float, loads: tuple = ()) -> np.ndarray:
        return made.score(name, rows, loads, within=practice, correlation=correlation)

    before = alike("before", 0.06, [(0.6, pressure)])
    after = alike("after", 0.12, [(0.6, pressure)])
    after = between(after, 144, 15, 95, 215, 1)
    seen = made.yes("seen", 0.93, rows)
    frames: Frames = {
        "patients.csv": {
            "record_id": np.array(
                [f"K{100 * (a + 1) + b:04d}" for a, b in zip(practice, number, strict=True)]
            ),
            "practice": np.array([f"P{a + 1:02d}" for a in practice]),
            "arm": arms[practice],
            "age": between(alike("age", 0.02), 63, 10, 35, 90, 1),
            "sex": np.where(made.yes("sex", 0.5, rows), "f", "m"),
            "before": between(before, 152, 13, 120, 210, 1),
            "after": only(after, seen),
        }
    }
    if truth is None:
        Mess(frames, made).cells("patients.csv", "after", "1380")
    return frames
