"""A made-up trial of two sides of each patient: its configuration lies under `sides/`."""

from pathlib import Path

import numpy as np
from made_trial import configured, table

from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, empty, from_rows, write_table

SIDES = "sides"
VISITS = ("before", "week 1", "week 2", "week 3")


def sides_trial(folder: Path, n: int = 13, seed: int = 22):
    """Patients with a treated and an untreated side, seen four times; some values are missing."""
    trial = configured(folder, SIDES)
    derived, draw = folder / "derived", np.random.default_rng(seed)
    treated = draw.permutation(np.arange(n) % 2)
    subjects = {
        "STUDYID": ["sides"] * n,
        "USUBJID": [f"sides-{i:03}" for i in range(n)],
        "SUBJID": [f"{i:03}" for i in range(n)],
        "AGE": draw.integers(40, 80, n).astype(float),
        "AGEU": ["years"] * n,
        "SYNTHFL": ["N"] * n,
        "DOMINANT": draw.choice(["left", "right"], n),
        "ORDER": ["RS", "SR"] * (n // 2) + ["RS"] * (n % 2),
        "ITTFL": ["Y"] * n,
    }
    filled = from_rows([{}] * 0, ADSL).schema
    columns = {name: subjects.get(name, [None] * n) for name in filled.names} | subjects
    write_table(derived / "adsl.parquet", table(columns), ADSL)
    write_table(derived / "bds.parquet", from_rows(list(records(draw, treated)), BDS), BDS)
    write_table(derived / "adtte.parquet", empty(ADTTE), ADTTE)
    return trial


def records(draw, treated):
    """A row for each patient, side, visit and endpoint; the treated side improves."""
    for i, side_treated in enumerate(treated):
        level, number = draw.normal(50, 10), 0
        for side, name in enumerate(("left", "right")):
            arm = "real" if side == side_treated else "sham"
            strength = []
            for code, scale in (("STRENGTH", 1.0), ("GRADE", 0.05)):
                first = None
                for at in range(len(VISITS)):
                    gain = at * (2.0 if arm == "real" else 0.5)
                    value = scale * (level + gain + draw.normal(0, 4 + at))
                    value = float(np.round(value, 0 if code == "GRADE" else 1))
                    value = None if draw.random() < 0.02 and at else value
                    first = value if at == 0 else first
                    if code == "STRENGTH":
                        strength.append(value)
                    number += 1
                    yield record(i, number, code, arm, name, at, value) | {
                        "BASE": first,
                        "CHG": None if value is None else value - first,
                        "ABLFL": None if at else "Y",
                    }
            for at, value in enumerate(strength):
                number += 1
                strong = None if value is None else float(value > 52)
                yield record(i, number, "STRONG", arm, name, at, strong)
            for value in force(np.random.default_rng(1000 + 2 * i + side), level):
                number += 1
                yield record(i, number, "FORCE", arm, name, *value)
            cycles = round(6 + float(np.random.default_rng(2 * i + side).normal(0, 0.8)), 2)
            once = {"AVISIT": None, "AVISITN": None}
            yield record(i, number + 1, "DIGF1", arm, name, 0, cycles) | once
            number += 1


def force(draw, level):
    """Visit, value and muscle: three muscles of a side at each visit, hardly any value missing."""
    for at in range(len(VISITS)):
        for muscle in ("upper arm", "lower arm", "hand"):
            value = round(float(level + at + draw.normal(0, 3 + at)), 1)
            yield at, None if draw.random() < 0.01 else value, muscle


def record(i, number, code, arm, side, at, value, place=None):
    """A row without a baseline."""
    return {
        "STUDYID": "sides",
        "USUBJID": f"sides-{i:03}",
        "ASEQ": number,
        "PARAMCD": code,
        "PARAM": code,
        "TRTP": arm,
        "LAT": side,
        "LOC": place,
        "SYNTHFL": "N",
        "AVISIT": VISITS[at],
        "AVISITN": at + 1,
        "AVAL": value,
    }
