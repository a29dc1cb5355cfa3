"""A public release: nothing of a single patient in any byte of it, and its files agree."""

import hashlib
import json
import shutil
from dataclasses import replace

import mini_run
import pytest
from ars_rules import faults
from sentinel_trial import good_export

from trialtrace.base.errors import UserError
from trialtrace.base.purpose import Purpose
from trialtrace.cli import main
from trialtrace.report.commands.export import write_form
from trialtrace.report.public import PublicResults
from trialtrace.run.disclosure.presets import PRESETS
from trialtrace.run.trial.load import Trial, load_trial


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """(export, trial) of a run in which every cell that is no declared code is a sentinel."""
    export = good_export()
    at = export.write(tmp_path_factory.mktemp("sentinels"))
    made = mini_run.run_stages(load_trial("mini", at), at.results / "mini", at)
    return export, made.trial


@pytest.fixture(scope="module", params=PRESETS)
def released(run, request, tmp_path_factory):
    """(export, folder, told)."""
    export, trial = run
    folder = tmp_path_factory.mktemp("public") / request.param
    told = write_form(trial, str(folder), "public", request.param)
    return export, folder, told


def test_no_cell_and_no_identifier_is_in_any_byte(released):
    """A median or a quartile can be one patient's value; a threshold says of how many it is."""
    export, folder, told = released
    lines = json.loads((folder / "ard.json").read_text(encoding="utf-8"))
    quantiles = ("median", "q1", "q3", "median_time", "follow_up")
    shown = [line["stat"][0] for line in lines if line["stat"] and line["stat_name"] in quantiles]
    export.sentinels.forget(set(shown))
    identifiers = {f"mini-{name}" for name in export.column("id")}
    for path in folder.iterdir():
        assert not export.sentinels.found_in_file(path), path.name
        text = path.read_text(encoding="utf-8")
        assert not [name for name in identifiers if name in text]
    assert not export.sentinels.found_in(told)


def test_hidden_results_are_listed_with_the_reason_and_have_no_number(released):
    _, folder, _ = released
    lines = json.loads((folder / "ard.json").read_text(encoding="utf-8"))
    hidden = {line["result_id"] for line in lines if line["suppressed"]}
    listed = (folder / "hidden.csv").read_text(encoding="utf-8").splitlines()[1:]
    of_results = [line for line in listed if "@" in line]
    assert len(of_results) == len(hidden)
    left_out = {line.partition(",")[0] for line in listed} - hidden
    assert left_out and {name.count("/") for name in left_out} == {1}
    every = len({line["result_id"] for line in lines})
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert f"<p>{len(hidden)} of {every} listed results are hidden.</p>" in page
    of_hidden = [line for line in lines if line["result_id"] in hidden]
    assert all(line["stat"] is None for line in of_hidden)
    event = json.loads((folder / "ars.json").read_text(encoding="utf-8"))
    assert faults(event) == []
    results = [each for analysis in event["analyses"] for each in analysis["results"]]
    assert sum(each.get("formattedValue") == "hidden" for each in results) == len(hidden)


def test_sums_are_of_the_files(released):
    _, folder, _ = released
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = dict(reversed(line.split("  ")) for line in lines)
    assert set(listed) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_release_is_verified_by_its_own_sums(released, tmp_path, capsys):
    folder = tmp_path / "copy"
    shutil.copytree(released[1], folder)
    assert main(["verify", str(folder)]) == 0
    assert "whole (a public release)" in capsys.readouterr().out
    assert main(["verify", str(folder), "--rerun", str(tmp_path / "new")]) == 2
    (folder / "hidden.csv").unlink()
    page = folder / "index.html"
    page.write_bytes(page.read_bytes() + b"\n")
    assert main(["verify", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "missing: hidden.csv" in told and "changed: index.html" in told
    assert "ro-crate" not in told


def test_two_releases_are_the_same_bytes(run, tmp_path):
    _, trial = run
    for name in ("one", "two"):
        write_form(trial, str(tmp_path / name), "public", "sacro")
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two


def test_levels_that_no_list_of_the_dictionary_has_are_not_told(run, monkeypatch):
    """Sites are two words of the data, where the dictionary has no choices for them."""
    _, trial = run
    levels = {"North", "South"}

    def shown():
        rows = [each.row for each in PublicResults(trial, PRESETS["trial"]).told]
        return {row["group2_level"] for row in rows if row["parameter"] == "site"}

    assert levels <= shown()
    patients = trial.dictionary["patients"]
    monkeypatch.setitem(patients, "site", replace(patients["site"], choices={}, kind="text"))
    assert not levels & shown()


def test_nothing_of_a_run_without_its_arms_is_for_everyone(run, tmp_path, monkeypatch):
    _, trial = run
    monkeypatch.setattr(type(trial), "pooled", True)
    with pytest.raises(UserError, match="not the analysis"):
        write_form(trial, str(tmp_path / "public"), "public", "trial")
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize("kind", ["blinded", "closed"])
def test_nothing_of_another_run_than_the_analysis_is_for_everyone(run, tmp_path, kind):
    _, trial = run
    cut = None if kind == "blinded" else "2020-06-30"
    other = Trial(trial.name, replace(trial.at, purpose=Purpose(kind, cut)))
    with pytest.raises(UserError, match="not the analysis"):
        _ = PublicResults(other, PRESETS["trial"]).files


def test_free_text_of_ones_own_files_is_not_for_everyone(run, tmp_path):
    """Under full disclosure nobody has said that names of events are words of a list."""
    _, trial = run
    config = trial.at.config / "config.yaml"
    text = config.read_text()
    try:
        config.write_text(text.replace("by_source", "full"))
        with pytest.raises(UserError, match="free text"):
            write_form(trial, str(tmp_path / "public"), "public", "trial")
    finally:
        config.write_text(text)
