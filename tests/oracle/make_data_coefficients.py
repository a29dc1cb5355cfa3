"""Write the records of the made-up trial of tests/spec/checks for models: coefficients.csv.

Run after a change of that trial, `python tests/oracle/make_data_coefficients.py`; the file in
data/ is committed.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from recompute import HERE
from recompute_coefficients import write_derived

COLUMNS = ["USUBJID", "TRTP", "AVISIT", "AVAL", "BASE", "CNSR", "TSTART", "TSTOP"]


def main() -> None:
    with TemporaryDirectory() as name:
        write_derived(Path(name))
        tables = [pd.read_parquet(Path(name) / f"{table}.parquet") for table in ("bds", "adtte")]
        subjects = pd.read_parquet(Path(name) / "adsl.parquet")
    records = pd.concat(tables).reindex(columns=["PARAMCD", *COLUMNS])
    records = records[records["PARAMCD"].isin(["RESP", "SCORE", "PAIN", "INF", "DEATH", "FIRST"])]
    records = records.merge(subjects[["USUBJID", "SEX", "AGE", "SITEID", "WARD"]], on="USUBJID")
    records = records.rename(columns={"PARAMCD": "case"})
    records.to_csv(HERE / "data" / "coefficients.csv", index=False)


if __name__ == "__main__":
    main()
