"""One paper of a seed: its trial, its habits and the sections it has."""

import numpy as np

from fresh_papers import sections, values
from fresh_papers.habits import drawn_habits
from fresh_papers.paper import Arm, Paper

NAMES = ("drug", "high_dose", "combination")


def paper(seed: int) -> Paper:
    """The true report of this seed: every number follows from drawn patients."""
    rng = np.random.default_rng([17, seed])
    count = int(rng.choice([2, 3, 4], p=[0.7, 0.2, 0.1]))
    size = float(np.exp(rng.uniform(np.log(22), np.log(420))))
    lost = float(rng.choice([0.0, 0.03, 0.08]))
    arms = []
    for place in range(count):
        name = "placebo" if place == count - 1 else NAMES[place]
        randomised = max(15, int(rng.normal(size, 0.02 * size)))
        analysed = randomised - int(rng.binomial(randomised, lost))
        arms.append(Arm(name, name.replace("_", " ").capitalize(), randomised, analysed))
    made = Paper(seed, drawn_habits(rng), arms, "placebo", rng)
    if rng.random() < 0.25:
        made.arms.reverse()
    sections.flow(made)
    sections.baseline(made)
    values.baseline_values(made)
    primary = str(rng.choice(["binary", "continuous", "survival"]))
    if primary == "binary" or rng.random() < 0.25:
        sections.binary(made, "response", "Response", wanted=True, abstract=primary == "binary")
    if rng.random() < 0.35:
        sections.binary(made, "relapse_any", "Any relapse", wanted=False, abstract=False)
    if primary == "continuous" or rng.random() < 0.2:
        values.continuous(made, abstract=primary == "continuous")
    if primary == "survival" or rng.random() < 0.15:
        values.survival(made)
    for section, share in (
        (values.item, 0.3),
        (values.skewed, 0.3),
        (values.repeated, 0.12),
        (sections.ordinal, 0.15),
        (sections.subgroups, 0.25),
        (sections.rates, 0.2),
        (sections.safety, 0.4),
    ):
        if rng.random() < share:
            section(made)
    return made
