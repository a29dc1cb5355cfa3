"""Reports, results and a frozen plan of 22fbe3789 (version 0.1.0) beside this version.

`mini_by_0.1.0.tar.xz` is the small trial as that commit made it: configuration, data, results with
seal and records, and the frozen plan (`frozen-plan/`). What another version made is said to be made
by it, and is never called altered for that.
"""

import io
import json
import lzma
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from kept_report import repacked

import trialtrace
from trialtrace.base.paths import Project, project
from trialtrace.cli import main
from trialtrace.report.commands.verify import NOT_COMPARED
from trialtrace.report.verify.verified import verified

ARCHIVE = Path(__file__).parent / "mini_by_0.1.0.tar.xz"
DOCUMENTS = ("report.html", "report.docx", "summary.html", "supplement.html", "")


@pytest.fixture
def old(tmp_path: Path) -> Project:
    """The project as that commit left it."""
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(ARCHIVE.read_bytes()))) as tar:
        tar.extractall(tmp_path / "old", filter="data")
    return project(tmp_path / "old")


def test_results_of_an_earlier_version_are_whole_and_say_so(old: Project, capsys):
    assert main(["--project", str(old.root), "verify", str(old.results / "mini")]) == 0
    told = capsys.readouterr().out
    assert "made by trialtrace 0.1.0" in told and trialtrace.__version__ in told
    assert "ALTERED" not in told


@pytest.mark.parametrize("name", DOCUMENTS[:3])
def test_a_report_beside_its_own_run_is_whole(old: Project, name: str):
    told = verified(old, old.results / "mini" / "report" / name)
    assert (told.found, told.uncompared) == ([], None)


def test_an_altered_file_of_an_earlier_version_is_still_found(old: Project):
    """Bytes are bytes, whatever version wrote them."""
    page = old.results / "mini" / "report" / "report.html"
    page.write_bytes(page.read_bytes().replace(b">33.3", b">13.3"))
    assert "number" in {one.what for one in verified(old, page).found}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_older_report_is_not_held_against_a_newer_run(
    old: Project, whole: Project, name: str, tmp_path: Path, capsys
):
    mailed = shutil.copytree(old.results / "mini" / "report", tmp_path / "mailed") / name
    words = ["--project", str(whole.root), "verify", str(mailed), "--trial", "mini"]
    assert main(words) == NOT_COMPARED
    told = capsys.readouterr().out
    assert "made by" in told and "ALTERED" not in told
    if name != "summary.html":
        last = f"the last run of this trial by trialtrace {trialtrace.__version__}"
        assert f"made by trialtrace 0.1.0, and {last}" in told


def test_an_older_report_saved_anew(old: Project, whole: Project, tmp_path: Path):
    path = tmp_path / "again.docx"
    path.write_bytes(repacked((old.results / "mini" / "report" / "report.docx").read_bytes()))
    told = verified(whole, path, "mini")
    assert told.found == [] and "made by trialtrace 0.1.0" in str(told.uncompared)


def test_a_report_of_the_same_version_by_other_code(whole: Project, tmp_path: Path):
    """Another commit is known by the hashes of its code and of its run together."""
    page = (whole.results / "mini" / "report" / "report.html").read_text(encoding="utf-8")
    seal = json.loads((whole.results / "mini" / "seal.json").read_bytes())
    (code,) = set(re.findall(r"code <code>([0-9a-f]{16})</code>", page))
    of_another = page.replace(code, "0123456789abcdef").replace(seal["seal"][:8], "0" * 8)
    other = tmp_path / "report.html"
    other.write_text(of_another, encoding="utf-8")
    assert "other code" in str(verified(whole, other, "mini").uncompared)
    # One of the two alone is an alteration.
    other.write_text(page.replace(code, "0123456789abcdef"), encoding="utf-8")
    assert verified(whole, other, "mini").found
    other.write_text(page.replace(seal["seal"][:8], "0" * 8), encoding="utf-8")
    assert verified(whole, other, "mini").found


@pytest.mark.parametrize("file", ["seal.json", "made/derive_datasets.json"])
def test_records_of_another_format(old: Project, file: str, capsys):
    """As a later version may find them: the version and the commit come from run.json."""
    folder = old.results / "mini"
    path = folder / file
    other = {"version": 99} if file == "seal.json" else {"rooms": {}}
    path.write_text(json.dumps(json.loads(path.read_bytes()) | other))
    run = {"versions": {"trialtrace": "0.1.0"}, "commit": "22fbe3789b35f11d"}
    (folder / "run.json").write_text(json.dumps(run))
    for place in (folder, folder / "report" / "report.html"):
        assert main(["--project", str(old.root), "verify", str(place)]) == NOT_COMPARED
        told = capsys.readouterr().out
        assert "made by trialtrace 0.1.0 (commit 22fbe3789)" in told
        assert path.name in told and "ALTERED" not in told


def test_a_plan_that_an_earlier_version_froze_counts_as_frozen(old: Project, capsys):
    frozen = old.trial_config("mini") / "frozen"
    (old.root / "frozen-plan").rename(frozen)
    assert main(["--project", str(old.root), "freeze", "mini", "--check"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"plan frozen 2026-11-30 \(self-dated\), sha256 6d5aa4cd", told)
    assert "Nothing of the plan has changed since." in told
    assert (
        f"frozen by trialtrace 0.1.0; the code is of another version, {trialtrace.__version__}"
        in told
    )
    # Its own files are still held: a copy that was changed is no frozen plan.
    plan = frozen / "plan.yaml"
    plan.write_text(plan.read_text() + "# later\n")
    assert main(["--project", str(old.root), "freeze", "mini", "--check"]) != 0


def test_a_change_after_an_earlier_version_froze_it_is_named(old: Project, capsys):
    (old.root / "frozen-plan").rename(old.trial_config("mini") / "frozen")
    plan = old.trial_config("mini") / "plan.yaml"
    text = plan.read_text()
    plan.write_text(re.sub(r"confidence: 0\.\d+", "confidence: 0.9", text, count=1))
    assert plan.read_text() != text
    assert main(["--project", str(old.root), "freeze", "mini", "--check"]) == 1
    assert "NO REASON IS GIVEN" in capsys.readouterr().out
