"""What the page of a simulation is made from: its rows by truth, and how they are told."""

from collections import Counter
from collections.abc import Sequence
from math import floor, log10
from pathlib import Path

from trialtrace.base.words import LABELS, P_VALUES, decimals, percent
from trialtrace.run.tables.contracts import read_table
from trialtrace.run.tables.contracts.simulation import (
    CHARACTERISTICS,
    CharacteristicRow,
)
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.simulation.file import Truth

COLUMNS = ("true", "rejected", "bias", "sd", "mean se", "coverage", "width", "failed")
NO_RESULT = "the analysis gives no such result."


def rows_of(folder: Path) -> list[CharacteristicRow]:
    """The rows of a simulation, by truth in the order of the plan."""
    rows: list[CharacteristicRow] = read_table(
        Path(folder) / "characteristics.parquet", CHARACTERISTICS
    ).to_pylist()
    return rows


def label_of(name: str, truth: Truth) -> str:
    """What a truth is called."""
    return truth.label or name


def what(trial: Trial, row: CharacteristicRow) -> str:
    """What a row is of: statistic, method, arms, effect, visit."""
    if row["stat_name"] is None:
        return "no result in any trial"
    arms = trial.design.arms
    parts = [f"{LABELS[row['stat_name']]} ({_method(row)})"]
    if row["comparison"] is not None and row["reference"] is not None:
        parts.append(f"{arms[row['comparison']].label} against {arms[row['reference']].label}")
    elif row["group"] in arms:
        parts.append(arms[row["group"] or ""].label)
    parts += [row["effect"].replace("_", " × ")] if row["effect"] else []
    parts += [row["visit"]] if row["visit"] else []
    return ", ".join(parts)


def _method(row: CharacteristicRow) -> str:
    return (row["method"] or "").partition(".")[2].replace("_", " ")


def without_value(rows: Sequence[CharacteristicRow]) -> list[str]:
    """A line for each reason and truth for which a result has no value in any trial."""
    failed = Counter(
        (row["truth"], row["reason"] or NO_RESULT)
        for row in rows
        if row["failed"] == row["replicates"]
    )
    return [
        f"{truth}: {times} {'results have' if times > 1 else 'result has'} no value in any trial: "
        f"{reason}"
        for (truth, reason), times in failed.items()
    ]


def kind_of(row: CharacteristicRow) -> str:
    """What it is to reject: an error, power, or what nobody can say."""
    return {True: "type I error", False: "power", None: "rejected"}[row["null"]]


def cells(row: CharacteristicRow) -> list[str]:
    """A row as text, by COLUMNS; each measure with its Monte Carlo standard error in brackets."""
    digits = _digits(row)
    true = "" if row["true_value"] is None else decimals(row["true_value"], digits)
    if row["true_error"]:
        true += f" ({decimals(row['true_error'], digits + 1)})"
    true += f", {row['true_by']}" if true else ""
    told = [true, rejected_text(row)]
    for value, error in (
        (row["bias"], row["bias_error"]),
        (row["sd"], row["sd_error"]),
        (row["mean_se"], row["mean_se_error"]),
    ):
        told.append(_measured(value, error, digits))
    told.append(_share(row["coverage"], row["coverage_error"]))
    told.append(_measured(row["width"], row["width_error"], digits))
    failed = str(row["failed"]) if row["failed"] else "none"
    without = f"; {row['no_logarithm']} have no logarithm" if row["no_logarithm"] else ""
    return [*told, failed + without]


def rejected_text(row: CharacteristicRow) -> str:
    """The share that reject, with its interval and what it is."""
    ends = (row["rejected"], row["rejected_low"], row["rejected_high"])
    if any(end is None for end in ends):
        return ""
    share, low, high = (percent(end) for end in ends if end is not None)
    return f"{kind_of(row)} {share} % ({low} to {high})"


def _digits(row: CharacteristicRow) -> int:
    """Decimals by which the spread of the estimates has three digits."""
    sd = row["sd"] or row["width"] or 1.0
    return min(max(2 - floor(log10(sd)), 0), 6) if sd > 0 else 3


def _measured(value: float | None, error: float | None, digits: int) -> str:
    if value is None:
        return ""
    text = decimals(value, digits)
    return text if error is None else f"{text} ({decimals(error, digits)})"


def _share(value: float | None, error: float | None) -> str:
    if value is None or error is None:
        return ""
    return f"{percent(value)} % ({percent(error)})"


def decided(rows: Sequence[CharacteristicRow]) -> list[CharacteristicRow]:
    """Those that reject or not: of an estimate whose p-value stands beside it, the estimate is not
    shown twice."""
    tested = {_place(row) for row in rows if row["stat_name"] in P_VALUES}
    return [
        row
        for row in rows
        if row["rejected"] is not None
        and (row["stat_name"] in P_VALUES or _place(row) not in tested)
    ]


def _place(row: CharacteristicRow) -> tuple[object, ...]:
    names = ("analysis_id", "comparison", "reference", "group", "effect", "visit")
    return _method(row), *(dict(row)[name] for name in names)
