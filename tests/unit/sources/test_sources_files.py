"""Finding a file: inside the data folder, whole, the one that was pinned."""

import hashlib
import json
from pathlib import Path

import pytest
from source_files import Bench, OneFile, file, files

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.sources.ingest import ingest_sources


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
    # Names of files tell of hospitals and patients, so none is told.
    assert "one of its 1 file" in message and "visits" not in message.partition("found")[2]


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


@pytest.mark.parametrize("folder", ["nowhere", "../other"])
def test_the_data_folder_must_be_there(bench: Bench, folder: str):
    source = files(folder, visits=file("a.csv"))
    with pytest.raises(UserError):
        ingest_sources(OneFile(Project(bench.root), source), bench.out)


def test_a_declared_folder_outside_the_project(bench: Bench, tmp_path_factory):
    elsewhere: Path = tmp_path_factory.mktemp("secure")
    (elsewhere / "a.csv").write_text("id\n1\n")
    source = files(str(elsewhere), visits=file("a.csv"))
    ingest_sources(OneFile(Project(bench.root), source), bench.out)
    assert str(elsewhere) not in (bench.out / "manifest.json").read_text()


def test_nothing_is_written_when_a_later_table_is_bad(bench: Bench):
    bench.put("good.csv", "id\n1\n")
    bench.put("bad.csv", "id,id\n1,1\n")
    source = files("data", good=file("good.csv"), bad=file("bad.csv"))
    with pytest.raises(UserError):
        ingest_sources(OneFile(Project(bench.root), source), bench.out)
    assert not bench.out.exists()


@pytest.mark.parametrize("path", ["x" * 5000 + ".csv", "a\0b.csv", "x/" * 2500 + "a.csv"])
def test_a_path_that_no_file_system_holds(bench: Bench, path: str):
    message = bench.refuses(path, format="csv")
    assert "expected  a path that can be there" in message
    assert len(message) < 500


@pytest.mark.parametrize("folder", ["x" * 5000, "/" + "x" * 5000])
def test_a_folder_that_no_file_system_holds(bench: Bench, folder: str):
    source = files(folder, visits=file("a.csv"))
    with pytest.raises(UserError, match="a path that can be there"):
        ingest_sources(OneFile(Project(bench.root), source), bench.out)
