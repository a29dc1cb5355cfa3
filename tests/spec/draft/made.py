"""Small exports with outcomes of every kind, and the primary results that scipy and numpy give."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from mini_run import run_stages
from scipy import stats

from trialtrace.base.store import read_parquet
from trialtrace.run.trial.load import load_trial

SIZE = 60
PARALLEL = {
    "arm": "arm",
    "control": "usual",
    "design": "parallel",
    "subject": "pid",
    "where": "all",
}
SCORE = {**PARALLEL, "primary": "score [points]", "kind": "measure"}
VISITS = {
    "arm": "group",
    "control": "B",
    "design": "parallel",
    "subject": "subject",
    "where": "all",
    "primary": "pain",
    "kind": "measure",
}
CROSSED = {
    "arm": "treatment",
    "control": "B",
    "design": "crossover",
    "subject": "id",
    "where": "all",
    "primary": "minutes",
    "kind": "measure",
    "visit": "period",
}


def patients() -> pd.DataFrame:
    """A row a patient: two arms, a second factor, practices, a score, an event, a time, dates."""
    draw = np.random.default_rng(11)
    n = np.arange(SIZE)
    practice = n % 10
    arm = np.where(practice % 2, "card", "usual")
    time = np.round(draw.exponential(np.where(arm == "card", 400, 250)), 0) + 1
    ended = np.minimum(time, 500)
    start = [datetime.date(2019, 1, 1) + datetime.timedelta(days=int(k)) for k in n * 7]
    stop = [a + datetime.timedelta(days=int(k)) for a, k in zip(start, ended, strict=True)]
    died = time <= 500
    frame = {
        "pid": [f"P{k:03}" for k in n],
        "practice": [f"H{k:02}" for k in practice],
        "arm": arm,
        "aspirin": np.where((n // 10) % 2, "yes", "no"),
        "age": draw.integers(30, 80, SIZE),
        "sex": draw.choice(["f", "m"], SIZE),
        "score": np.round(draw.normal(np.where(arm == "card", 50, 55), 8), 1),
        "relapse": draw.binomial(1, np.where(arm == "card", 0.3, 0.5)),
        "grade": draw.integers(0, 4, SIZE),
        "months": np.round(ended / 30.4375, 2),
        "dead": died.astype(int),
        "entered": [f"{day:%d/%m/%Y}" for day in start],
        "died_on": [f"{day:%d/%m/%Y}" if d else "" for day, d in zip(stop, died, strict=True)],
        "seen_on": [f"{day:%d/%m/%Y}" for day in stop],
        "copy": np.where(arm == "card", 1, 0),
    }
    return pd.DataFrame(frame)


def visits() -> pd.DataFrame:
    """Three rows a patient, at weeks 0, 4 and 8."""
    draw = np.random.default_rng(5)
    rows = []
    for n in range(40):
        level = draw.normal(60, 8)
        for week in (0, 4, 8):
            value = level - week * (1.2 if n % 2 else 0.4) + draw.normal(0, 3)
            rows.append((f"S{n:02}", ("B", "A")[n % 2], week, round(value, 1), int(value < 55)))
    return pd.DataFrame(rows, columns=["subject", "group", "week", "pain", "well"])


def crossed() -> pd.DataFrame:
    """Two rows a patient: a treatment in each period."""
    draw = np.random.default_rng(6)
    rows = []
    for n in range(24):
        order, level = ("BD", "DB")[n % 2], draw.normal(40, 6)
        for period, treatment in enumerate(order, start=1):
            value = level + 5 * (treatment == "D") + 2 * period + draw.normal(0, 3)
            rows.append((n + 101, order, period, treatment, round(value, 1)))
    return pd.DataFrame(rows, columns=["id", "sequence", "period", "treatment", "minutes"])


def write(frame: pd.DataFrame, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    frame.to_csv(path, index=False)
    return path


def welch(frame: pd.DataFrame, column: str = "score") -> tuple[float, float, float]:
    """Difference of means and its 95 % interval, card less usual."""
    one, other = (frame.loc[frame.arm == arm, column] for arm in ("card", "usual"))
    found = stats.ttest_ind(one, other, equal_var=False)
    return found.confidence_interval(0.95).low, found.confidence_interval(0.95).high, found.pvalue


def log_rank(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> float:
    """p of the two-sided log-rank test, by observed less expected at each time of an event."""
    excess = variance = 0.0
    for at in np.unique(time[event]):
        risk, now = time >= at, (time == at) & event
        n, d, own = risk.sum(), now.sum(), (risk & treated).sum()
        excess += (now & treated).sum() - d * own / n
        if n > 1:
            variance += d * own / n * (1 - own / n) * (n - d) / (n - 1)
    return float(stats.chi2.sf(excess**2 / variance, 1))


def config(at, file: str = "trial") -> dict:
    return yaml.safe_load((at.trial_config("mine") / f"{file}.yaml").read_text("utf-8"))


def results(at) -> dict[str, dict]:
    """The results by id without the trial."""
    run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = read_parquet(at.results / "mine" / "analysis" / "results.parquet").to_pylist()
    assert not [row for row in rows if row["error"]]
    return {row["result_id"].removeprefix("mine/"): row for row in rows}
