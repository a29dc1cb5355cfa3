"""Every output of a synthetic trial says what it is; its mess is all that cleaning lists."""

import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pypdfium2 import PdfDocument

from trialtrace.base.store import sha256_file
from trialtrace.cli import main
from trialtrace.run.tables.contracts import REJECTS, RESULTS, read_table

STAMP = "synthetic"


def files(run, pattern: str) -> list[Path]:
    return sorted(run.folder.rglob(pattern))


def test_every_parquet_file_says_it_in_its_metadata(synthetic):
    found = files(synthetic, "*.parquet")
    assert len(found) >= 12
    for path in found:
        assert b"SYNTHETIC" in (pq.ParquetFile(path).metadata.metadata or {}), path


def test_the_manifest_says_it_and_has_the_hash_of_the_script(synthetic):
    manifest = json.loads((synthetic.folder / "raw" / "manifest.json").read_text())
    assert STAMP in manifest["synthetic"]
    assert all("SYNTHETIC" in part["file"]["synthetic"] for part in manifest["tables"].values())
    assert "SYNTHETIC" in (synthetic.folder / "raw" / "SYNTHETIC.txt").read_text()
    script = sha256_file(synthetic.at.root / "scripts" / "cohorts" / "mini.py")
    assert {part["file"]["script_sha256"] for part in manifest["tables"].values()} == {script}


def test_every_derived_row_says_it(synthetic):
    for name in ("adsl", "bds", "adtte", "occds"):
        table = pq.ParquetFile(synthetic.folder / "derived" / f"{name}.parquet").read()
        assert set(table["SYNTHFL"].to_pylist()) == {"Y"}, name
        assert all(one.startswith("SYN-") for one in table["USUBJID"].to_pylist()), name
    results = read_table(synthetic.folder / "analysis" / "results.parquet", RESULTS)
    assert set(results["synthetic"].to_pylist()) == {True}


def test_every_page_says_it_to_the_eye_and_in_its_head(synthetic):
    pages = files(synthetic, "*.html") + sorted((synthetic.at.site / "mini").rglob("*.html"))
    assert len(pages) > 50
    for path in pages:
        text = path.read_text()
        head, _, body = text.partition("<body")
        assert re.search(r"<meta[^>]*ynthetic", head), path
        assert "Synthetic data: not evidence" in body, path
    assert 'class="synthetic"' in (synthetic.at.site / "index.html").read_text()


def test_every_figure_says_it_in_the_picture_and_in_its_metadata(synthetic):
    pictures = files(synthetic, "*.svg") + files(synthetic, "*.png")
    assert len(pictures) >= 8
    for path in pictures:
        assert b"synthetic, not evidence" in path.read_bytes(), path
    for path in files(synthetic, "*.svg"):
        assert "SYNTHETIC" in path.read_text(), path


def test_the_word_document_says_it_on_every_page_and_in_its_properties(synthetic):
    with zipfile.ZipFile(synthetic.folder / "report" / "report.docx") as document:
        core = document.read("docProps/core.xml").decode()
        headers = [n for n in document.namelist() if re.search(r"header\d*\.xml", n)]
        assert "Synthetic data: not evidence" in core
        assert headers
        assert all("Synthetic data" in document.read(name).decode() for name in headers)


def test_the_pdf_says_it_on_every_page_and_in_its_properties(synthetic):
    with PdfDocument(synthetic.folder / "report" / "report.pdf") as document:
        pages = [page.get_textpage().get_text_range() for page in document]
        told = document.get_metadata_dict()
    assert len(pages) > 3 and all(text.startswith("Synthetic data: not") for text in pages)
    assert "Synthetic data: not evidence" in told["Subject"] + told["Keywords"]


STAMPED = re.compile("synthetic,? (?:not evidence|data: not evidence)", re.IGNORECASE)


def test_a_page_says_it_once_and_not_at_each_number(synthetic):
    """At its top, where it stays in sight, and in each picture; no sentence and no table repeats
    it."""
    for name in ("summary", "report", "supplement", "audit"):
        text = (synthetic.folder / "report" / f"{name}.html").read_text()
        body = re.sub(r"<svg.*?</svg>", "", text.partition("<body")[2], flags=re.DOTALL)
        assert len(STAMPED.findall(re.sub(r"<[^>]+>", "", body))) == 1, name
    with zipfile.ZipFile(synthetic.folder / "report" / "report.docx") as document:
        text = re.sub(r"<[^>]+>", "", document.read("word/document.xml").decode())
    assert not STAMPED.search(text)


def test_claims_are_not_checkable_and_stand_beside_no_drawn_number(synthetic):
    claims = pq.ParquetFile(synthetic.folder / "audit" / "claims.parquet").read().to_pylist()
    assert {row["recomputed_text"] for row in claims} == {None}
    assert {row["against_data"] for row in claims} == {"no_result"}
    assert all(row["data_finding"].startswith("The data are synthetic.") for row in claims)


@pytest.mark.parametrize("command", ["results", "trace", "claims"])
def test_the_command_line_says_it(synthetic, capsys, command: str):
    target = "mini"
    if command == "trace":
        target = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
    assert main(["--project", str(synthetic.at.root), command, target]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("ynthetic" in line or "SYNTHETIC" in line for line in lines)
    if command == "results":
        said = [line for line in lines if STAMPED.search(line)]
        assert said == lines[-1:]
        (count,) = [line for line in lines if "relief_primary/count.events@drug" in line]
        (effect,) = [line for line in lines if "relief_primary/risk_difference.newcombe" in line]
        assert "12†" in count and "†" not in effect


def test_rejects_found_are_the_mess_declared(synthetic):
    rejects = read_table(synthetic.folder / "clean" / "rejects.parquet", REJECTS).to_pylist()
    assert Counter((r["table"], r["column"], r["rule"]) for r in rejects) == {
        ("patients", "pain1", "above_maximum"): 1,
        ("patients", "pain1", "not_a_number"): 1,
        ("patients", "relief", "unknown_code"): 1,
        ("patients", None, "duplicate_row"): 2,
        ("adverse", None, "unknown_subject"): 1,
    }
