"""Large exports of two shapes, drawn in blocks from a fixed seed: a row a visit, many columns."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

SEED, SITES, VISITS = 20261121, 40, 20


def write(shape: str, path: Path, megabytes: float) -> None:
    """A made-up export of about that size, in blocks."""
    draw = np.random.default_rng(SEED)
    made, first = 0, 0
    with path.open("wb") as file:
        while made < megabytes * 1e6:
            block = long(draw, first, 50_000) if shape == "long" else wide(draw, first, 5_000)
            text = csv_of(block, header=not first)
            file.write(text)
            made += len(text)
            first += len(next(iter(block.values())))


def long(draw, first: int, rows: int) -> dict:
    row = np.arange(first, first + rows)
    subject = row // VISITS
    return {
        "patient_id": np.char.add("P", subject.astype(str)),
        "arm": np.where(subject % 2, "placebo", "active"),
        "visit": row % VISITS,
        "visit_date": np.datetime64("2020-01-01") + draw.integers(0, 900, rows),
        "site": subject % SITES,
        "weight_kg": draw.normal(75, 12, rows).round(1),
        "sbp": draw.integers(90, 190, rows),
        "hb": draw.normal(13, 2, rows).round(2),
        "crp": draw.lognormal(1, 1, rows).round(6),
        "pain": draw.integers(0, 11, rows),
        "sex": np.where(subject % 3, "F", "M"),
        "remark": np.char.add("seen by the nurse on duty, sheet ", row.astype(str)),
    }


def wide(draw, first: int, rows: int) -> dict:
    row = np.arange(first, first + rows)
    made = {"patient_id": row, "arm": np.where(draw.random(rows) < 0.5, "A", "B")}
    for place in range(169):
        kinds = (draw.integers(0, 2, rows), draw.integers(1, 6, rows), draw.normal(50, 9, rows))
        made[f"v{place}"] = kinds[place % 3].round(1)
    return made


def csv_of(block: dict, header: bool) -> bytes:
    sink = pa.BufferOutputStream()
    csv.write_csv(pa.table(block), sink, csv.WriteOptions(include_header=header))
    return sink.getvalue().to_pybytes()
