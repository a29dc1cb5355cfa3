"""The patients of a randomised trial: drawn one by one, with dropout and deviations."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

DRUGS = ("Sulvarin", "Exercise", "Tremolid", "Counselling", "Ostavir", "Early mobilisation")
CONTROLS = ("Placebo", "Usual care", "Control", "Sham")
EVENTS = ("Relapse", "Infection", "Readmission", "Postoperative delirium", "Pneumonia")
SCALES = ("Pain", "Depression score", "Quality of life", "Systolic pressure", "Walking distance")
HARMS = ("Nausea", "Headache", "Rash", "Dizziness", "Diarrhoea", "Fatigue", "Bleeding")


@dataclass
class Trial:
    """Who was randomised, and what happened to them."""

    data: pd.DataFrame
    arms: dict[str, str]  # key to label; the last is the control
    planned: int
    event: str
    scale: str
    visits: tuple[str, str, str]
    harms: tuple[str, ...]

    @property
    def control(self) -> str:
        return list(self.arms)[-1]

    @property
    def treated(self) -> list[str]:
        return list(self.arms)[:-1]


def _allocate(rng, strata: np.ndarray, arms: list[str]) -> np.ndarray:
    """Simple, or in permuted blocks within strata."""
    n, k = len(strata), len(arms)
    if rng.random() < 0.3:
        while True:
            drawn = rng.integers(0, k, n)
            if np.bincount(drawn, minlength=k).min() >= 8:
                return np.array(arms)[drawn]
    drawn = np.zeros(n, int)
    for level in np.unique(strata):
        where = np.flatnonzero(strata == level)
        blocks = [rng.permutation(np.repeat(range(k), 2)) for _ in range(len(where) // k + 1)]
        drawn[where] = np.concatenate(blocks)[: len(where)]
    return np.array(arms)[drawn]


def _logistic(x):
    return 1 / (1 + np.exp(-x))


def _baseline(rng, n: int) -> pd.DataFrame:
    age = np.clip(rng.normal(rng.uniform(40, 70), rng.uniform(7, 14), n), 18, 95).astype(int)
    sites = rng.integers(2, 5)
    data = pd.DataFrame({"age": age, "site": rng.integers(1, sites + 1, n)})
    data["sex"] = np.where(rng.random(n) < rng.uniform(0.3, 0.7), "Women", "Men")
    cut = int(np.median(age))
    data["older"] = np.where(age >= cut, f"Age {cut} or more", f"Age under {cut}")
    data["weight"] = np.round(rng.normal(78, 13, n) - 6 * (data.sex == "Women"), 1)
    data["smoker"] = (rng.random(n) < rng.uniform(0.1, 0.4)).astype(float)
    data["diabetes"] = (rng.random(n) < rng.uniform(0.05, 0.3)).astype(float)
    data.loc[rng.random(n) < rng.choice([0, 0.04]), "diabetes"] = np.nan
    data["stage"] = rng.choice(["I", "II", "III", "IV"], n, p=rng.dirichlet([6, 6, 4, 3]))
    data["months"] = np.floor(rng.gamma(1.3, 9, n))
    return data


def _course(rng, data: pd.DataFrame, effect: np.ndarray, frail: np.ndarray) -> None:
    """A scale at three visits, a count of points, a stay, an ordinal state."""
    n, sd = len(data), rng.uniform(5, 18)
    level, digits = rng.uniform(40, 140), int(rng.choice([0, 1, 1]))
    own = rng.normal(0, sd, n) + 0.5 * sd * frail
    slope = rng.normal(-0.3, 0.3) * sd
    for visit, share in enumerate((0, 0.5, 1)):
        noise = rng.normal(0, sd * rng.uniform(0.4, 0.8), n)
        value = level + own + noise + share * (slope + 0.6 * sd * effect)
        data[f"y{visit}"] = np.round(value, digits)
    points = rng.binomial(27, _logistic(-0.8 + 0.5 * frail + 0.5 * effect))
    data["points"] = points.astype(float)
    data["stay"] = 1 + rng.negative_binomial(2, _logistic(-0.9 - 0.3 * effect - 0.3 * frail))
    state = rng.normal(0, 1, n) + 0.6 * frail + 0.7 * effect
    data["state"] = np.digitize(state, [-1, -0.2, 0.6, 1.4])
    data["falls"] = rng.poisson(np.exp(-0.6 + 0.5 * effect + 0.4 * frail))
    data["years"] = np.round(rng.uniform(0.5, 1.5, n), 3)


def _survival(rng, data: pd.DataFrame, effect: np.ndarray, frail: np.ndarray) -> None:
    hazard = rng.uniform(0.15, 0.6) * np.exp(0.9 * effect + 0.5 * frail)
    death = rng.exponential(1 / hazard)
    end = rng.uniform(1.5, 4, len(data))
    data["time"] = np.maximum(np.ceil(365.25 * np.minimum(death, end)), 1)
    data["died"] = (death <= end).astype(int)


def _flaws(rng, data: pd.DataFrame) -> None:
    """Who dropped out, who deviated from the protocol, who was never treated."""
    n = len(data)
    drop = rng.random(n) < rng.choice([0, 0.05, 0.1, 0.18])
    late = drop | (rng.random(n) < rng.choice([0, 0.03]))
    data.loc[drop, "y1"] = np.nan
    data.loc[late, ["y2", "points"]] = np.nan
    data["dropped"] = late
    data["treated"] = rng.random(n) >= rng.choice([0, 0.02])
    data["protocol"] = data.treated & ~late & (rng.random(n) >= rng.uniform(0.02, 0.12))


def _size(rng, arms: int) -> int:
    return int(np.exp(rng.uniform(np.log(max(30, 18 * arms)), np.log(1500))))


def draw_trial(rng) -> Trial:
    """A trial of two to four arms."""
    k = int(rng.choice([2, 3, 4], p=[0.72, 0.2, 0.08]))
    labels = [*rng.choice(DRUGS, k - 1, replace=False), str(rng.choice(CONTROLS))]
    arms = {str(label).lower().replace(" ", "_"): str(label) for label in labels}
    n = _size(rng, k)
    data = _baseline(rng, n)
    strata = data.site.to_numpy() if rng.random() < 0.5 else np.zeros(n)
    data["arm"] = _allocate(rng, strata, list(arms))
    gains = {arm: rng.normal(-0.45, 0.5) for arm in arms}
    gains[list(arms)[-1]] = 0.0
    effect, frail = data.arm.map(gains).to_numpy(float), rng.normal(0, 1, n)
    _course(rng, data, effect, frail)
    _survival(rng, data, effect, frail)
    base = rng.uniform(-1.8, 0.4)
    data["event"] = (rng.random(n) < _logistic(base + effect + 0.6 * frail)).astype(float)
    harms = tuple(str(x) for x in rng.choice(HARMS, rng.integers(3, 7), replace=False))
    for harm in harms:
        rate = _logistic(rng.uniform(-4, -0.8) - 0.5 * effect)
        data[harm] = (rng.random(n) < rate).astype(float)
    data["any"] = data[list(harms)].max(axis=1)
    _flaws(rng, data)
    planned = int(np.ceil(n * rng.uniform(0.98, 1.08) / 10) * 10)
    weeks = [("baseline", "6 weeks", "12 weeks"), ("baseline", "3 months", "12 months")]
    visits = weeks[rng.integers(0, 2)]
    event, scale = str(rng.choice(EVENTS)), str(rng.choice(SCALES))
    return Trial(data, arms, planned, event, scale, visits, harms)
