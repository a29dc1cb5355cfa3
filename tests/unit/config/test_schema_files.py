"""The schemas of a checkout: made at first use, made anew where a shape changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mini_trial import REPOSITORY

from trialtrace.base.config import schema_files

ASK = "from trialtrace.base.config.schema_files import schema_folder; print(schema_folder())"
SHAPE, KEY = "workflow/trialtrace/run/trial/settings.py", "a_new_key"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(
        REPOSITORY / "workflow", root / "workflow", ignore=shutil.ignore_patterns("__pycache__")
    )
    return root


def asked(root: Path, **variables: str) -> subprocess.Popen[str]:
    own = {"PYTHONPATH": str(root / "workflow"), **variables}
    command = [sys.executable, "-c", ASK]
    return subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, text=True)


def folder(process: subprocess.Popen[str]) -> Path:
    said, _ = process.communicate()
    assert process.returncode == 0
    return Path(said.strip())


def keys(schemas: Path) -> set[str]:
    return set(json.loads((schemas / "config.schema.json").read_text())["properties"])


def test_two_jobs_at_once_find_the_same_and_a_changed_shape_has_its_key(checkout: Path):
    first, second = asked(checkout), asked(checkout)
    schemas = folder(first)
    assert folder(second) == schemas and schemas.parent == checkout / "build" / "schemas"
    assert [path.name for path in schemas.parent.iterdir()] == [schemas.name]
    assert len(list(schemas.iterdir())) == 16 and KEY not in keys(schemas)

    shape = checkout / SHAPE
    text = shape.read_text(encoding="utf-8")
    added = f'    {KEY}: int = key("How many.")\n'
    shape.write_text(text.replace("    seed: int", f"{added}    seed: int"), encoding="utf-8")
    try:
        changed = folder(asked(checkout))
    finally:
        shape.write_text(text, encoding="utf-8")
    assert changed != schemas and keys(changed) == keys(schemas) | {KEY}
    assert folder(asked(checkout)) == schemas


def test_where_the_checkout_cannot_be_written_they_lie_in_the_users_cache(
    checkout: Path, tmp_path: Path
):
    shutil.rmtree(checkout / "build", ignore_errors=True)
    # A file in the place of the folder: root may write everywhere.
    (checkout / "build").write_text("")
    try:
        schemas = folder(asked(checkout, XDG_CACHE_HOME=str(tmp_path)))
        assert schemas.parent == tmp_path / "trialtrace" / "schemas"
        assert "seed" in keys(schemas)
        nowhere = asked(checkout, XDG_CACHE_HOME=str(checkout / "build"))
        assert not folder(nowhere).exists(), "a folder of one process goes with it"
    finally:
        (checkout / "build").unlink()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two shapes in each folder that schemas follow from."""
    package = tmp_path / "package"
    for source in schema_files.SOURCES:
        (package / source / "within").mkdir(parents=True)
        (package / source / "shape.py").write_text(f"shape = {source!r}")
        (package / source / "within" / "shape.py").write_text("shape = 1")
    monkeypatch.setattr(schema_files, "PACKAGE", package)
    return package


def test_the_key_is_of_the_sources_and_of_nothing_else(package: Path, monkeypatch):
    before = schema_files.key()
    assert len(before) == 20
    (package / "report").mkdir()
    (package / "report" / "shape.py").write_text("shape = 1")
    (package / "base" / "notes.txt").write_text("shape = 2")
    assert schema_files.key() == before
    moved = package.with_name("another_place")
    package.rename(moved)
    monkeypatch.setattr(schema_files, "PACKAGE", moved)
    assert schema_files.key() == before
    for source in schema_files.SOURCES:
        for path in (moved / source / "shape.py", moved / source / "within" / "shape.py"):
            text = path.read_text()
            path.write_text("shape = 3")
            assert schema_files.key() != before
            path.write_text(text)
            path.rename(path.with_name("other.py"))
            assert schema_files.key() != before
            path.with_name("other.py").rename(path)
    assert schema_files.key() == before


def test_a_schema_that_cannot_be_made_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(schema_files, "MAKER", "trialtrace.no_such_module")
    with pytest.raises(RuntimeError, match="no_such_module"):
        schema_files._made(tmp_path / "schemas")
    assert not list(tmp_path.iterdir()), "nothing unfinished is left"
