"""Same input, same bytes; and the order of clean rows is not part of the input."""

import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.trial.load import load_trial

FILES = [
    "account.json",
    "adsl.parquet",
    "adtte.parquet",
    "bds.parquet",
    "occds.parquet",
    "rejects.parquet",
    "sources.parquet",
]


@pytest.mark.parametrize("name", ["elmunzer2012", "ruetzler2013", "moertel1990"])
def test_the_order_of_clean_rows_changes_no_byte(folder_of, tmp_path, name):
    trial = load_trial(name)
    for table in trial.tables:
        rows = pq.read_table(folder_of(name) / "clean" / f"{table}.parquet")
        shuffled = rows.take(np.random.default_rng(7).permutation(rows.num_rows))
        (tmp_path / "clean").mkdir(exist_ok=True)
        pq.write_table(shuffled, tmp_path / "clean" / f"{table}.parquet")
    shutil.copy(folder_of(name) / "clean" / "account.json", tmp_path / "clean")
    derive_datasets(trial, tmp_path / "clean", tmp_path / "derived")
    assert sorted(path.name for path in (tmp_path / "derived").iterdir()) == FILES
    for file in FILES:
        expected = (folder_of(name) / "derived" / file).read_bytes()
        assert (tmp_path / "derived" / file).read_bytes() == expected
