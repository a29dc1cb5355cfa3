"""Every page: links resolve, commands and files that it names exist, Python of a page is right."""

import os
import re
import shlex
import subprocess
import sys
from argparse import _SubParsersAction
from pathlib import Path

import pytest
from doc_blocks import ROOT, page
from mini_trial import settings_of

from trialtrace.base.paths import Project
from trialtrace.cli import parser
from trialtrace.report.commands.reference import topic_text

PAGES = sorted(
    [
        *(path.name for path in ROOT.glob("*.md")),
        *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    ]
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
MAKE = re.compile(r"^([a-z_ -]+):", re.MULTILINE)
COMMANDS = next(
    action.choices for action in parser()._actions if isinstance(action, _SubParsersAction)
)


def prose(text: str) -> str:
    return FENCE.sub("", text)


def commands(text: str) -> list[str]:
    """Commands of shell and console blocks, and those that a sentence names in backticks."""
    shell = [body for kind, body in FENCE.findall(text) if kind in ("sh", "console")]
    lines = [line.removeprefix("$ ") for body in shell for line in body.split("\n")]
    return lines + CODE.findall(prose(text))


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("name", PAGES)
def test_relative_links_resolve(name: str):
    for link in LINK.findall(prose(page(name))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, part = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), f"{name}: {link}"
        if part:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
            assert part in map(anchor, headings), f"{name}: {link}"


@pytest.mark.parametrize("name", PAGES)
def test_targets_of_make_exist(name: str):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = {target for rule in MAKE.findall(makefile) for target in rule.split()}
    for command in commands(page(name)):
        if command.startswith("make "):
            words = shlex.split(command)[1:]
            targets = {word for word in words if re.fullmatch(r"[a-z_-]+", word)}
            assert targets <= known, f"{name}: {command}"


@pytest.mark.parametrize("name", PAGES)
def test_commands_of_trialtrace_are_understood(name: str):
    for command in commands(page(name)):
        if command.startswith("trialtrace ") and not re.search(r"[<…]|[A-Z]{3}", command):
            words = shlex.split(command.partition(" >")[0], comments=True)[1:]
            if words[0] == "help":
                assert words[1] in COMMANDS or topic_text(words[1]), f"{name}: {command}"
            elif words[0] in COMMANDS and len(words) > 1:
                parser().parse_args(words)
            else:
                assert words[0] in COMMANDS, f"{name}: {command}"


@pytest.mark.parametrize("name", PAGES)
def test_files_that_a_page_names_are_there(name: str):
    """Paths in backticks: of the repository, or of a module inside the package."""
    file = re.compile(r"[\w./-]+/[\w.-]+\.(py|md|qmd|smk|csv|yaml|schema\.json)")
    tracked = ("config/", "workflow/", "scripts/", "reports/", "tests/", "benchmarks/", "docs/")
    package = ROOT / "workflow" / "trialtrace"
    roots = (ROOT, package, package.parent, ROOT / "campaigns", (ROOT / name).parent)
    for word in CODE.findall(prose(page(name))):
        named = file.fullmatch(word) or (
            word.startswith(tracked) and not re.search(r"[<>*… ]|/_site/", word)
        )
        # `make test-all` writes the record of its run.
        if named and "ginger" not in word and word != "tests/full.json":
            assert any((root / word).exists() for root in roots), f"{name}: {word}"


def test_the_hashes_by_hand(tmp_path: Path):
    """The code of docs/trace.md on small derived data, beside trialtrace's own hashes."""
    from trialtrace.run.tables.contracts import ADSL, BDS, from_rows, write_table
    from trialtrace.run.tables.frames import Frames, canonical
    from trialtrace.run.trace.seal import RowHashes
    from trialtrace.run.trial.load import load_trial

    plain, keyed = (body for kind, body in FENCE.findall(page("docs/trace.md")) if kind == "python")
    folder = tmp_path / "results/elmunzer2012/derived"
    same = {"STUDYID": "t", "SYNTHFL": "N"}
    people = [("t-1", "Y", 1), ("t-2", "N", 1), ("t-10", "Y", 1), ("t-3", "Y", 0)]
    adsl = from_rows([same | {"USUBJID": who, "SUBJID": who} for who, _, _ in people], ADSL)
    adsl = adsl.append_column("ITTFL", [[flag for _, flag, _ in people]])
    write_table(folder / "adsl.parquet", adsl, ADSL)
    about = same | {"PARAMCD": "PEP", "PARAM": "Pancreatitis", "ASEQ": 1}
    rows = [about | {"USUBJID": who, "AVAL": value} for who, _, value in people]
    write_table(folder / "bds.parquet", from_rows(rows, BDS), BDS)
    predicate = {"ITTFL": {"is": "Y"}, "PARAMCD": {"is": "PEP"}, "AVAL": {"is": 1}}
    member = {"dataset": "bds", "predicate": canonical(predicate)}
    key = tmp_path / "trialtrace.key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    done = subprocess.run(
        [sys.executable, "-c", f"{plain}\nmember = {member}\n{keyed}"],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    selection = Frames(folder).select("bds", predicate)
    settings = settings_of("t", "restricted", str(key))
    with_key = RowHashes(load_trial("t", Project(ROOT / "none")), settings).of(selection)
    assert done.stdout == f"2 {selection.sha256}\n{with_key}\n"
