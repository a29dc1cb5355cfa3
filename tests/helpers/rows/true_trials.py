"""True trials as rows: patients of several sites, with the habits of people who write numbers.

A patient has latent traits, and what is measured twice goes together. Blood pressure is read to
even digits, to 5 or to 0 by observers who differ, weight to a half or a whole. Few patients come
at weekends. Some values are missing, some visits are; nobody knows what a checker looks at.
"""

from dataclasses import dataclass, replace

import numpy as np

from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet

VISITS = 4
LABS = 6


@dataclass
class Made:
    """A trial in the making: columns of the patients by name, and of the visits (n, visits)."""

    arm: np.ndarray
    site: np.ndarray
    patients: dict[str, tuple[str, np.ndarray, str]]
    visits: dict[str, tuple[str, np.ndarray, str]]
    names: np.ndarray

    @property
    def n(self) -> int:
        return len(self.arm)

    def taken(self, who: np.ndarray) -> "Made":
        """The trial of some patients, in that order."""
        return Made(
            self.arm[who],
            self.site[who],
            {k: (kind, values[who], unit) for k, (kind, values, unit) in self.patients.items()},
            {k: (kind, values[who], unit) for k, (kind, values, unit) in self.visits.items()},
            self.names[who],
        )

    def copy(self) -> "Made":
        return self.taken(np.arange(self.n))


def export_of(made: Made) -> Export:
    """The trial as the checks see it."""
    n = made.n
    patients = Sheet(
        "patients",
        np.arange(2, n + 2),
        np.arange(n),
        np.zeros(n, np.intp),
        np.zeros(n, np.intp),
        tuple(
            Column(name, kind, values, choices=_answers(kind, values))
            for name, (kind, values, _) in made.patients.items()
        ),
    )
    size = n * VISITS
    visits = Sheet(
        "visits",
        np.arange(2, size + 2),
        np.repeat(np.arange(n), VISITS),
        np.tile(np.arange(VISITS), n),
        np.zeros(size, np.intp),
        tuple(
            Column(name, kind, values.ravel()) for name, (kind, values, _) in made.visits.items()
        ),
        visits=True,
    )
    names = ("age", "sex", "height", "diabetes", "smoker", "stage")
    return Export(
        n,
        "patients",
        (patients, visits),
        arm=made.arm,
        site=made.site,
        strata=made.site,
        milestones={"randomised": ("patients", "entered")},
        baseline=tuple(("patients", name) for name in names),
        arms=("control", "treated"),
        scheme="stratified_blocks",
        names=tuple(made.names.tolist()),
        id_column="patients.id",
    )


def _answers(kind: str, values: np.ndarray) -> int:
    """How many answers a code of yes and no has."""
    return 2 * (kind == CODE and bool(np.isin(values[~np.isnan(values)], (0, 1)).all()))


def true_trial(seed: int) -> Made:
    """A trial of 80 to 300 patients in one to six sites."""
    rng = np.random.Generator(np.random.PCG64([17, seed]))
    n = int(rng.integers(80, 301))
    sites = int(rng.integers(1, 7))
    site = rng.choice(sites, n, p=rng.dirichlet(np.full(sites, 3.0))).astype(np.intp)
    entered = np.sort(working(rng, 16000 + rng.integers(0, 900, n), rng.uniform(0, 0.4)))
    arm = blocked(rng, site)
    frail, size, vascular = rng.normal(size=(3, n))
    sex = rng.integers(0, 2, n)
    age = np.clip(
        np.round(
            rng.uniform(45, 70) + rng.uniform(7, 14) * (0.5 * frail + 0.87 * rng.normal(size=n))
        ),
        18,
        95,
    )
    height = np.round(165 + 12 * sex + 6.5 * size)
    codes = {
        "sex": sex,
        "diabetes": rng.random(n) < np.where(vascular > 0.8, 0.5, 0.12),
        "smoker": rng.random(n) < 0.3,
        "stage": np.clip(np.floor(1.5 + frail + 0.7 * rng.normal(size=n)), 0, 3),
    }
    patients = {
        "entered": (DATE, entered, ""),
        "age": (NUMBER, age, ""),
        "height": (NUMBER, height, "cm"),
        **{name: (CODE, np.asarray(values, float), "") for name, values in codes.items()},
    }
    visits: dict[str, tuple[str, np.ndarray, str]] = {}
    dates = (
        entered[:, None]
        + np.arange(VISITS) * rng.choice([28, 42, 84])
        + np.round(rng.normal(0, 5, (n, VISITS)))
    )
    dates[:, 0] = entered
    visits["visited"] = (DATE, working(rng, np.maximum.accumulate(dates, axis=1), 0.1), "")
    noise = rng.normal(size=(LABS + 4, n, VISITS))
    effect = 0.3 * arm[:, None] * np.arange(VISITS)
    systolic = 135 + 12 * vascular[:, None] + 9 * noise[0] - 3 * effect
    diastolic = 0.4 * systolic + 26 + 6 * noise[1]
    habits = rng.dirichlet([4, 4, 2, 3], size=sites)
    visits["systolic"] = (NUMBER, read_off(rng, systolic, habits[site]), "mmHg")
    visits["diastolic"] = (NUMBER, read_off(rng, diastolic, habits[site]), "mmHg")
    weight = (24 + 3 * rng.normal(size=n)) * (height / 100) ** 2
    drift = np.cumsum(rng.normal(0, 1.2, (n, VISITS)), axis=1)
    half = rng.random((n, 1)) < 0.3
    weight = weight[:, None] + drift
    visits["weight"] = (NUMBER, np.where(half, np.round(weight), np.round(weight, 1)), "kg")
    load = rng.uniform(0.2, 0.8, LABS)
    for lab in range(LABS):
        trait = load[lab] * frail + np.sqrt(1 - load[lab] ** 2) * rng.normal(size=n)
        own = rng.uniform(0.4, 0.85)
        value = np.sqrt(own) * trait[:, None] + np.sqrt(1 - own) * noise[2 + lab]
        skew = rng.choice([0.15, 0.35, 0.6])
        level, places = [(140, 0), (8, 2), (45, 1), (900, 0), (4, 2), (30, 1)][lab]
        visits[f"lab{lab + 1}"] = (NUMBER, np.round(level * np.exp(skew * value), places), "")
    pain = 3 + 1.5 * frail[:, None] + 1.3 * noise[8] - effect
    visits["pain"] = (NUMBER, np.clip(np.round(pain), 0, 10), "")
    steps = 60 + 12 * (-frail[:, None]) + 10 * noise[9]
    visits["walked"] = (NUMBER, np.clip(np.round(steps * 6), 30, 700), "")
    for name, (kind, values, unit) in visits.items():
        gone = rng.random(values.shape) < 0.02
        visits[name] = (kind, np.where(gone, np.nan, values), unit)
    ended = rng.random(n) < 0.12
    last = rng.integers(1, VISITS, n)
    away = ended[:, None] & (np.arange(VISITS) >= last[:, None])
    visits = {k: (kind, np.where(away, np.nan, v), unit) for k, (kind, v, unit) in visits.items()}
    return Made(arm, site, patients, visits, np.arange(1, n + 1).astype(str))


def working(rng: np.random.Generator, days: np.ndarray, at_weekends: float) -> np.ndarray:
    """Days of which most that would be on a weekend are moved to the next Monday or Tuesday."""
    days = np.asarray(days, float)
    weekday = (days.astype(np.int64) + 3) % 7
    moved = (weekday >= 5) & (rng.random(days.shape) > at_weekends)
    return np.where(moved, days + (7 - weekday) + rng.integers(0, 2, days.shape), days)


def read_off(rng: np.random.Generator, values: np.ndarray, habit: np.ndarray) -> np.ndarray:
    """Numbers read to 1, 2, 5 or 10, by the habit of a site (n, 4)."""
    cut = np.cumsum(habit, axis=1)[:, None, :]
    which = np.minimum((rng.random(values.shape)[..., None] > cut).sum(axis=-1), 3)
    unit = np.array([1, 2, 5, 10])[which]
    return np.round(values / unit) * unit


def blocked(rng: np.random.Generator, site: np.ndarray) -> np.ndarray:
    """Two arms in blocks of four or six within sites, in the order of entry."""
    arm = np.zeros(len(site), np.intp)
    for s in np.unique(site):
        own = np.flatnonzero(site == s)
        drawn: list[int] = []
        while len(drawn) < len(own):
            half = int(rng.integers(2, 4))
            drawn += rng.permutation([0] * half + [1] * half).tolist()
        arm[own] = drawn[: len(own)]
    return arm


def chosen(export: Export, who: np.ndarray) -> Export:
    """The export of some patients, named anew by their place."""
    place = np.full(export.n, -1, np.intp)
    place[who] = np.arange(len(who))
    sheets = []
    for sheet in export.sheets:
        rows = np.flatnonzero(place[sheet.subject] >= 0)
        sheets.append(
            Sheet(
                sheet.name,
                sheet.rows[rows],
                place[sheet.subject[rows]],
                sheet.step[rows],
                sheet.part[rows],
                tuple(replace(c, values=c.values[rows]) for c in sheet.columns),
                visits=sheet.visits,
            )
        )

    def of(codes: np.ndarray | None) -> np.ndarray | None:
        return None if codes is None else codes[who]

    return replace(
        export,
        n=len(who),
        sheets=tuple(sheets),
        arm=of(export.arm),
        names=tuple(export.names[at] for at in who),
        site=of(export.site),
        strata=of(export.strata),
    )
