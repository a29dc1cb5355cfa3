"""No hash of an export is in what a run that hides the arms leaves: the arms could be tried against
it, one assignment after the other."""

import base64
import hashlib
from pathlib import Path

import pytest
from blinded_runs import with_key
from checkout import Copy, own_project
from mini_trial import edit
from sentinels import HASHES, Sentinels

from trialtrace.base.paths import project


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A project with a key of its own, without which no run hides the arms."""
    made = own_project(tmp_path_factory.mktemp("blinded") / "project")
    at = project(made.root)
    with_key(at)
    # What a look at a day asks for.
    edit(at, "trial.yaml", "subject: id, arm: arm", "subject: id, arm: arm, dated: seen")
    edit(at, "trial.yaml", "subject: id}", "subject: id, undated: A list of the first week.}")
    return made


def found(made: Copy, folder: Path, said: str) -> set[str]:
    """The files below a folder that hold a hash of a data file, however it is packed or spelt."""
    search, coded = Sentinels(), set[bytes]()
    for path in (made.root / "data").iterdir():
        for name in HASHES:
            digest = hashlib.new(name, path.read_bytes()).digest()
            search.hashes[digest.hex()[:12]] = f"{name} of {path.name}"
            coded |= {base64.b64encode(digest)[:20], base64.urlsafe_b64encode(digest)[:20]}
    texts = {"said": said.encode()}
    texts |= {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return {
        name
        for name, data in texts.items()
        if search.found_in_bytes(data) or any(one in data for one in coded)
    }


def run_for(made: Copy, folder: Path, purpose: str, *words: str) -> str:
    """What a run says whose results lie in a folder apart."""
    folder.mkdir()
    words = ("--directory", str(folder), "--cores", "2", *words)
    profile = ("--workflow-profile", str(made.root / "profiles/default"))
    config = ("--config", f"project={made.root}", *([f"purpose={purpose}"] if purpose else []))
    done = made.snakemake(*profile, *words, *config)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_search_finds_those_of_an_analysis(made: Copy, tmp_path: Path):
    said = run_for(made, tmp_path / "made", "", "results/mini/made/clean_tables.json")
    places = {name.split("/")[0] for name in found(made, tmp_path / "made", said)}
    assert {".snakemake", "results"} <= places


@pytest.mark.parametrize("purpose", ["blinded", "open 2020-02-15"])
def test_none_is_left_by_a_run_that_hides_the_arms(made: Copy, tmp_path: Path, purpose: str):
    folder = tmp_path / "made"
    said = run_for(made, folder, purpose, "mini")
    assert (folder / "results/mini/report/report.html").is_file()
    for name in (".snakemake/metadata", "logs", "archive"):
        assert any(path.is_file() for path in (folder / name).rglob("*")), name
    said += run_for(made, tmp_path / "again", purpose, "--dry-run", "mini")
    report = tmp_path / "made/snakemake-report.html"
    words = ("--snakefile", str(made.root / "Snakefile"), "mini", "--report", str(report))
    done = made.snakemake(
        "--directory", str(folder), *words, "--config", f"project={made.root}", f"purpose={purpose}"
    )
    assert done.returncode == 0, done.stderr
    assert found(made, folder, said + done.stdout + done.stderr) == set()
