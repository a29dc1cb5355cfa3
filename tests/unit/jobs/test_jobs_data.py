"""The data files of a trial: how a run finds them, by which hashes, and what is wrong with them."""

import hmac
import os
from dataclasses import replace
from pathlib import Path

import pytest
from mini_run import write_mini
from mini_trial import edit

from trialtrace.base.errors import Problem, Problems
from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.base.store import sha256_file
from trialtrace.run.jobs.data import (
    check_data,
    check_purpose,
    data_digest,
    data_digests,
    data_files,
    data_links,
    link_data,
)
from trialtrace.run.trial.load import Trial, load_trial

INPUTS = Path("results/mini/inputs")


@pytest.fixture
def at(tmp_path: Path) -> Project:
    data_digest.cache_clear()
    return write_mini(tmp_path / "project")


def mini(at: Project) -> Trial:
    return load_trial("mini", at)


def wrong(at: Project) -> list[Problem]:
    problems = Problems()
    check_data(mini(at), problems)
    return problems.found


def blinded(at: Project) -> Trial:
    return load_trial("mini", replace(at, purpose=Purpose("blinded")))


def with_key(at: Project, folder: Path) -> bytes:
    """The key of hashes, outside of the project."""
    file = folder / "key"
    file.write_bytes(b"k" * 32)
    file.chmod(0o600)
    config = at.config / "config.yaml"
    config.write_text(config.read_text() + f"hash_key: {file}\n")
    return file.read_bytes()


def test_data_files_are_found_by_links_that_are_called_as_their_items(at: Project):
    trial = mini(at)
    files = {Path("data/export.csv"): None, Path("data/events.csv"): None}
    assert data_files(trial) == files
    links = data_links(trial)
    assert {link.parent for link in links} == {INPUTS}
    items = {"export": "export.csv", "events": "events.csv"}
    assert {link.name: path.name for link, path in links.items()} == items
    assert {path.parent for path in links.values()} == {at.root / "data"}
    link_data(trial)
    for link, path in links.items():
        assert (at.root / link).resolve() == path.resolve()
        # Relative, so that the folder can be moved.
        assert not (at.root / link).readlink().is_absolute()
    before = {link: os.lstat(at.root / link).st_ino for link in links}
    link_data(trial)
    assert {link: os.lstat(at.root / link).st_ino for link in links} == before


def test_a_link_that_leads_elsewhere_is_made_anew(at: Project):
    trial = mini(at)
    link, path = next(iter(data_links(trial).items()))
    (at.root / link).parent.mkdir(parents=True)
    (at.root / link).symlink_to("/dev/null")
    link_data(trial)
    assert (at.root / link).resolve() == path.resolve()


def test_where_arms_are_hidden_no_link_leads_to_the_export(at: Project):
    assert data_links(blinded(at)) == {}


def test_hashes_of_data_are_plain_or_of_the_key_where_arms_are_hidden(at: Project, tmp_path: Path):
    plain = [sha256_file(at.root / path) for path in data_files(mini(at))]
    assert data_digests(mini(at)) == plain
    key = with_key(at, tmp_path)
    keyed = data_digests(blinded(at))
    assert keyed == [hmac.digest(key, one.encode(), "sha256").hex() for one in plain]
    (at.root / "data/events.csv").unlink()
    data_digest.cache_clear()
    assert sorted(data_digests(mini(at))) == sorted(
        ["missing", sha256_file(at.root / "data/export.csv")]
    )


def test_a_file_that_is_not_there_is_named_by_its_item(at: Project):
    assert wrong(at) == []
    (at.root / "data/events.csv").unlink()
    data_digest.cache_clear()
    (found,) = wrong(at)
    assert "events" in found.place and "events.csv" not in str(found)
    assert found.message == "is not there" and "source.items.events.path" in (found.do or "")


def test_a_file_that_cannot_be_read_is_named_by_its_item(at: Project):
    (at.root / "data/events.csv").unlink()
    (at.root / "data/events.csv").mkdir()
    (found,) = wrong(at)
    assert found.place.endswith("item events") and found.message.startswith("cannot be read: ")


def test_a_file_that_is_not_the_pinned_one_is_a_mistake(at: Project):
    digest = sha256_file(at.root / "data/export.csv")
    edit(at, "trial.yaml", "path: export.csv", f'path: export.csv, sha256: "{digest}"')
    assert wrong(at) == []
    (at.root / "data/export.csv").write_text("id\n")
    data_digest.cache_clear()
    (found,) = wrong(at)
    assert found.expected == f"sha256 {digest}"
    assert found.found == f"sha256 {sha256_file(at.root / 'data/export.csv')}"


def purposed(trial: Trial) -> list[str]:
    problems = Problems()
    check_purpose(trial, problems)
    return [one.place for one in problems.found]


def test_a_run_that_hides_the_arms_needs_the_key_and_no_pinned_export(at: Project, tmp_path: Path):
    """A plain hash of the export is one against which the arms could be tried."""
    assert purposed(mini(at)) == []
    without = purposed(blinded(at))
    assert without
    with_key(at, tmp_path)
    assert purposed(blinded(at)) == []
    edit(at, "trial.yaml", "path: export.csv", f'path: export.csv, sha256: "{"0" * 64}"')
    (place,) = purposed(blinded(at))
    assert place.startswith("mini: trial.yaml: source.items.") and place.endswith(".sha256")
    assert purposed(mini(at)) == []
