"""One page for an editor: what flips a decision first, questions, the sheet of INSPECT-SR."""

import csv
import html
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


DINERS = """\
papers: {main: "A paper"}
groups:
  a: {label: Low}
  b: {label: High}
outcomes:
  o: {label: O, whole: true, scale: {from: "1", to: "9"}}
  c: {label: C}
  men: {label: Men}
populations: {main: {label: Diners, sizes: {a: "62", b: "60"}}}
claims:
"""
CLAIM = (
    '  {name}: {{from: main, place: {place}, label: "{label}", printed: "{printed}", '
    "about: {{{about}}}}}\n"
)


def ledger(*claims):
    """The ledger of diners with claims of (label, place, printed, about)."""
    rows = enumerate(claims)
    return DINERS + "".join(
        CLAIM.format(name=f"c{k}", label=label, place=place, printed=printed, about=about)
        for k, (label, place, printed, about) in rows
    )


def asked(page):
    """The questions to the authors, as text."""
    part = plain(page).partition("Questions to the authors")[2].partition("</ol>")[0]
    return [html.unescape(one) for one in re.findall("<li>(.*?)</li>", part)]


def plain(page):
    return page.replace("\N{NO-BREAK SPACE}", " ")


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
    assert "Is “27 of 295 (9.8%)” (Share, table 2) as you meant it? 27 of 295 is 9.2 %" in plain(
        page
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
    assert "A <b>bold</b> (295) and B (307)" in evidence["4.2"]
    assert "P of all" in evidence["4.9"] and "Share" in evidence["4.10"]


def test_every_finding_belongs_to_a_check_that_printed_numbers_answer():
    assert {belongs_to(name) for name in about()} == {"4.3", "4.4", "4.6", "4.8", "4.9", "4.10"}


def test_what_cannot_all_hold_stands_in_every_form_that_has_room(told):
    expected = "cannot all hold; any two can. 9.2 in place of 9.8 "
    for form in ("table", "html", "json"):
        made = told(form, LEDGER.replace("P=0.06", "P=0.005"))[1]
        text = re.sub(r"\s+", " ", made.replace("\N{NO-BREAK SPACE}", " "))
        assert expected in text, form


def test_a_question_names_whose_size_it_is_and_no_key(told):
    """No count of 62 prints as 57.4 %: 35 are 56.5 %, 36 are 58.1 %."""
    _, page = told("editor", ledger(("Men", "table 1", "57.4%", "outcome: men, group: a")))
    assert asked(page) == [
        "Which of these, if any, should read otherwise: “57.4%” (Men, table 1); 62 (Diners, Low)? "
        "No count of 62 prints as 57.4 %."
    ]


def test_means_that_cannot_be_of_one_table_are_one_question(told):
    """62 · 6.62 is 410.4 and 60 · 6.64 is 398.4; the place is told once."""
    _, page = told(
        "editor",
        ledger(
            ("Then", "table 1", "mean 6.62", 'outcome: o, group: a, patients: "62"'),
            ("Table 1, row 2", "table 1", "mean 6.64", 'outcome: o, group: b, patients: "60"'),
        ),
    )
    assert asked(page) == [
        "Were the single values whole numbers, are there as many as stated, and is each number as "
        "you meant it? “mean 6.62”, of 62 (Then, table 1): No 62 whole numbers from 1 to 9 have a "
        "mean that prints as 6.62; “mean 6.64”, of 60 (Table 1, row 2): No 60 whole numbers from 1 "
        "to 9 have a mean that prints as 6.64."
    ]
    assert "By luck" not in page


def test_categories_that_do_not_add_up_are_all_asked_for(told):
    """17, 19 and 10 are 46; without the 10 nothing could be said of 52. One label, two groups."""
    high = [
        ("Pieces", "table 2", printed, f'outcome: c, group: b, category: "{k}"')
        for k, printed in enumerate(("17/52", "19/52", "10/52"))
    ]
    low = ("Pieces", "table 2", "18/43", 'outcome: c, group: a, category: "0"')
    _, page = told("editor", ledger(*high, low).replace('"60"', '"52"').replace('"62"', '"43"'))
    (question,) = (one for one in asked(page) if "categories" in one)
    for printed in ("17/52", "19/52", "10/52"):
        assert f"“{printed}” (Pieces, High, table 2)" in question
    assert question.endswith("The 3 categories add up to 46, not to 52.")


def test_t_is_told_with_the_sign_that_is_printed(told):
    """By scipy.stats.ttest_ind_from_stats(178.02, 7.72, 40, 181.11, 7.32, 20): t = −1.488."""
    _, page = told(
        "editor",
        ledger(
            ("Low", "table 1", "mean (SD) 178.02 (7.72)", 'outcome: c, group: a, patients: "40"'),
            ("High", "table 1", "mean (SD) 181.11 (7.32)", 'outcome: c, group: b, patients: "20"'),
            ("Test", "table 1", "t(58) = 1.59", "outcome: c, compare: [a, b]"),
        ),
    )
    (question,) = asked(page)
    assert question.startswith("Which of these, if any, should read otherwise: “mean (SD) 178.02")
    assert question.endswith("give t from 1.48 to 1.52; printed is 1.59.")


def test_what_nothing_decides_is_told_and_agreement_is_called_no_proof(told):
    _, page = told("editor", ledger(("Median", "abstract", "median 3.5", "outcome: c, group: a")))
    assert "That is no proof that all are right" in page
    assert "<h2>What could not be checked</h2>\n<p>“median 3.5” (Median, abstract).</p>" in page
