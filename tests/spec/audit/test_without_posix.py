"""`stats`, `audit` and `read` without fcntl, resource and fork, and names with backslashes."""

import csv
import subprocess
import sys

import pytest

from trialtrace.cli import main

ABSENT = """
import os, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "getuid", "geteuid", "fchmod", "O_DIRECTORY"):
    if hasattr(os, name):
        delattr(os, name)
"""
CALLS = """
from trialtrace.cli import main
sys.exit(main(sys.argv[1:]))
"""
STATS = """
import trialtrace.stats as ts
print(round(ts.categorical.risk_ratio_log(13, 40, 7, 42, confidence=0.95).estimate, 6))
"""
PAPER = """<html><body><h1>A trial</h1><table><caption>Table 1</caption>
<tr><th>Outcome</th><th>Drug (n=27)</th><th>Placebo (n=29)</th></tr>
<tr><td>Men, n (%)</td><td>13 (48.1%)</td><td>12 (41.4%)</td></tr>
</table></body></html>"""
SHEET = """study,arm,outcome,n,mean,SD,events,percent
Adams,A,Falls,27,,,5,18.5
Adams,B,Falls,29,,,7,21.4
"""


def run(folder, code, *arguments):
    command = [sys.executable, "-c", ABSENT + code, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "C:\\reviews and papers"
    made.mkdir()
    (made / "a\\sheet.csv").write_text(SHEET, encoding="utf-8")
    (made / "a\\paper.html").write_text(PAPER, encoding="utf-8")
    return made


def test_the_library_computes(folder):
    done = run(folder, STATS)
    assert (done.returncode, done.stdout) == (0, "1.95\n"), done.stderr


def test_a_ledger_is_audited_with_the_same_words(folder, capsys):
    main(["audit", "--example"])
    (folder / "a\\ledger.yaml").write_text(capsys.readouterr().out, encoding="utf-8")
    done = run(folder, CALLS, "audit", "a\\ledger.yaml", "--format", "csv")
    assert main(["audit", str(folder / "a\\ledger.yaml"), "--format", "csv"]) == done.returncode
    assert done.stdout == capsys.readouterr().out
    assert len(done.stdout.splitlines()) > 5


def test_a_form_is_written_beside_its_sheet(folder):
    done = run(folder, CALLS, "audit", "a\\sheet.csv", "--format", "inspect-sr")
    assert done.returncode == 0, done.stderr
    text = (folder / "a\\sheet.inspect-sr.csv").read_text(encoding="utf-8")
    rows = {row["check"]: row for row in csv.DictReader(text.splitlines())}
    assert rows["4.8"]["proposed"] == "yes"
    assert (folder / "a\\sheet.inspect-sr.docx").exists()


def test_a_paper_is_read_to_the_same_ledger(folder, capsys):
    done = run(folder, CALLS, "read", "a\\paper.html")
    assert main(["read", str(folder / "a\\paper.html")]) == done.returncode == 0
    assert "13 (48.1%)" in done.stdout
    claims = [line for line in done.stdout.splitlines() if "printed" in line]
    again = [line for line in capsys.readouterr().out.splitlines() if "printed" in line]
    assert claims == again and len(claims) >= 2


def test_a_folder_is_screened_and_written_forms_are_no_papers(folder):
    main(["audit", str(folder / "a\\sheet.csv"), "--format", "inspect-sr"])
    done = run(folder, CALLS, "audit", ".")
    assert "2 of 2 papers read" in done.stderr
    assert main(["audit", str(folder), "--format", "inspect-sr"]) == 0
