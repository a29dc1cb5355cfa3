"""One page for an editor: what flips a decision first, questions, the sheet of INSPECT-SR."""

import csv
import io
import json
import re

import pytest

from trialtrace.claims.editor.inspect_sr import CHECKS, DOMAINS, NOT_HERE, belongs_to
from trialtrace.claims.editor.letter import FLIPS, MOST_LINES
from trialtrace.claims.prints.registry import about
from trialtrace.cli import main

LEDGER = """\
papers: {main: "A paper"}
groups:
  a: {label: "A <b>bold</b>", randomised: "295"}
  b: {label: B, randomised: "307", control: true}
outcomes: {o: {label: O}, q: {label: Q}}
claims:
  share: {from: main, place: table 2, label: "Share", printed: "27 of 295 (9.8%)", about: {outcome: o, group: a}}
  other: {from: main, place: table 2, label: "Other", printed: "52 of 307 (16.9%)", about: {outcome: o, group: b}}
  p: {from: main, place: abstract, label: "P of all", printed: "P=0.06", about: {outcome: o, compare: [a, b], test: chi_squared}}
  q: {from: main, place: table 3, label: "Q in A", printed: "20 (6.8%)", about: {outcome: q, group: a}}
"""  # noqa: E501


@pytest.fixture
def told(tmp_path, capsys):
    def run(form, text=LEDGER):
        path = tmp_path / "ledger.yaml"
        path.write_text(text, encoding="utf-8")
        code = main(["audit", str(path), "--format", form])
        return code, capsys.readouterr().out

    return run


def test_a_decision_that_flips_stands_first(told):
    """27 of 295 against 52 of 307 has P = 0.0047 by χ²: the printed 0.06 lies on the other side."""
    code, page = told("editor")
    lines = re.findall(r'<td class="verdict">(.*?)</td><td>(.*?)<br>', page)
    assert code == 1
    assert lines == [(FLIPS, "P=0.06"), ("a number", "27 of 295 (9.8%)")]
    assert "Which of these numbers should read otherwise: 27, 295, 9.8 % (Share, table 2)?" in (
        page.replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")


def test_a_p_that_rounds_to_the_level_itself_flips_nothing(told):
    """P=0.05 may be 0.049 or 0.054: it does not hold, and what it says of 0.05 is open."""
    code, page = told("editor", LEDGER.replace("P=0.06", "P=0.05"))
    assert code == 1
    assert f">{FLIPS}<" not in page and "P=0.05" in page


def test_more_than_ten_lines_are_counted(told):
    more = "".join(
        f'  m{k}: {{from: main, place: table, label: M{k}, printed: "27 of 295 (1{k}%)", '
        f'about: {{outcome: q, group: a, category: "{k}"}}}}\n'
        for k in range(10)
    )
    _, page = told("editor", LEDGER + more)
    assert page.count('<td class="verdict">') == MOST_LINES
    assert "2 more are in the audit." in page


def test_a_paper_without_errors_has_no_line(told):
    sound = LEDGER.replace("9.8%", "9.2%").replace("P=0.06", "P=0.005")
    code, page = told("editor", sound)
    assert code == 0 and "No number was found that does not hold" in page
    assert "contradictions" not in json.loads(told("json", sound)[1])


def test_the_sheet_has_21_checks_and_no_judgement(told):
    _, text = told("inspect-sr")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["check"] for row in rows] == list(CHECKS) and len(rows) == 21
    assert {row["domain"][0] for row in rows} == {str(one) for one in DOMAINS}
    assert all(row["reviewer_1"] == row["reviewer_2"] == "" for row in rows)
    evidence = {row["check"]: row["evidence"] for row in rows}
    assert evidence["1.1"] == NOT_HERE
    assert "A <b>bold</b> 295 and B 307" in evidence["4.2"]
    assert "P of all" in evidence["4.9"] and "Share" in evidence["4.10"]


def test_every_finding_belongs_to_a_check_that_printed_numbers_answer():
    assert {belongs_to(name) for name in about()} == {"4.3", "4.4", "4.6", "4.8", "4.9", "4.10"}


def test_what_cannot_all_hold_stands_in_every_form_that_has_room(told):
    expected = "cannot all hold; any two can. 9.2 in place of 9.8 "
    for form in ("table", "html", "json"):
        made = told(form, LEDGER.replace("P=0.06", "P=0.005"))[1]
        text = re.sub(r"\s+", " ", made.replace("\N{NO-BREAK SPACE}", " "))
        assert expected in text, form
