"""No cell, name of a file or of a sheet, or path of an export is in what a restricted run leaves.

Sentinels stand in the cells and names of an export that lies elsewhere. After a whole run, all that
Snakemake and the commands write or say is searched, but for the folders of the data themselves,
which only their owner can enter.
"""

import base64
import io
import shutil
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from checkout import Copy, copy_checkout, told_plainly
from sentinel_trial import Export, good_export, spoil_some

from trialtrace.base.store import read_parquet
from trialtrace.cli import main

TRIAL = "mini"
# What the user wrote, and the code; then what holds the data, whatever the disclosure.
WRITTEN = ("config", "reports", "workflow", "scripts", "profiles")
DATA = (
    f"results/{TRIAL}/inputs",
    "archive",
    *(f"results/{TRIAL}/{name}" for name in ("raw", "clean", "derived")),
)
ASKED = {
    "summary": ["--summary"],
    "detailed summary": ["--detailed-summary"],
    "files": ["--filegraph"],
    "plan": ["--dry-run", "--forceall", "--printshellcmds"],
}
# Mistakes in trial.yaml, of its text and the names in it.
MISTAKES = {
    "sheet": lambda text, names: text.replace(names["sheet"], names["sheet"][:-1]),
    "file": lambda text, names: text.replace(names["file"], names["file"][:-1]),
    "folder": lambda text, names: text.replace(names["folder"], f"{names['folder']}x"),
    "outside": lambda text, names: text.replace(names["at"], f"../{names['folder']}"),
    "pinned": lambda text, names: text.replace("encoding:", f"sha256: {'0' * 64}, encoding:", 1),
}


@dataclass
class Ran:
    """A trial after its run, and what was said of it, by what was asked."""

    made: Copy
    export: Export
    names: dict[str, str]
    said: dict[str, str]

    @property
    def trial_file(self) -> Path:
        return self.made.root / "config/trials" / TRIAL / "trial.yaml"

    def found(self, folder: Path, but: Collection[str] = ()) -> dict[str, set[str]]:
        """Each file below a folder that holds a sentinel, in its content or in its path."""
        search = self.export.sentinels
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
        looked = {
            name: search.found_in_bytes(path.read_bytes()) | search.found_in(name)
            for name, path in files.items()
            if path.is_file() and not any(f"{name}/".startswith(f"{one}/") for one in but)
        }
        assert looked
        return {name: hit for name, hit in looked.items() if hit}


def hide_away(export: Export, folder: Path) -> dict[str, str]:
    """Names that tell of people: of the folder, of a file, of a workbook and of its sheet."""
    word = export.sentinels.word
    names = {name: word(name) for name in ("file", "book", "sheet")} | {"folder": folder.name}
    names["at"] = str(folder)
    workbook = openpyxl.Workbook()
    workbook.active.title = names["sheet"]
    for row in (["id", "what"], *export.events):
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    events = 'path: events.csv, format: csv, encoding: utf-8, separator: ",", decimal: "."'
    for old, new in (
        ("folder: data", f"folder: {folder}"),
        ("path: export.csv", f"path: {names['file']}.csv"),
        (events, f"path: {names['book']}.xlsx, format: excel, sheet: {names['sheet']}"),
    ):
        assert old in export.trial
        export.trial = export.trial.replace(old, new)
    export.data = {
        f"{names['file']}.csv": export.csv().encode(),
        f"{names['book']}.xlsx": content.getvalue(),
    }
    return names


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    export = good_export()
    spoil_some(export)
    made = copy_checkout(tmp_path_factory.mktemp("secrets") / "project")
    names = hide_away(export, tmp_path_factory.mktemp("data") / export.sentinels.word("clinic"))
    at = export.write(made.root, Path(names["at"]))
    config = at.config / "config.yaml"
    formats = config.read_text().replace("[html]", "[html, docx, pdf]")
    config.write_text(f"{formats}hash_key: {_key(tmp_path_factory.mktemp('key'))}\n")
    said = {}
    run = Ran(made, export, names, said)
    for name, words in {"run": ["--cores", "2"], **ASKED}.items():
        done = made.snakemake(*words)
        assert done.returncode == 0, done.stderr
        said[name] = done.stdout + done.stderr
    done = made.snakemake("--report", str(made.root / "snakemake-report.html"))
    said["report"] = done.stdout + done.stderr
    rows = read_parquet(made.root / f"results/{TRIAL}/analysis/results.parquet").to_pylist()
    numbers = (row[name] for row in rows for name in ("stat_value", "ci_low", "ci_high"))
    # A median or a quartile that is one patient's value is a result; README says that it is shown.
    assert export.sentinels.forget({number for number in numbers if number is not None}) < 5
    return run


def _key(folder: Path) -> Path:
    key = folder / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    return key


def test_a_run_and_snakemake_leave_no_sentinel(ran: Ran):
    root = ran.made.root
    assert ran.found(root, but=(*WRITTEN, *DATA)) == {}
    for place in ("logs", ".snakemake/log", ".snakemake/metadata", "site", f"results/{TRIAL}"):
        assert any(path.is_file() for path in (root / place).rglob("*")), place
    assert (root / "snakemake-report.html").stat().st_size > 100_000
    # The path of each output that Snakemake notes is the name of a file, in base 64.
    noted = [path.name for path in (root / ".snakemake/metadata").rglob("*") if path.is_file()]
    assert any(b"results/" in base64.b64decode(f"{name}===") for name in noted)


def test_the_search_finds_them_where_the_data_are(ran: Ran):
    root = ran.made.root
    held = {name: ran.found(root / name) for name in (*DATA, f"config/trials/{TRIAL}")}
    assert "trial.yaml" in held[f"config/trials/{TRIAL}"]
    assert "export.parquet" in held[f"results/{TRIAL}/raw"]
    assert "rejects.parquet" in held[f"results/{TRIAL}/clean"]
    for name in DATA:
        assert held[name] and stat.S_IMODE((root / name).stat().st_mode) & 0o077 == 0, name


def test_snakemake_says_no_sentinel(ran: Ran):
    assert {*ran.said} == {"run", "report", *ASKED}
    for name, text in ran.said.items():
        assert text and not ran.export.sentinels.found_in(text), name


def test_commands_say_and_write_no_sentinel(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    root = ran.made.root
    monkeypatch.chdir(root)
    results = read_parquet(root / f"results/{TRIAL}/analysis/results.parquet").to_pylist()
    ids = [row["result_id"] for row in results]
    public = ["--as", "public", "--preset", "trial"]
    for words in (
        *([name, TRIAL] for name in ("check", "results", "runs", "diff", "coverage", "report")),
        *(["results", TRIAL, "--format", form] for form in ("json", "csv")),
        ["plan", TRIAL, "--text"],
        ["trace", ids[0], "--rows"],
        *(["trace", one, *more] for one in ids[::40] for more in ([], ["--format", "json"])),
        *(["impact", TRIAL, one] for one in ids[::40]),
        ["script", ids[0]],
        ["report", TRIAL, "--sentences", "relief_primary"],
        ["verify", f"results/{TRIAL}/report"],
        ["doctor"],
        ["crate", TRIAL, str(tmp_path / "crate")],
        ["export", TRIAL, str(tmp_path / "public"), *public],
        *(["export", TRIAL, str(tmp_path / form), "--as", form] for form in ("ard", "ars")),
    ):
        main(["--project", str(root), *words])
        told = "".join(capsys.readouterr())
        assert told and not ran.export.sentinels.found_in(told), words
    assert {"crate", "public", "ard", "ars"} == {path.name for path in tmp_path.iterdir()}
    assert ran.found(tmp_path) == {}


def test_the_owner_sees_cells_on_a_terminal_and_in_a_private_folder_alone(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    root = ran.made.root
    monkeypatch.chdir(root)
    results = read_parquet(root / f"results/{TRIAL}/analysis/results.parquet").to_pylist()
    words = ["trace", results[0]["result_id"], "--rows", "--private"]
    assert main(words) == 1, "a pipe is no terminal"
    told = "".join(capsys.readouterr())
    assert "--output NAME" in told and not ran.export.sentinels.found_in(told)
    assert main([*words, "--output", "../rows.txt"]) == 1
    folder = root / f"results/{TRIAL}/private"
    assert not folder.exists()
    try:
        assert main([*words, "--output", "rows.txt"]) == 0
        assert ran.found(folder).keys() == {"rows.txt"}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "rows.txt").stat().st_mode) == 0o600
        assert not ran.export.sentinels.found_in("".join(capsys.readouterr()))
        assert main(["verify", f"results/{TRIAL}"]) == 0, "it is no alteration"
        for form in ("crate", "public"):
            more = ["--as", "public", "--preset", "trial"] if form == "public" else []
            name = "research-object" if form == "crate" else "export"
            assert main([name, TRIAL, str(tmp_path / form), *more]) == 0
        assert ran.found(tmp_path) == {}
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        capsys.readouterr()
        assert main(words) == 0
        assert ran.export.sentinels.found_in(capsys.readouterr().out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_run_that_stops_leaves_no_sentinel(ran: Ran, tmp_path: Path):
    """Nor does the log that is kept of the job that stopped."""
    made = Copy(shutil.copytree(ran.made.root, tmp_path / "project", symlinks=True))
    file = made.root / ran.trial_file.relative_to(ran.made.root)
    file.write_text(MISTAKES["sheet"](file.read_text(), ran.names))
    done = made.snakemake("--cores", "1", f"results/{TRIAL}/raw")
    assert done.returncode == 1 and told_plainly(done.stderr), done.stderr
    assert f"logs/{TRIAL}/clean_tables.log" in done.stderr and "sheet" in done.stderr
    assert not ran.export.sentinels.found_in(done.stdout + done.stderr)
    assert ran.found(made.root / "logs") == ran.found(made.root / ".snakemake") == {}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_where_the_export_lies_names_no_part_of_it(
    ran: Ran, name: str, capsys: pytest.CaptureFixture[str]
):
    before = ran.trial_file.read_text()
    ran.trial_file.write_text(MISTAKES[name](before, ran.names))
    try:
        assert ran.trial_file.read_text() != before
        assert main(["--project", str(ran.made.root), "check", TRIAL]) == 1
    finally:
        ran.trial_file.write_text(before)
    told = "".join(capsys.readouterr())
    assert "source." in told and not ran.export.sentinels.found_in(told)
