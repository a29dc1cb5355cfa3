"""The made-up trial: its configuration lies under `made/`, its derived tables are drawn here."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from trialtrace.base.paths import Project
from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, empty, write_table
from trialtrace.run.trial.load import load_trial

HERE = Path(__file__).parent
MADE = "made"
VISITS = ("week 1", "week 2", "week 3", "week 4")


def made_trial(folder: Path, **drawn):
    """The configuration under `made/`, with derived tables drawn here."""
    trial = configured(folder, MADE)
    write_derived(folder / "derived", **drawn)
    return trial


def configured(folder: Path, name: str):
    """A trial whose configuration lies in a folder here."""
    (folder / "config" / "trials").mkdir(parents=True)
    (folder / "config" / "trials" / name).symlink_to(HERE / name)
    return load_trial(name, Project(folder))


def write_derived(folder: Path, sizes: tuple[int, ...] = (30, 50, 70), seed: int = 20) -> None:
    """Subjects in three arms; ties, missing values, a site with one arm only."""
    draw = np.random.default_rng(seed)
    arm = np.repeat(["high", "low", "placebo"], sizes)
    n = len(arm)
    site = draw.choice(["A", "B", "C", "D"], n)
    site[0] = "E"
    stage = draw.integers(1, 4, n).astype(float)
    # Nobody under the low dose is in stage 3: a comparison with an empty arm.
    stage[(arm == "low") & (stage == 3)] = 2
    stage[5] = np.nan
    age = np.where(draw.random(n) < 0.05, np.nan, draw.integers(40, 80, n))
    subjects = {
        "STUDYID": ["made"] * n,
        "USUBJID": [f"made-{i:03}" for i in range(n)],
        "SUBJID": [f"{i:03}" for i in range(n)],
        "SITEID": site,
        "AGE": age,
        "AGE_LOG": np.log(age),
        "AGEU": ["years"] * n,
        "SEX": draw.choice(["F", "M"], n),
        "ARM": arm,
        "TRT01P": arm,
        "SYNTHFL": ["N"] * n,
        "STAGE": stage,
        # Whole wards are in one arm.
        "WARD": [f"{name[0]}{i % 6}" for i, name in enumerate(arm)],
    }
    flags = {"ITTFL": np.repeat("Y", n), "PPROTFL": np.where(draw.random(n) < 0.8, "Y", "N")}
    write_table(folder / "adsl.parquet", table(subjects | flags), ADSL)
    records = measured(draw, arm) + tired(np.random.default_rng([seed, 1]), arm)
    records += walked(np.random.default_rng([seed, 2]), arm)
    records += came(np.random.default_rng([seed, 4]), arm)
    write_table(folder / "bds.parquet", table(whole(BDS, records, subjects, flags)), BDS)
    records = survival(draw, arm) + infections(np.random.default_rng([seed, 3]), arm)
    write_table(folder / "adtte.parquet", table(whole(ADTTE, records, subjects, flags)), ADTTE)


def measured(draw, arm) -> list[tuple]:
    """(subject, code, visit, order, value): response, score, and pain at four visits."""
    n, rows = len(arm), []
    risk = {"high": 0.6, "low": 0.45, "placebo": 0.3}
    shift = {"high": 1.0, "low": 0.5, "placebo": 0.0}
    level = draw.normal(1.5, 1.5, n)
    for i in range(n):
        rows.append((i, "RESP", None, None, float(draw.random() < risk[arm[i]])))
        rows.append((i, "FALLS", None, None, falls(arm[i], i)))
        rows.append((i, "SCORE", None, None, draw.normal(50 + 5 * shift[arm[i]], 10)))
        for number, visit in enumerate(VISITS, 1):
            value = max(0.0, np.round(level[i] - shift[arm[i]] + draw.normal(0, 1 + number / 4)))
            value = np.nan if draw.random() < 0.03 else value
            rows.append((i, "PAIN", visit, number, value))
            rows.append(
                (i, "PAINANY", visit, number, value if np.isnan(value) else float(value > 0))
            )
    return rows


def falls(arm: str, i: int) -> float:
    """A number of falls that varies more than a Poisson count; one is lacking."""
    chance = np.random.default_rng([i, 4])
    mean = {"high": 1.0, "low": 1.5, "placebo": 2.5}[arm] * chance.gamma(1.0)
    return np.nan if i == 7 else float(chance.poisson(mean))


def tired(draw, arm) -> list[tuple]:
    """Fatigue at four visits with some lacking, each subject at its own level."""
    rows, level = [], draw.normal(50, 15, len(arm))
    for i in range(len(arm)):
        for number, visit in enumerate(VISITS, 1):
            value = np.round(level[i] + 3 * number * (arm[i] == "high") + draw.normal(0, 8), 1)
            rows.append((i, "FATIGUE", visit, number, np.nan if draw.random() < 0.1 else value))
    return rows


def walked(draw, arm) -> list[tuple]:
    """Metres walked at four visits; who leaves after the first does not come back."""
    rows, level = [], draw.normal(400, 60, len(arm))
    for i in range(len(arm)):
        gone = draw.integers(2, 5) if draw.random() < 0.3 else 5
        for number, visit in enumerate(VISITS, 1):
            value = np.round(level[i] + 8 * number * (arm[i] != "placebo") + draw.normal(0, 20))
            rows.append((i, "WALK", visit, number, value if number < gone else np.nan))
    return rows


def came(draw, arm) -> list[tuple]:
    """When each subject came to its visits, in weeks: some early, more of them late."""
    return [
        (i, "WEEKSEEN", visit, number, np.round(number + draw.normal(0.1, 0.2), 2))
        for i in range(len(arm))
        for number, visit in enumerate(VISITS, 1)
    ]


def survival(draw, arm) -> list[tuple]:
    """The same with 1 for censored in place of the visit; whole days, so that events tie."""
    rows = []
    for i in range(len(arm)):
        time = float(np.ceil(draw.exponential({"high": 40, "low": 25, "placebo": 15}[arm[i]])))
        end = float(draw.integers(20, 60))
        rows.append((i, "DEATH", int(time > end), None, min(time, end)))
        relapsed = arm[i] != "high" and draw.random() < 0.2
        rows.append((i, "RELAPSE", int(not relapsed), None, min(time, end)))
        died = 2 if time <= end else 1
        rows.append((i, "FIRST", 0 if relapsed or i % 5 == 0 else died, None, min(time, end)))
        rows.append((i, "SEEN", int(time > end), None, min(time, end)))
    return rows


def infections(draw, arm) -> list[tuple]:
    """Several infections of some subjects: intervals as (start, end), whole days, so that they tie.

    The chance differs from subject to subject; some enter late or are away for a week.
    """
    rows, rate = [], {"high": 0.02, "low": 0.03, "placebo": 0.05}
    for i in range(len(arm)):
        end, here = float(draw.integers(30, 80)), float(draw.choice([0, 0, 5]))
        frail = draw.gamma(1.2, 1 / 1.2)
        while here < end:
            stop = here + np.ceil(draw.exponential(1 / (rate[arm[i]] * frail + 1e-4)))
            rows.append((i, "INF", int(stop > end), here, min(stop, end)))
            here = stop + draw.choice([0, 0, 0, 7])
    return rows


def whole(contract, records, subjects, flags) -> dict:
    """Columns of a contract from short records; what is not used stays empty."""
    at = np.array([record[0] for record in records])
    columns = dict.fromkeys(contract.names)
    seen: dict[int, int] = {}
    for name in ("STUDYID", "USUBJID", "SYNTHFL"):
        columns[name] = np.asarray(subjects[name])[at]
    columns["ASEQ"] = [seen.update({i: seen.get(i, 0) + 1}) or seen[i] for i in at.tolist()]
    columns["PARAMCD"] = columns["PARAM"] = [record[1] for record in records]
    columns["TRTP"] = np.asarray(subjects["TRT01P"])[at]
    columns["AVAL"] = np.array([record[4] for record in records])
    if contract is BDS:
        columns["AVISIT"] = [record[2] for record in records]
        columns["AVISITN"] = [record[3] for record in records]
        columns |= baseline(records)
    else:
        columns["CNSR"] = [record[2] for record in records]
        columns["AVALU"] = ["days"] * len(records)
        columns |= between_visits(records)
        several = np.array([record[1] == "INF" for record in records])
        columns["TSTOP"] = np.where(several, columns["AVAL"], np.nan)
        columns["TSTART"] = [np.nan if r[3] is None else float(r[3]) for r in records]
    types = dict(zip(contract.names, empty(contract).schema.types, strict=True))
    filled = {
        name: pa.nulls(len(at), types[name]) if column is None else column
        for name, column in columns.items()
    }
    return filled | {name: flag[at] for name, flag in flags.items()}


def between_visits(records) -> dict:
    """AVALLO and AVALHI: visits a week apart, the event seen at the next one."""
    week = np.floor((np.array([record[4] for record in records]) - 1) / 7)
    happened = np.array([record[2] for record in records]) == 0
    seen = np.array([record[1] for record in records]) == "SEEN"
    return {
        "AVALLO": np.where(seen, 7 * week, np.nan),
        "AVALHI": np.where(seen & happened, 7 * week + 7, np.nan),
    }


def baseline(records) -> dict:
    """BASE, CHG and ABLFL: the first visit is the baseline."""
    first = {(i, code): value for i, code, _, number, value in records if number == 1}
    base = np.array([first.get((i, code), np.nan) for i, code, *_ in records])
    value = np.array([record[4] for record in records])
    flags = ["Y" if record[3] == 1 else None for record in records]
    return {"BASE": base, "CHG": value - base, "ABLFL": flags}


def table(columns: dict) -> pa.Table:
    arrays = {
        name: column if isinstance(column, pa.Array) else pa.array(column, from_pandas=True)
        for name, column in columns.items()
    }
    return pa.table(arrays)
