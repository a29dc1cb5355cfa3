"""What schemas accepted is remembered by content: never a mistake, nor for another schema."""

import json

import pytest
from mini_trial import CONFIG, write_project

from trialtrace.base.config import files
from trialtrace.base.config.files import REMEMBERED, Accepted, accepted, digest, read_yaml
from trialtrace.base.errors import UserError


@pytest.fixture(autouse=True)
def another_process() -> None:
    """As in a process that has seen nothing yet."""
    files._SEEN.clear()
    accepted.cache_clear()


@pytest.fixture
def at(tmp_path):
    return write_project(tmp_path)


def remembered(at) -> list[str]:
    return json.loads((at.root / REMEMBERED).read_text())


def test_a_job_does_not_validate_what_the_start_of_a_run_accepted(at, monkeypatch):
    first = read_yaml(at, at.config / "config.yaml", "config")
    accepted(at.root).remember()
    files._SEEN.clear()
    accepted.cache_clear()
    monkeypatch.setattr(files, "validate", None)
    assert read_yaml(at, at.config / "config.yaml", "config") == first


def test_another_content_is_validated(at):
    path = at.config / "config.yaml"
    read_yaml(at, path, "config")
    path.write_text(CONFIG.replace("seed: 1", "seed: -1"))
    for _ in range(2):
        with pytest.raises(UserError, match="seed"):
            read_yaml(at, path, "config")
    accepted(at.root).remember()
    path.write_text(CONFIG)
    data = read_yaml(at, path, "config")
    assert remembered(at) == [digest(at, "config", data)]


def test_the_digest_tells_contents_and_schemas_apart(at):
    one = {"a": {"b": 1}}
    assert digest(at, "config", one) == digest(at, "config", {"a": {"b": 1}})
    others = [{"a": {"b": "1"}}, {"a": {"b": 1.0}}, {"a": {"b": True}}, {"a": "{'b': 1}"}]
    digests = {digest(at, "config", other) for other in others}
    digests |= {digest(at, "config", one), digest(at, "trial", one)}
    assert len(digests) == 6


def test_only_what_was_asked_for_is_kept(tmp_path):
    known = Accepted(tmp_path)
    known.add("old")
    known.add("same")
    known.remember()
    files._SEEN.clear()
    again = Accepted(tmp_path)
    assert again.knows("same") and not again.knows("new")
    again.add("new")
    # Where some trials were not asked about, theirs stay.
    again.remember(whole=False)
    assert json.loads((tmp_path / REMEMBERED).read_text()) == ["new", "old", "same"]
    again.add("newer")
    again.remember()
    assert json.loads((tmp_path / REMEMBERED).read_text()) == ["new", "newer", "same"]
