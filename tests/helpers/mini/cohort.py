"""The script of a cohort of the mini trial, with errors in its export."""

import numpy as np

from trialtrace.run.synthetic.drawing import (
    Draw,
    Frames,
    Mess,
    between,
    by_arm,
    day_of,
    highest,
    iso,
    only,
    ordinal,
    to_moments,
)

TRUTH = {
    "patients": {"drug": 20, "placebo": 20},
    "relief": {"drug": 12 / 18, "placebo": 6 / 18},
    "shift": {"drug": 0, "placebo": 0},
}
COUNTS = {"drug": 12, "placebo": 6}
KNOWN = 18
PUT_IN = (
    {"endpoint": "age", "statistic": "mean", "published": "50"},
    {"endpoint": "age", "statistic": "sd", "published": "9.8"},
    {"population": "itt", "statistic": "patients", "value": 40, "published": "40"},
    *(
        {"endpoint": "relief", "population": "itt", "arm": arm, "statistic": "count"}
        | {"value": count, "of": KNOWN, "published": f"{100 * count / KNOWN:.1f}%"}
        for arm, count in COUNTS.items()
    ),
    {"endpoint": "nausea", "statistic": "occurrences", "value": 9, "published": "9"},
)


def draw(seed: int, truth: dict | None = None) -> Frames:
    """The files of the export; under a `truth` without errors."""
    told, made = TRUTH | (truth or {}), Draw(seed)
    arm = made.shuffled("arm", told["patients"])
    n = len(arm)
    frailty = made.score("frailty", n)
    age = between(made.score("age", n), 50, 10, 20, 80, 1)
    relief = made.yes("relief", by_arm(told["relief"], arm), n, [(-0.5, frailty)])
    known = made.yes("known", 0.9, n)
    if truth is None:
        age = to_moments(age, 1, "50", "9.8", (20, 80), made.stream("moments"))
        for name, count in COUNTS.items():
            own = np.flatnonzero(arm == name)
            known[own] = highest(made.score(f"known {name}", len(own)), KNOWN)
            relief[own] = highest(np.where(known[own], -frailty[own], -9), count)
    pain = made.score("pain1", n, [(0.4, frailty)])
    pain = ordinal(pain, (0.3, 0.3, 0.2, 0.1, 0.1), by_arm(told["shift"], arm))
    first, last = day_of("2020-02-01"), day_of("2021-06-30")
    who = np.sort(made.stream("events").integers(0, n, 14))
    what = made.shuffled("what", {"nausea": 9, "dizziness": 5})
    number = np.arange(1, n + 1)
    frames: Frames = {
        "export.csv": {
            "id": number,
            "arm": np.where(arm == "drug", "A", "B"),
            "age": age,
            "sex": made.choice("sex", {"1": 0.5, "2": 0.5}, n),
            "site": made.choice("site", {"01": 0.5, "02": 0.5}, n),
            "smoker": made.yes("smoker", 0.4, n),
            "relief": only(relief, known),
            "pain0": ordinal(made.score("pain0", n), (0.1, 0.2, 0.4, 0.2, 0.1)),
            "pain1": only(pain, made.yes("examined", 0.7, n)),
            "days": made.integers("days", 20, 400, n),
            "died": made.yes("died", 0.3, n, [(0.3, frailty)]),
            "seen": iso(made.integers("seen", first, last, n)),
            "comment": np.full(n, 'seen, "well"'),
        },
        "events.csv": {"id": number[who], "what": what},
    }
    if truth is None:
        mess = Mess(frames, made)
        mess.cells("export.csv", "pain1", "-1", "-1")
        mess.cells("export.csv", "pain1", "77")
        mess.cells("export.csv", "pain1", "not asked")
        mess.cells("export.csv", "relief", "3")
        mess.spaces("export.csv", "age", 3)
        mess.repeat("export.csv", 2)
        mess.repeat("events.csv", 1, id="999")
    return frames
