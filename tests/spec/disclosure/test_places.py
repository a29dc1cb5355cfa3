"""Where an export lies and how its files are called stays at home: both tell of people."""

import json
import shutil

import mini_run
import mini_trial
import pytest
import yaml

from trialtrace.report.report import render_report
from trialtrace.report.shown_config import HIDDEN, without_places
from trialtrace.run.trial.load import load_settings, load_trial

SECRETS = ("srv-clinic", "StMary", "ward7", "export.csv")


def moved_trial(root, folder):
    """The mini trial whose data lie outside the project, under telling names."""
    at = mini_run.write_mini(root)
    shutil.move(root / "data", folder)
    (folder / "export.csv").rename(folder / "StMary_ward7.csv")
    trial = mini_trial.TRIAL.replace("folder: data", f"folder: {folder}  # from {folder}/raw")
    trial = trial.replace("path: export.csv", "path: StMary_ward7.csv")
    (at.trial_config("mini") / "trial.yaml").write_text(trial)
    return mini_run.run_stages(load_trial("mini", at), at.results / "mini", at)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("srv-clinic") / "data"
    return moved_trial(tmp_path_factory.mktemp("places"), folder)


def mailed(run, disclosure):
    config = run.at.config / "config.yaml"
    config.write_text(mini_trial.CONFIG.replace("by_source", disclosure))
    shutil.rmtree(run.folder / "report", ignore_errors=True)
    render_report(run.trial, load_settings(run.at), run.folder, {})
    files = [path for path in (run.folder / "report").rglob("*") if path.is_file()]
    assert len(files) > 30
    return {path: path.read_bytes() for path in files}


def test_no_mailed_file_says_where_the_export_lies(run):
    shown = mailed(run, "restricted")
    manifest = json.loads((run.folder / "raw" / "manifest.json").read_text())
    digests = [table["file"]["sha256"][:12] for table in manifest["tables"].values()]
    for secret in (*SECRETS, *digests, str(run.at.root)):
        assert not [path for path, data in shown.items() if secret.encode() in data], secret
    (trial,) = [data.decode() for path, data in shown.items() if path.name == "trial.yaml.txt"]
    source = yaml.safe_load(trial)["source"]
    assert source["folder"] == HIDDEN
    assert {item["path"] for item in source["items"].values()} == {HIDDEN}
    assert source["items"]["export"]["encoding"] == "utf-8"
    pages = [data for path, data in shown.items() if path.parent.name == "trace"]
    assert any(b"analysed: export, 20 lines" in page for page in pages)


def test_nothing_that_a_run_writes_has_a_file_s_name_but_its_tables_of_patients(run):
    mailed(run, "restricted")
    own = [run.folder / name for name in ("raw", "clean", "derived")]
    written = [path for path in run.folder.rglob("*") if path.is_file()]
    others = [path for path in written if not {*own} & {*path.parents}]
    assert len(others) > 30
    for secret in SECRETS:
        assert not [path for path in others if secret.encode() in path.read_bytes()], secret


FLOW = "source: {kind: files, folder: /srv/x y, items: {a: {path: 'b.csv', format: csv}}}\n"
BLOCK = """\
source:
  kind: files
  folder: "/srv/x"  # there
  items:
    a: {path: b.xlsx, sheet: W 7, sha256: "0123"}
"""
FOLDED = """\
source:
  folder: >-
    /srv/x
  items:
    a:
      path: |
        b.csv
    c: {path: d.csv}
"""


@pytest.mark.parametrize("text", [FLOW, BLOCK, FOLDED], ids=["flow", "block", "folded"])
def test_however_it_is_written(text):
    before, after = yaml.safe_load(text)["source"], yaml.safe_load(without_places(text))["source"]
    assert after["folder"] == HIDDEN
    for name, item in before["items"].items():
        hidden = {key: HIDDEN for key in item if key in ("path", "sheet", "sha256")}
        assert after["items"][name] == item | hidden
