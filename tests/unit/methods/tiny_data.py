"""Checks on small samples, without files: records of two arms and a plan of one analysis."""

from math import nan
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from trialtrace.run.methods.checking.data import Asked, Data

ORACLE = Path(__file__).parents[2] / "oracle"
TREATED, REFERENCE = "treated", "reference"


def data(records: pd.DataFrame, *, time_to_event: bool = False, confidence: float = 0.95) -> Data:
    """Records with columns TRTP, AVAL and what else a method needs; USUBJID is added if missing."""
    records = records.copy()
    if "USUBJID" not in records:
        records["USUBJID"] = [f"{i:05}" for i in range(len(records))]
    records["PARAMCD"], records["ITTFL"], records["ABLFL"] = "END", "Y", None
    arms = [arm for arm in sorted(set(records["TRTP"]), reverse=True) if arm != REFERENCE]
    estimand = SimpleNamespace(treated=tuple(arms), reference=REFERENCE)
    analysis = SimpleNamespace(
        estimand=estimand, confidence=confidence, where=None, visits=None, value="value"
    )
    kind = "time_to_event" if time_to_event else "event"
    trial = SimpleNamespace(
        design=SimpleNamespace(kind="parallel"),
        plan=SimpleNamespace(analyses={"a": analysis}),
        endpoints={"end": SimpleNamespace(kind=kind, code="END")},
        populations={"itt": SimpleNamespace(flag="ITTFL")},
    )
    made = Data(trial, Path())
    made.adsl = records.drop_duplicates("USUBJID").drop(columns="AVAL")
    made.bds = made.adtte = records
    return made


def asked(
    method: str = "", second: str | None = None, group: str | None = None, **options
) -> Asked:
    """A result of that analysis: of the pair of arms unless a group is given."""
    pair = None if group else (TREATED, REFERENCE)
    return Asked(
        f"t/a/{method}",
        "a",
        method,
        options,
        "itt",
        "end",
        None,
        None,
        group,
        second,
        pair,
        method.partition(".")[0],
        nan,
        None,
        None,
        None,
    )


def two_arms(x1: int, n1: int, x0: int, n0: int, **columns) -> pd.DataFrame:
    """One record a subject from counts."""
    values = [1.0] * x1 + [0.0] * (n1 - x1) + [1.0] * x0 + [0.0] * (n0 - x0)
    return pd.DataFrame({"TRTP": [TREATED] * n1 + [REFERENCE] * n0, "AVAL": values, **columns})


def oracle_data(name: str) -> dict[str, pd.DataFrame]:
    """case -> the rows that R read."""
    return dict(iter(pd.read_csv(ORACLE / "data" / f"{name}.csv").groupby("case")))


def near(value: float, tolerance: float = 1e-8):
    return pytest.approx(value, rel=tolerance, abs=1e-13, nan_ok=True)
