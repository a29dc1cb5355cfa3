"""`trialtrace plan --schema`: schemas for editors, without a run or a trial."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from trialtrace.cli import main


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path


def written(root: Path) -> dict[str, dict]:
    files = (root / "config" / "schemas").glob("*.schema.json")
    return {path.name.partition(".")[0]: json.loads(path.read_text()) for path in files}


def test_a_file_s_schema_comes_with_those_that_it_refers_to(root: Path):
    assert main(["--project", str(root), "plan", "--schema", "multiverse.yaml"]) == 0
    schemas = written(root)
    assert set(schemas) == {"multiverse", "plan", "common"}
    resources = ((one["$id"], Resource.from_contents(one)) for one in schemas.values())
    registry = Registry().with_resources(resources)
    wrong = {"of": "a", "surprise": 1}
    mistakes = Draft202012Validator(schemas["multiverse"], registry=registry).iter_errors(wrong)
    assert any("surprise" in each.message for each in mistakes)


def test_without_a_name_every_file_has_its_schema(root: Path):
    assert main(["--project", str(root), "plan", "--schema"]) == 0
    assert {"config", "trial", "endpoints", "plan", "claims", "ledger"} <= set(written(root))


@pytest.mark.parametrize("words", [["--schema", "plann"], []])
def test_an_unknown_file_and_no_trial_are_refused(root: Path, words: list[str]):
    assert main(["--project", str(root), "plan", *words]) == 1
    assert written(root) == {}
