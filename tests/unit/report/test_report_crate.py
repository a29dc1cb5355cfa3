"""A run as a research object: what is in it, what its validator says, what verify finds altered."""

import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import kept_report
import pytest
from mini_trial import REPOSITORY

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.commands import crate as commands
from trialtrace.report.commands.crate import check_unaltered
from trialtrace.report.interchange.crate import (
    METADATA,
    SIGNATURE,
    SUMS,
    described_run,
    write_crate,
)
from trialtrace.report.verify.crate import altered_crate
from trialtrace.report.verify.rerun import _made_otherwise, _project, differences_of
from trialtrace.run.jobs.data import data_files
from trialtrace.run.jobs.run_state import read_run
from trialtrace.run.trial.load import load_trial

pytestmark = pytest.mark.full

VALIDATOR = REPOSITORY / ".venv-crate" / "bin" / "python"
SCRIPT = REPOSITORY / "tests" / "helpers" / "valid_crate.py"
FLIPS = 150


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """A project with a whole run, by its disclosure."""
    names = ("full", "restricted")
    made = tmp_path_factory
    return {name: kept_report.copied(made, made.mktemp(name), name) for name in names}


@pytest.fixture(scope="module")
def crates(tmp_path_factory, projects):
    """A crate by the disclosure that it was made under, and one for everyone."""
    made = {name: tmp_path_factory.mktemp("made") / "crate" for name in projects}
    for name, at in projects.items():
        write_crate(load_trial("mini", at), made[name])
    made["public"] = tmp_path_factory.mktemp("public") / "crate"
    at = projects["restricted"].root
    words = ["--project", str(at), "crate", "mini", str(made["public"]), "--preset", "sacro"]
    assert main(words) == 0
    return made


def sums(folder):
    lines = (folder / SUMS).read_text().splitlines()
    return {line[66:]: line[:64] for line in lines}


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_a_crate_is_whole_as_sha256sum_has_it(crates, disclosure):
    folder = crates[disclosure]
    done = subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=folder, check=False)
    assert done.returncode == 0
    assert list(altered_crate(folder)) == []
    names = set(sums(folder))
    assert {"Snakefile", "requirements.lock", "results/report/report.html", METADATA} <= names
    private = {name for name in names if re.match("data/|config/|results/(?!report/)", name)}
    assert bool(private) == (disclosure == "full")
    assert ("data/export.csv" in names) == (disclosure == "full")


def test_a_restricted_crate_has_no_name_of_a_data_file_and_no_hash_of_one(crates):
    folder = crates["restricted"]
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"export.csv" not in path.read_bytes(), path
    values = [one["value"] for one in graph(folder) if one["@id"].startswith("#data-")]
    assert values and set(values) == {"of a file that is not in this crate"}


def graph(folder):
    return json.loads((folder / METADATA).read_text())["@graph"]


def test_a_crate_for_everyone_has_what_a_release_has_and_no_trace_of_rows(
    crates, projects, tmp_path, capsys
):
    """Neither files that the release has not, nor a hash over rows, nor names of data files."""
    project, release = str(projects["restricted"].root), tmp_path / "release"
    words = ["export", "mini", str(release), "--as", "public", "--preset", "sacro"]
    assert main(["--project", project, *words]) == 0
    place = crates["public"] / "results"
    files = {path.name: path.read_bytes() for path in (place / "public").iterdir()}
    assert [path.name for path in place.iterdir()] == ["public"]
    assert files == {p.name: p.read_bytes() for p in release.iterdir() if p.name in files}
    assert {path.name for path in release.iterdir()} - {*files} <= {SUMS, "SYNTHETIC.txt"}
    described = json.dumps(graph(crates["public"]))
    assert not [name for name in ("#data-", "#configuration-", "identifier") if name in described]
    assert not (crates["public"] / "config").exists()
    assert main(["verify", str(crates["public"])]) == 0
    (place / "public" / "index.html").write_text("")
    assert main(["verify", str(crates["public"])]) == 1
    (place / "public" / "index.html").write_bytes(files["index.html"])


@pytest.mark.crate
def test_the_validator_finds_nothing_that_is_required(crates, tmp_path):
    # A description without the run is none.
    broken = tmp_path / "broken"
    shutil.copytree(crates["restricted"], broken)
    without = [one for one in graph(broken) if one["@id"] not in ("#run", "#snakemake")]
    text = json.dumps({"@context": ["https://w3id.org/ro/crate/1.1/context"], "@graph": without})
    (broken / METADATA).write_text(text)
    assert "#run" in text
    asked = [(folder, "workflow-run-crate") for folder in (*crates.values(), broken)]
    asked.append((crates["restricted"], "ro-crate-1.1"))
    command = [VALIDATOR, SCRIPT, *(word for each in asked for word in each)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    issues = json.loads(done.stdout.splitlines()[-1])
    assert [bool(each) for each in issues] == [False, False, False, True, False], issues


def altered(folder):
    return {(one.file, one.what) for one in altered_crate(folder)}


@pytest.fixture
def copy(crates, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(crates["full"], folder)
    return folder


def test_a_missing_an_extra_and_a_changed_file_are_named(copy):
    (copy / "Snakefile").unlink()
    (copy / "results" / "extra.txt").write_text("more")
    page = copy / "results" / "report" / "report.html"
    page.write_bytes(page.read_bytes() + b"\n")
    assert altered(copy) == {
        ("Snakefile", "missing"),
        ("results/extra.txt", "extra"),
        ("results/report/report.html", "changed"),
    }


def test_paths_that_lead_outside_are_named(copy, tmp_path):
    (tmp_path / "secret").write_text("outside")
    with (copy / SUMS).open("a") as file:
        file.write(f"{'0' * 64}  ../secret\n")
    (copy / "link").symlink_to(tmp_path / "secret")
    assert altered(copy) == {("../secret", "changed"), ("link", "extra")}


def test_a_file_that_is_altered_with_its_sum_is_found_by_the_description(copy):
    page = copy / "results" / "report" / "report.html"
    old = sums(copy)["results/report/report.html"]
    page.write_bytes(page.read_bytes() + b"\n")
    new = subprocess.run(["sha256sum", page], capture_output=True, text=True, check=True).stdout[
        :64
    ]
    (copy / SUMS).write_text((copy / SUMS).read_text().replace(old, new))
    assert altered(copy) == {(METADATA, "changed")}


def test_a_byte_that_is_flipped_anywhere_is_found_and_its_file_named(crates, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(crates["full"], folder)
    rng = random.Random(20261126)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    # The list itself as often as all the rest together.
    for path in [*rng.choices(paths, k=FLIPS // 2), *[folder / SUMS] * (FLIPS // 2)]:
        data = bytearray(path.read_bytes())
        at = rng.randrange(len(data))
        was = bytes(data)
        data[at] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        named = {one.file for one in altered_crate(folder)}
        name = path.relative_to(folder).as_posix()
        assert name in named or (name == SUMS and named), (name, at)
        path.write_bytes(was)
    assert altered(folder) == set()


def test_a_signature_is_made_and_checked(tmp_path, projects, capsys):
    at = projects["full"]
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    folder = tmp_path / "crate"
    write_crate(load_trial("mini", at), folder, str(key))
    signers = tmp_path / "signers"
    public = " ".join(Path(f"{key}.pub").read_text().split()[:2])
    signers.write_text(f"writer {public}\n")
    verify = ["--project", str(at.root), "verify", str(folder)]
    assert main(verify) == 0
    assert "whose key that is" in capsys.readouterr().out
    assert main([*verify, "--signers", str(signers), "--signer", "writer"]) == 0
    assert main([*verify, "--signers", str(signers), "--signer", "another"]) == 1
    (folder / SUMS).write_text((folder / SUMS).read_text() + "\n")
    assert main(verify) == 1
    (folder / SIGNATURE).unlink()
    assert main([*verify, "--signers", str(signers), "--signer", "writer"]) == 1
    assert "no signature" in capsys.readouterr().out


def test_a_crate_is_run_again_and_every_byte_of_its_results_compared(copy, tmp_path, capsys):
    again = tmp_path / "again"
    verify = ["verify", str(copy), "--rerun", str(again)]
    assert main(verify) == 0
    assert f"results, byte by byte, with those of a run in {again}" in capsys.readouterr().out
    assert main(verify) == 2 and "is not empty" in capsys.readouterr().err
    # What stands in a crate, and what a run makes of its data.
    (copy / "results" / "audit" / "extra.parquet").write_bytes(b"")
    (copy / "results" / "report" / "report.pdf").unlink()
    page = copy / "results" / "report" / "report.html"
    page.write_bytes(page.read_bytes() + b"\n")
    differences = {(one.file, one.what) for one in differences_of(copy, again / "results" / "mini")}
    assert differences == {
        ("results/audit/extra.parquet", "missing"),
        ("results/report/report.pdf", "extra"),
        ("results/report/report.html", "changed"),
    }
    shutil.rmtree(copy / "results" / "analysis")
    whole = {each.file: each.what for each in differences_of(copy, again / "results" / "mini")}
    assert whole["results/analysis/results.parquet"] == "extra"
    now = described_run(read_run(again / "results" / "mini"))
    before = now | {"code of analyse_plan": "0" * 64, "python": "2.7"}
    stated = [{"@type": "PropertyValue", "name": n, "value": str(v)} for n, v in before.items()]
    (copy / METADATA).write_text(json.dumps({"@graph": stated}))
    assert [*_made_otherwise(copy, Project(again), "mini")] == [
        "other code than in the crate: analyse_plan",
        f"python: {now['python']} here, 2.7 in the crate",
    ]
    assert main([*verify[:-1], str(tmp_path / "third")]) == 1
    assert "not run again: it is not whole" in capsys.readouterr().out


def test_data_of_a_folder_of_another_machine_are_read_from_the_crate(copy, tmp_path):
    configuration = copy / "config" / "trials" / "mini" / "trial.yaml"
    text = configuration.read_text()
    configuration.write_text(re.sub(r"folder: \S+", "folder: /not/here", text))
    at = _project(copy, "mini", tmp_path / "again")
    trial = load_trial("mini", at)
    files = sorted(path.name for path in (copy / "data").iterdir())
    assert sorted(path.name for path in data_files(trial)) == files
    assert all((at.root / path).is_file() for path in data_files(trial))


def test_a_crate_is_not_run_again_into_itself(copy, capsys):
    assert main(["verify", str(copy), "--rerun", str(copy / "again")]) == 2
    assert "lies in the crate" in capsys.readouterr().err


def test_a_configuration_that_the_run_read_is_missed_whatever_the_sums_say(copy):
    name = "config/trials/mini/cleaning.yaml"
    (copy / name).unlink()
    described = json.loads((copy / METADATA).read_bytes())
    described["@graph"] = [each for each in described["@graph"] if each["@id"] != name]
    (copy / METADATA).write_text(json.dumps(described))
    lines = (copy / SUMS).read_text().splitlines(keepends=True)
    (copy / SUMS).write_text("".join(line for line in lines if line[66:-1] != name))
    assert (name, "missing") in altered(copy)


def test_a_crate_without_data_and_what_is_no_crate_are_not_run_again(crates, tmp_path, capsys):
    verify = ["verify", str(crates["restricted"]), "--rerun", str(tmp_path / "again")]
    assert main(verify) == 2
    assert "no configuration and no data" in capsys.readouterr().err
    assert main(["verify", str(tmp_path), "--rerun", str(tmp_path / "again")]) == 2
    assert "expected  a crate" in capsys.readouterr().err


def refused(at, folder):
    trial = load_trial("mini", at)
    with pytest.raises(UserError) as caught:
        check_unaltered(trial)
        write_crate(trial, folder)
    assert not folder.exists() or folder.name == "crate"
    return str(caught.value)


def test_a_folder_that_is_there_is_left_alone(crates, projects):
    assert "is there already" in refused(projects["full"], crates["full"])
    assert list(altered_crate(crates["full"])) == []
    inside = projects["full"].results / "mini" / "report" / "more"
    assert "lies in the results" in refused(projects["full"], inside)


def test_what_a_run_did_not_write_or_read_is_handed_to_nobody(projects, tmp_path):
    at = projects["restricted"]
    stray = at.results / "mini" / "report" / "export_backup.csv"
    stray.write_text("id,arm")
    assert "report/export_backup.csv" in refused(at, tmp_path / "new")
    stray.unlink()
    plan = at.trial_config("mini") / "plan.yaml"
    text = plan.read_text()
    plan.write_text(text.replace("decision_level: 0.05", "decision_level: 0.049"))
    assert "not as the run read it" in refused(at, tmp_path / "new")
    plan.write_text(text)


@pytest.mark.parametrize(("made", "now"), [("full", "by_source"), ("restricted", "full")])
def test_a_crate_is_of_the_disclosure_that_its_report_was_made_under(
    projects, tmp_path, capsys, made, now
):
    """Called restricted it would hold every row of a report that was made under full."""
    at = projects[made]
    config = at.config / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace(f"disclosure: {made}", f"disclosure: {now}"))
    try:
        assert main(["--project", str(at.root), "crate", "mini", str(tmp_path / "new")]) == 1
    finally:
        config.write_text(text)
    told = capsys.readouterr().err
    assert f"'{now}', and the run was made under '{made}'" in told and "run again" in told
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("disclosure", ["full", "restricted"])
def test_the_command_says_that_patients_are_in_it(projects, tmp_path, capsys, disclosure):
    at = projects[disclosure]
    assert main(["--project", str(at.root), "crate", "mini", str(tmp_path / "new")]) == 0
    assert ("DATA OF PATIENTS" in capsys.readouterr().out) == (disclosure == "full")


def test_a_crate_without_its_description_is_no_site(copy, capsys):
    (copy / METADATA).unlink()
    assert main(["verify", str(copy)]) == 1
    told = capsys.readouterr().out
    assert "ALTERED (a crate that names no trial)" in told and f"missing: {METADATA}" in told


def test_signers_that_are_not_there_alter_nothing(copy, capsys):
    words = ["--signers", str(copy.parent / "nobody"), "--signer", "writer"]
    assert main(["verify", str(copy), *words]) == 2
    assert "nobody\n" in capsys.readouterr().err.replace(" is not there", "\n")


def test_links_empty_folders_and_pipes_are_named(copy):
    (copy / "WITHDRAWN").mkdir()
    os.mkfifo(copy / "pipe")
    target = copy / "Snakefile"
    (copy / "twin").write_bytes(target.read_bytes())
    target.unlink()
    target.symlink_to("twin")
    names = altered(copy)
    assert {("WITHDRAWN", "extra"), ("pipe", "extra"), ("Snakefile", "extra")} <= names


@pytest.mark.parametrize("sums_link", [SUMS, METADATA])
def test_a_list_or_description_that_is_a_link_is_named(copy, tmp_path, sums_link):
    (copy / sums_link).rename(tmp_path / "elsewhere")
    (copy / sums_link).symlink_to(tmp_path / "elsewhere")
    assert (sums_link, "extra") in altered(copy)


def test_a_description_that_is_odd_is_changed_and_no_traceback(copy):
    text = (copy / METADATA).read_text()
    for odd in ("[]", "{}", '{"@graph": [{"@id": 5, "sha256": 6}]}', '{"@graph": [1]}', "\0"):
        (copy / METADATA).write_text(odd)
        assert (METADATA, "changed") in altered(copy)
    # The same file twice, the wrong hash first.
    graph_ = json.loads(text)
    graph_["@graph"].insert(0, {"@id": "Snakefile", "@type": "File", "sha256": "0" * 64})
    (copy / METADATA).write_text(json.dumps(graph_))
    assert any(one.shown == "described twice" for one in altered_crate(copy))
    with (copy / SUMS).open("a") as file:
        file.write(f"{'0' * 64}  a\0b\n")
    assert any(one.file == "a\0b" for one in altered_crate(copy))


def test_code_that_changed_since_the_run_goes_into_no_crate(
    projects, tmp_path, monkeypatch, capsys
):
    at = projects["full"]
    command = ["--project", str(at.root), "crate", "mini", str(tmp_path / "new")]
    with monkeypatch.context() as patched:
        patched.setattr(commands, "tell_run", lambda *_, **__: (at, ["analyse_plan"]))
        assert main(command) == 1
    assert "analyse_plan that changed since the run" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert main(command) == 0
    assert list(altered_crate(tmp_path / "new")) == []
