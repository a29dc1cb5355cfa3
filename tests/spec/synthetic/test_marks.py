"""Files that a program drew are known again when they come back as files of patients."""

import csv
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from redcap_export import write_export

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import SYNTHETIC, sha256_file, write_parquet
from trialtrace.base.synthetic import MARK, PUT_IN, SIGN
from trialtrace.cli import main
from trialtrace.run.draft.files import read_files
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.synthetic.folder import files_source, write_folder
from trialtrace.run.trial.load import load_trial

Rows = list[list[str]]


@pytest.fixture
def marked(synthetic, tmp_path: Path) -> Project:
    """The mini trial with the single files of its cohort as files, and nothing beside them."""
    import synthetic_mini

    at = synthetic_mini.write_synthetic(tmp_path)
    write_folder(synthetic.trial, tmp_path / "data")
    for name in (SIGN, PUT_IN, "dictionary.csv"):
        (tmp_path / "data" / name).unlink()
    file = at.trial_config("mini") / "trial.yaml"
    source = files_source(synthetic.trial, "data") + "tables:\n"
    file.write_text(file.read_text().replace(synthetic_mini.SOURCE, source))
    return at


def changed(at: Project, name: str, change) -> None:
    """A file written anew, as a spreadsheet does it, after a change of its rows."""
    path = at.root / "data" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(change(rows))


def without(rows: Rows) -> Rows:
    """Without the column of the mark."""
    return [row[:-1] for row in rows]


def refusal(at: Project) -> str:
    with pytest.raises(UserError) as told:
        ingest_sources(load_trial("mini", at), at.root / "raw")
    assert not (at.root / "raw").exists()
    return str(told.value)


def test_single_files_without_anything_beside_them_are_refused(marked, capsys):
    told = refusal(marked)
    assert "2 of 2 tables are of a synthetic cohort" in told
    assert "every row says so (export, events)" in told and "`synthetic: true`" in told
    assert main(["--project", str(marked.root), "check", "mini"]) == 1
    assert "are of a synthetic cohort" in capsys.readouterr().err


def reordered(rows: Rows) -> Rows:
    return [row[::-1] for row in rows]


def renamed(rows: Rows) -> Rows:
    return [[*rows[0][:-1], "remark"], *rows[1:]]


def in_capitals(rows: Rows) -> Rows:
    return [rows[0], *([*row[:-1], f" {row[-1].upper()} "] for row in rows[1:])]


def fewer(rows: Rows) -> Rows:
    return [rows[0], *rows[3:]]


@pytest.mark.parametrize("change", [list, reordered, renamed, in_capitals, fewer])
def test_the_mark_outlives_what_a_person_does_with_a_file(marked, change):
    changed(marked, "export", change)
    changed(marked, "events", without)
    assert "1 of 2 tables" in (told := refusal(marked)) and "every row says so (export)" in told


def test_some_marked_rows_are_told_by_their_place(marked):
    changed(marked, "events", without)
    changed(marked, "export", lambda rows: [*rows[:-2], *([*r[:-1], ""] for r in rows[-2:])])
    n = len((marked.root / "data" / "export.csv").read_bytes().splitlines()) - 1
    assert f"{n - 2} of {n} rows say so, not row {n}, {n + 1} (export)" in refusal(marked)


@pytest.mark.parametrize("sign", [SIGN, "manifest.json"])
def test_what_lies_beside_files_without_a_mark_is_known(marked, synthetic, sign):
    changed(marked, "export", without)
    changed(marked, "events", without)
    assert ingest_sources(load_trial("mini", marked), marked.root / "raw") is None
    data = marked.root / "data"
    raw = synthetic.folder / "raw"
    if sign != SIGN:
        digest = sha256_file(data / "export.csv")
        text = (raw / sign).read_text()
        old = sha256_file(raw / "export.csv")
        assert old in text
        (data / sign).write_text(text.replace(old, digest))
    else:
        (data / sign).write_bytes((raw / sign).read_bytes())
    with pytest.raises(UserError, match=re.escape(sign)):
        ingest_sources(load_trial("mini", marked), marked.root / "raw")


def test_a_parquet_file_of_a_run_says_so(marked):
    folder = marked.root / "data"
    changed(marked, "events", without)
    write_parquet(folder / "events.parquet", pacsv.read_csv(folder / "events.csv"), synthetic=True)
    file = marked.trial_config("mini") / "trial.yaml"
    text = re.sub(
        r"events: \{path.*", "events: {path: events.parquet, format: parquet}", file.read_text()
    )
    file.write_text(text)
    changed(marked, "export", without)
    assert "its metadata say so (events)" in refusal(marked)


def test_declared_files_are_stamped_throughout(declared, synthetic, swapped):
    adsl = pq.ParquetFile(declared.folder / "derived" / "adsl.parquet").read()
    first = pq.ParquetFile(synthetic.folder / "derived" / "adsl.parquet").read()
    assert set(adsl["SYNTHFL"].to_pylist()) == {"Y"}
    assert adsl["USUBJID"].to_pylist() == first["USUBJID"].to_pylist()
    claims = pq.ParquetFile(declared.folder / "audit" / "claims.parquet").read().to_pylist()
    assert claims and {row["against_data"] for row in claims} == {"no_result"}
    for path in sorted(declared.folder.rglob("*.parquet")):
        assert b"SYNTHETIC" in (pq.ParquetFile(path).metadata.metadata or {}), path
    pages = sorted(declared.folder.glob("report/**/*.html"))
    assert pages
    for path in pages:
        assert "ynthetic data: not evidence" in path.read_text(), path


@pytest.mark.parametrize(("form", "name"), [("csv", "adsl.csv"), ("redcap", "mini_DATA.csv")])
def test_what_is_exported_of_a_synthetic_run_says_it_in_every_row(synthetic, tmp_path, form, name):
    write_export(synthetic.trial, tmp_path / form, form)
    table = pacsv.read_csv(tmp_path / form / name)
    column, value = (MARK, SYNTHETIC) if form == "redcap" else ("SYNTHFL", "Y")
    assert set(table[column].cast(pa.string()).to_pylist()) == {value}


@pytest.mark.parametrize("form", ["adam", "redcap", "cohort"])
def test_a_draft_from_marked_files_is_synthetic(synthetic, tmp_path, form):
    out = tmp_path / form
    if form == "cohort":
        write_folder(synthetic.trial, out)
    else:
        write_export(synthetic.trial, out, form)
    file = {"adam": "adsl.xpt", "redcap": "mini_DATA.csv", "cohort": "export.csv"}[form]
    (table, *_) = read_files([str(out / file)], {})
    assert table.synthetic and MARK not in table.cells.column_names
