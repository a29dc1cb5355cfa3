"""A real export in place of the cohort: one change of `source`, the same values, no stamp."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from site_pages import text_of

from trialtrace.base.errors import UserError
from trialtrace.cli import main
from trialtrace.run.synthetic.folder import write_folder
from trialtrace.run.tables.contracts import REJECTS, read_table

DERIVED = ("adsl", "bds", "adtte", "occds", "sources")


COHORT = ["--as", "cohort"]


def derived(run, name: str):
    table = pq.ParquetFile(run.folder / "derived" / f"{name}.parquet").read().to_pandas()
    for column in ("USUBJID", "row_id"):
        if column in table:
            table[column] = table[column].str.removeprefix("SYN-")
    return table.drop(columns="SYNTHFL", errors="ignore")


@pytest.mark.parametrize("name", DERIVED)
def test_the_same_values_are_derived(synthetic, swapped, name: str):
    first, second = derived(synthetic, name), derived(swapped, name)
    assert len(first)
    keys = [c for c in ("USUBJID", "PARAMCD", "ASEQ") if c in first]
    if keys:
        first, second = (t.sort_values(keys, ignore_index=True) for t in (first, second))
    assert first.equals(second)


def test_the_same_cells_are_rejected(synthetic, swapped):
    one, other = (
        read_table(run.folder / "clean" / "rejects.parquet", REJECTS).to_pylist()
        for run in (synthetic, swapped)
    )
    assert one == other


def test_subjects_are_not_synthetic(swapped):
    table = pq.ParquetFile(swapped.folder / "derived" / "adsl.parquet").read()
    assert set(table["SYNTHFL"].to_pylist()) == {"N"}
    assert not any(one.startswith("SYN-") for one in table["USUBJID"].to_pylist())


def test_nothing_is_stamped(swapped):
    for path in sorted(swapped.folder.rglob("*.parquet")):
        assert b"SYNTHETIC" not in (pq.ParquetFile(path).metadata.metadata or {}), path
    for path in sorted(swapped.at.site.rglob("*.html")):
        body = re.sub(r"<style>.*?</style>", "", text_of(path), flags=re.DOTALL)
        assert "ynthetic" not in body, path
        assert "SYNTHETIC" not in body, path


def test_claims_are_checked(swapped):
    claims = pq.ParquetFile(swapped.folder / "audit" / "claims.parquet").read().to_pylist()
    assert {row["against_data"] for row in claims} & {"equals", "differs", "other_choice"}


def test_the_command_writes_the_files_of_the_run(synthetic, tmp_path: Path, capsys):
    out = tmp_path / "out"
    assert main(["--project", str(synthetic.at.root), "export", "mini", str(out), *COHORT]) == 0
    told = capsys.readouterr().out
    assert told.startswith("SYNTHETIC: 5 files")
    assert 'export: {path: export.csv, format: csv, encoding: utf-8, separator: ","' in told
    assert {path.name for path in out.iterdir()} == {
        "export.csv",
        "events.csv",
        "dictionary.csv",
        "put_in.csv",
        "SYNTHETIC.txt",
    }
    for name in ("export.csv", "events.csv", "put_in.csv"):
        assert (out / name).read_bytes() == (synthetic.folder / "raw" / name).read_bytes()
    assert main(["--project", str(synthetic.at.root), "export", "mini", str(out), *COHORT]) == 1
    assert "a new folder" in capsys.readouterr().err


def test_only_a_drawn_cohort_is_exported(swapped, tmp_path: Path):
    with pytest.raises(UserError, match="only a drawn cohort"):
        write_folder(swapped.trial, tmp_path / "out")
