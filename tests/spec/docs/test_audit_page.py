"""The page on auditing a paper: its example is what the command says, its forms are understood."""

import re

from doc_blocks import ROOT

from trialtrace.audit.printed.expression import parse
from trialtrace.cli import main

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")


def test_the_example_is_what_the_command_says(tmp_path, capsys):
    (ledger,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "ledger.yaml"
    path.write_text(ledger, encoding="utf-8")
    assert main(["audit", str(path)]) == 1
    assert shown == "$ trialtrace audit ledger.yaml\n" + capsys.readouterr().out


def test_each_printed_form_of_the_table_is_understood():
    table = PAGE.partition("## What to type")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    forms = [form for row in rows for form in re.findall(r'`"([^`]+)"`', row[1])]
    assert len(forms) > 12
    for form in forms:
        assert parse(form, form, words=True), form
